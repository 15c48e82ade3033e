//! What scripts rely on: exit codes, streams, one JSON document, and the table of commands (contract, first part).

use serde_json::{Value, json};
use testkit::{Output, tree};

use crate::scene::{Scene, extension, outrigger, whale};

/// The keys of a JSON object in their order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

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
fn all_arguments_are_tried_and_the_highest_code_wins() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image("acme/last", "1.0.0", &extension("Last", "1.0.0").build());
    let arguments =
        "acme/whale:2.0.0 acme/missing 127.0.0.1:1/acme/dead acme/Whale acme/whale:1.0.0 acme/last";
    let output = scene.run(&format!("install {arguments} --force")).fails_with(5);
    shown!(output.stdout, @"
    Installed docker.io/acme/whale 1.0.0
    Installed docker.io/acme/last 1.0.0
    ");
    shown!(output.stderr, @r#"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:2.0.0: it needs Extension API `>= 9`; this desktop offers 0.4.2
      help: `outrigger show REF --all-versions` shows which releases fit this desktop
    error: list the tags of docker.io/acme/missing (http://127.0.0.1:[port]/v2/acme/missing/tags/list): there is no such repository
      help: check the spelling; `outrigger search` shows what is offered
    error: `acme/Whale` is not a legal reference: a repository is written in lower case
    error: list the tags of 127.0.0.1:1/acme/dead (http://127.0.0.1:1/v2/acme/dead/tags/list): the connection was refused: Connection refused (os error 111)
      help: check the address and your network; a mirror is set with `endpoint` under `[registry."127.0.0.1:1"]`, a proxy with HTTPS_PROXY
    "#);
    assert_eq!(
        scene.run("ls -q").ok().stdout,
        "docker.io/acme/last\ndocker.io/acme/whale\n"
    );
    scene
        .run("install acme/Whale acme/whale:2.0.0 --force")
        .fails_with(3);
    scene
        .run("install acme/missing acme/whale:2.0.0 --force")
        .fails_with(4);
    scene.run("update acme/none acme/whale --force").fails_with(4);
    scene.run("hold acme/none acme/whale").fails_with(4);
    let output = scene
        .run("rm acme/none acme/whale acme/last --format json")
        .fails_with(4);
    assert_eq!(output.error_json()["error"]["code"], "not-installed");
    assert_eq!(scene.run("ls -q").ok().stdout, "");
}

#[test]
#[ignore = "needs docker-registry"]
fn results_are_one_document_on_stdout_and_failures_one_on_stderr() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let silent = |line: &str| {
        let output = scene.run(&format!("{line} --format json")).ok();
        assert_eq!(output.stderr, "", "{line}");
        output.json()
    };
    let installed = silent("install acme/whale --force");
    assert_eq!(
        installed["results"][0],
        json!({ "id": "docker.io/acme/whale", "version": "1.0.0", "outcome": "installed", "from": null })
    );
    assert_eq!(silent("install acme/whale")["results"][0]["outcome"], "unchanged");
    scene.push("1.1.0");
    silent("scan");
    silent("outdated");
    silent("search");
    silent("show acme/whale");
    silent("config show");
    silent("version");
    silent("allow ls");
    silent("allow test acme/whale");
    silent("hold acme/whale");
    silent("unhold acme/whale");
    assert_eq!(
        silent("update acme/whale --force")["results"][0],
        json!({ "id": "docker.io/acme/whale", "version": "1.1.0", "outcome": "switched", "from": "1.0.0" })
    );
    silent("update --all");
    silent("rm acme/whale");
    silent("ls");
}

#[test]
#[ignore = "needs docker-registry"]
fn each_failure_has_its_code_and_says_where_it_was() {
    let scene = Scene::new();
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image(
        "acme/arm",
        "1.0.0",
        &whale("1.0.0").platform("linux/arm64").build(),
    );
    scene.push_image(
        "acme/plain",
        "1.0.0",
        &embedded::Image::builder()
            .layer(embedded::image::Layer::new().file("a", "b", 0o644))
            .build(),
    );
    let failed = |line: &str, code: i32| {
        let output = scene.run(&format!("{line} --format json")).fails_with(code);
        let document = output.error_json();
        assert_eq!(keys(&document), ["error"], "{line}");
        let error = &document["error"];
        assert_eq!(
            keys(error),
            ["code", "message", "phase", "reference", "help"],
            "{line}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty(), "{line}");
        let text = |key: &str| error[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("code"), text("phase"), text("reference"))
    };
    shown!(failed("install acme/Whale --force", 2), @"usage usage acme/Whale");
    shown!(failed("install acme/whale --force", 3), @"api-version policy docker.io/acme/whale:2.0.0");
    shown!(failed("install acme/arm --force", 3), @"platform policy docker.io/acme/arm:1.0.0");
    shown!(failed("install acme/missing --force", 4), @"not-found resolve docker.io/acme/missing");
    shown!(failed("install 127.0.0.1:1/acme/whale --force", 5), @"network resolve 127.0.0.1:1/acme/whale");
    shown!(failed("install acme/plain --force", 6), @"no-metadata unpack docker.io/acme/plain");
    shown!(failed("install acme/plain --force --offline", 5), @"offline resolve docker.io/acme/plain");
    shown!(failed("install acme/plain", 2), @"nobody-to-ask consent docker.io/acme/plain");
    shown!(failed("update acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("rm acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("hold acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("allow rm acme/whale", 4), @"not-found usage -");
    shown!(failed("install", 2), @"usage usage -");
    shown!(failed("frobnicate", 2), @"usage usage -");
    shown!(failed("update", 2), @"usage usage -");
    shown!(failed("update acme/whale --all", 2), @"usage usage -");
    shown!(failed("update acme/whale:1.0.0 --to 1.1.0", 2), @"usage usage -");
    shown!(failed("update acme/whale --to not/a/tag", 2), @"usage usage -");
}

#[test]
fn malformed_references_are_wrong_usage() {
    let outrigger = outrigger();
    let upper = format!("acme/whale@sha256:{}", "A".repeat(64));
    let unknown = format!("acme/whale@sha1:{}", "a".repeat(40));
    let short = "acme/whale@sha256:abc".to_owned();
    let long = format!("acme/whale:{}", "a".repeat(129));
    let mut told = Vec::new();
    for reference in [
        "",
        "acme/Whale",
        "acme//whale",
        "acme/whale:",
        "acme/whale:.1",
        "acme/whale:a b",
        "https://acme/whale",
        &upper,
        &unknown,
        &short,
        &long,
    ] {
        let output = outrigger.run(["install", reference, "--force"]).fails_with(2);
        outrigger.run(["show", reference]).fails_with(2);
        outrigger.run(["rm", reference]).fails_with(2);
        told.push(output.stderr);
    }
    shown!(told.concat(), @"
    error: `` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/Whale` is not a legal reference: a repository is written in lower case
    error: `acme//whale` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/whale:` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:.1` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:a b` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `https://acme/whale` is not a legal reference: `https:` is not the address of a registry
    error: `acme/whale@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a legal reference: `sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a digest: its digits are in upper case
    error: `acme/whale@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a legal reference: `sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a digest: its algorithm is not sha256 or sha512
    error: `acme/whale@sha256:abc` is not a legal reference: `sha256:abc` is not a digest: it has the wrong number of digits for its algorithm
    error: acme/whale:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: `acme/whale:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    ");
    assert!(!outrigger.home().join("extensions").exists());
}

#[test]
#[ignore = "needs docker-registry"]
fn a_question_that_nobody_can_answer_is_wrong_usage_and_changes_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    shown!(scene.run("install acme/whale").fails_with(2).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale: this needs a yes, and there is no terminal to ask on; nothing was changed
      help: pass `--force` to install without the question
    ");
    assert_eq!(scene.run("ls -q").ok().stdout, "");
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
fn quiet_says_ids_and_nothing_else() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let quiet = |line: &str| {
        let output = scene.run(&format!("{line} -q")).ok();
        assert_eq!(output.stderr, "", "{line}");
        output.stdout
    };
    let id = "docker.io/acme/whale\n";
    assert_eq!(quiet("install acme/whale --force"), id);
    assert_eq!(quiet("ls"), id);
    scene.push("1.1.0");
    assert_eq!(quiet("scan"), id);
    assert_eq!(quiet("outdated"), id);
    assert_eq!(quiet("search whale"), id);
    assert_eq!(quiet("update acme/whale"), id);
    assert_eq!(quiet("rm acme/whale"), id);
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
    shown!(output.stderr, @"warning: docker.io/acme/whale:2.0.0 is not for this desktop: it needs Extension API `>= 9`; this desktop offers 0.4.2");
    // A release that fits below the one that does not is taken.
    scene.push("1.1.0");
    let output = scene.run("update acme/whale").ok();
    shown!(output.stdout, @"Updated docker.io/acme/whale from 1.0.0 to 1.1.0");
    shown!(output.stderr, @"warning: docker.io/acme/whale:2.0.0 is not for this desktop: it needs Extension API `>= 9`; this desktop offers 0.4.2");
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
#[ignore = "needs docker-registry"]
fn offline_asks_no_registry_and_still_tells_what_is_here() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    for line in [
        "install acme/other --force",
        "scan",
        "update acme/whale",
        "show acme/whale",
    ] {
        assert_eq!(scene.asked_by(&format!("{line} --offline"), 5), "", "{line}");
    }
    shown!(scene.run("show acme/whale --offline").stderr, @"
    error: list the tags of docker.io/acme/whale: nothing is asked of a registry while offline
      help: leave out `--offline`
    ");
    for line in ["ls", "outdated", "search", "rm acme/whale"] {
        scene.run(&format!("{line} --offline")).ok();
    }
}

#[test]
fn a_home_folder_that_cannot_be_made_is_said() {
    let outrigger = outrigger();
    let file = outrigger.surroundings().join("file");
    fs_err::write(&file, "").unwrap();
    let home = file.join("home");
    for line in ["hold acme/whale", "install 127.0.0.1:1/acme/whale -f"] {
        let mut command = outrigger.command();
        command.args(line.split(' ')).env("OUTRIGGER_HOME", &home);
        let output = Output::of(&mut command);
        assert_ne!(output.code, 0, "{line}");
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn a_home_folder_that_cannot_be_written_changes_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let file = scene.outrigger.surroundings().join("file");
    fs_err::write(&file, "").unwrap();
    let config = scene.outrigger.home().join("config.toml");
    let mut command = scene.outrigger.command();
    command.args([
        "install",
        "acme/whale",
        "--force",
        "--home",
        file.as_str(),
        "--config",
        config.as_str(),
    ]);
    let output = Output::of(&mut command).fails_with(1);
    shown!(output.stderr, @"error: cannot open the file [temp]/file/format.json: Not a directory (os error 20)");
    assert_eq!(fs_err::read_to_string(&file).unwrap(), "");
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
