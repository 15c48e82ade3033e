//! What each command does, as the contract's table says it.

use serde_json::{Value, json};
use testkit::{Output, tree};

use crate::scene::{Scene, extension, keys, outrigger, whale};

#[test]
fn nothing_installed_is_said_in_a_line_and_in_an_empty_list() {
    let outrigger = outrigger();
    let output = outrigger.run(["ls"]).ok();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("No extensions are installed.\n", "")
    );
    let output = outrigger.run(["ls", "--format", "json"]).ok();
    assert_eq!(output.json()["extensions"], json!([]));
    assert_eq!(output.stderr, "");
    assert_eq!(outrigger.run(["ls", "-q"]).ok().stdout, "");
    outrigger.run(["update", "--all"]).ok();
    outrigger.run(["outdated"]).ok();
    outrigger.run(["scan"]).ok();
    outrigger.run(["search"]).ok();
}

#[test]
fn looking_leaves_no_home_folder_behind() {
    let outrigger = outrigger();
    for line in [
        "ls",
        "outdated",
        "search",
        "config show",
        "version",
        "allow ls",
        "allow test acme/whale",
    ] {
        outrigger.run(line.split(' ')).ok();
    }
    outrigger.run(["rm", "acme/whale"]).fails_with(4);
    assert!(!outrigger.home().exists(), "{}", tree(&outrigger.home()));
}

#[test]
#[ignore = "needs docker-registry"]
fn ls_tells_each_extension_as_the_contract_says() {
    use embedded::Image;
    use embedded::image::Layer;
    let scene = Scene::new();
    let metadata = r#"{
        "icon": "whale.svg",
        "ui": { "dashboard-tab": { "title": "Whale", "root": "/ui", "src": "index.html" } },
        "vm": { "composefile": "compose.yaml" },
        "host": { "binaries": [ { "linux": [ { "path": "/bin/whalectl" } ] } ] }
    }"#;
    let image = Image::builder()
        .label("org.opencontainers.image.title", "Blue whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3")
        .layer(
            Layer::new()
                .file("metadata.json", metadata, 0o644)
                .file("whale.svg", "<svg/>", 0o644)
                .file("ui/index.html", "hello", 0o644)
                .file("compose.yaml", "services: {}", 0o644)
                .file("bin/whalectl", "#!/bin/sh", 0o755),
        )
        .build();
    let digest = scene.push_image("acme/whale", "v1.0.0", &image);
    scene.run("install acme/whale --force").ok();
    shown!(scene.run("ls").ok().stdout, @"
    ID                    PROVIDER  VERSION  UI            VM           HOST      STATUS
    docker.io/acme/whale  Acme      v1.0.0   1 tab(Whale)  Not started  1 binary  ok
    ");
    assert_eq!(scene.run("ls -q").ok().stdout, "docker.io/acme/whale\n");
    assert_eq!(scene.run("list").ok().stdout, scene.run("ls").stdout);
    let installed = scene.installed();
    assert_eq!(
        keys(&installed),
        [
            "id",
            "version",
            "digest",
            "manifest",
            "title",
            "vendor",
            "apiVersion",
            "ui",
            "vm",
            "host",
            "held",
            "damaged",
            "allowed",
            "path",
            "installedAt",
            "update"
        ]
    );
    for (key, value) in [
        ("id", json!("docker.io/acme/whale")),
        ("version", json!("v1.0.0")),
        ("digest", json!(digest.to_string())),
        ("manifest", json!(digest.to_string())),
        ("title", json!("Blue whale")),
        ("vendor", json!("Acme")),
        ("apiVersion", json!(">= 0.3")),
        ("ui", json!([{ "title": "Whale" }])),
        ("vm", json!(true)),
        ("host", json!(["whalectl"])),
        ("held", json!(false)),
        ("update", Value::Null),
    ] {
        assert_eq!(installed[key], value, "{key}");
    }
    let path = installed["path"].as_str().unwrap();
    assert_eq!(
        tree(path.into()).files(),
        [
            "host/bin/whalectl",
            "icon.svg",
            "labels.json",
            "metadata.json",
            "ui/dashboard-tab/index.html",
            "vm/compose.yaml"
        ]
    );
    let at = installed["installedAt"].as_str().unwrap();
    assert!(at.starts_with("20") && at.ends_with('Z'), "{at}");
    scene.run("hold acme/whale").ok();
    assert!(scene.run("ls").ok().stdout.contains("held"));
    assert_eq!(scene.installed()["held"], true);
}

#[test]
#[ignore = "needs docker-registry"]
fn any_accepted_spelling_names_the_same_extension() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install index.docker.io/acme/whale:1.0.0 --force").ok();
    for spelling in ["acme/whale", "docker.io/acme/whale", "acme/whale:1.0.0"] {
        scene.run(&format!("hold {spelling}")).ok();
        scene.run(&format!("unhold {spelling}")).ok();
        scene.run(&format!("scan {spelling}")).ok();
        scene.run(&format!("update {spelling} --force")).ok();
        scene.run(&format!("show {spelling}")).ok();
    }
    assert_eq!(scene.run("ls -q").ok().stdout, "docker.io/acme/whale\n");
    scene.run("rm docker.io/acme/whale").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn an_update_asks_only_where_the_new_release_is_able_to_do_more() {
    use embedded::image::Layer;
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.run("update acme/whale").ok();
    assert_eq!(scene.version(), "1.1.0");
    let metadata = r#"{"host":{"binaries":[{"linux":[{"path":"/bin/tool"}]}]}}"#;
    let more = whale("1.2.0").layer(
        Layer::new()
            .file("metadata.json", metadata, 0o644)
            .file("bin/tool", "#!", 0o755),
    );
    scene.push_image("acme/whale", "1.2.0", &more.build());
    scene.run("update acme/whale").fails_with(2);
    assert_eq!(scene.version(), "1.1.0");
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.2.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn an_update_goes_where_it_is_told() {
    let scene = Scene::new();
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        scene.push(version);
    }
    scene.push("dev");
    scene.run("install acme/whale:1.0.0 --force").ok();
    shown!(scene.run("update acme/whale --to 1.1.0").ok().stdout, @"Updated docker.io/acme/whale from 1.0.0 to 1.1.0");
    shown!(scene.run("update acme/whale:1.0.0").ok().stdout, @"Updated docker.io/acme/whale from 1.1.0 to 1.0.0");
    shown!(scene.run("update acme/whale:dev").ok().stdout, @"Updated docker.io/acme/whale from 1.0.0 to dev");
    // Nothing is newer than a tag that is no version.
    shown!(scene.run("update acme/whale").ok().stdout, @"docker.io/acme/whale dev is installed already.");
    scene.run("install acme/whale:1.1.0 --force").ok();
    shown!(scene.run("update --all").ok().stdout, @"Updated docker.io/acme/whale from 1.1.0 to 1.2.0");
    shown!(scene.run("update acme/whale").ok().stdout, @"docker.io/acme/whale 1.2.0 is installed already.");
    scene.run("update acme/whale --to 9.9.9").fails_with(4);
    scene.run("update acme/other").fails_with(4);
    assert_eq!(scene.version(), "1.2.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn blocked_is_an_error_where_it_was_named_and_a_note_among_all() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.run("install acme/whale acme/other --force").ok();
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image("acme/other", "1.1.0", &extension("Other", "1.1.0").build());
    shown!(scene.run("update acme/whale").fails_with(3).stderr, @"
    error: docker.io/acme/whale:2.0.0: it needs Extension API `>= 9`; this desktop offers 0.4.2
      help: `outrigger show REF --all-versions` shows which releases fit this desktop
    ");
    let output = scene.run("update --all").ok();
    shown!(output.stdout, @"
    Updated docker.io/acme/other from 1.0.0 to 1.1.0
    docker.io/acme/whale 1.0.0 is installed already.
    ");
    shown!(output.stderr, @"warning: docker.io/acme/whale:2.0.0 is not taken: it needs Extension API `>= 9`; this desktop offers 0.4.2");
    // A release that fits below the one that does not is taken.
    scene.push("1.1.0");
    let output = scene.run("update acme/whale").ok();
    shown!(output.stdout, @"Updated docker.io/acme/whale from 1.0.0 to 1.1.0");
    shown!(output.stderr, @"warning: docker.io/acme/whale:2.0.0 is not taken: it needs Extension API `>= 9`; this desktop offers 0.4.2");
}

#[test]
#[ignore = "needs docker-registry"]
fn rm_takes_everything_away_and_asks_which_tag_was_meant() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push("1.1.0");
    scene.run("install acme/whale:1.0.0 --force").ok();
    scene.run("install acme/whale:1.1.0 --force").ok();
    let extensions = scene.outrigger.home().join("extensions");
    assert_eq!(
        tree(&extensions)
            .files()
            .iter()
            .filter(|file| file.ends_with("metadata.json"))
            .count(),
        2
    );
    let output = scene.run("rm acme/whale:1.0.0").ok();
    shown!(output.stderr, @"docker.io/acme/whale:1.0.0 is not the installed release; nothing is removed.");
    assert_eq!(scene.version(), "1.1.0");
    shown!(scene.run("rm acme/whale:1.1.0").ok().stdout, @"Removed docker.io/acme/whale");
    assert!(tree(&extensions).is_empty(), "{}", tree(&extensions));
    shown!(scene.run("rm acme/whale").fails_with(4).stderr, @"
    error: docker.io/acme/whale is not installed
      help: `outrigger ls` shows what is installed
    ");
    for alias in ["remove", "uninstall"] {
        scene.run("install acme/whale --force").ok();
        scene.run(&format!("{alias} acme/whale")).ok();
        assert!(tree(&extensions).is_empty());
    }
}

#[test]
fn version_is_the_two_lines_of_docker_extension_version() {
    let outrigger = outrigger();
    let expected = format!(
        "Client Version: v{}\nServer API Version: 0.4.2\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(outrigger.run(["version"]).ok().stdout, expected);
    outrigger.config("[host]\napi-version = \"0.9.1\"\n");
    assert!(
        outrigger
            .run(["version"])
            .ok()
            .stdout
            .ends_with("Server API Version: 0.9.1\n")
    );
}

#[test]
fn packagers_get_completions_and_a_man_page() {
    let outrigger = outrigger();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(
            outrigger
                .run(["completion", shell])
                .ok()
                .stdout
                .contains("outrigger"),
            "{shell}"
        );
    }
    assert!(outrigger.run(["man"]).ok().stdout.starts_with(".ie"));
}

#[test]
#[ignore = "needs docker-registry"]
fn colours_are_for_terminals_and_no_color_is_honoured() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let mut command = scene.outrigger.command();
    command.env_remove("NO_COLOR").args(["show", "acme/whale"]);
    assert!(!Output::of(&mut command).ok().stdout.contains('\u{1b}'));
}
