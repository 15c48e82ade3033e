//! `show` and `search`: everything about an extension without a layer.

use serde_json::json;

use crate::scene::{API, Scene, broken, extension, whale};

#[test]
#[ignore = "needs docker-registry"]
fn show_tells_the_labels_and_the_verdict_on_each_release() {
    let scene = Scene::new();
    for version in ["0.1.0", "0.2.0", "0.3.0", "1.0.0"] {
        scene.push(version);
    }
    let image = whale("1.1.0")
        .label("com.docker.extension.publisher-url", "https://acme.example")
        .label("com.docker.extension.categories", "utility-tools,testing-tools")
        .label("com.docker.extension.changelog", "<p>Faster</p>")
        .label(
            "com.docker.extension.additional-urls",
            r#"[{"title":"Source","url":"https://acme.example/src"}]"#,
        )
        .label(
            "com.docker.extension.screenshots",
            r#"[{"alt":"The sea","url":"https://acme.example/sea.png"}]"#,
        )
        .label("com.docker.extension.account-info", "free")
        .label(
            "com.docker.desktop.extension.icon",
            "https://acme.example/whale.svg",
        )
        .label("com.example.unknown", "ignored")
        .build();
    scene.push_image("acme/whale", "1.1.0", &image);
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image("acme/whale", "2.1.0", &broken("2.1.0"));
    shown!(scene.run("show acme/whale").ok().stdout, @"
    Whale
    Sees containers pass by

    id            docker.io/acme/whale
    release       1.1.0
    digest        sha256:[digest]
    platforms     linux/amd64
    needs API     >= 0.3.0
    verdict       fits
    vendor        Acme
    download      294 B
    made          [time]
    publisher     https://acme.example
    icon          https://acme.example/whale.svg
    categories    utility-tools, testing-tools
    account       free
    changelog     <p>Faster</p>
    link          Source https://acme.example/src
    screenshot    https://acme.example/sea.png The sea

    RELEASE  VERDICT
    2.1.0    cannot read the config of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:d8ef2bd729e1e6ae9bda17f18ab9e1…
    2.0.0    it needs Extension API `>= 9`; this desktop offers 0.4.2
    1.1.0    fits
    1.0.0    fits
    0.3.0    fits
    and 2 more; --all-versions judges them too
    ");
    let all = scene.run("show acme/whale --all-versions").ok().stdout;
    assert!(all.contains("0.1.0") && !all.contains("more"), "{all}");
    let document = scene.run("show acme/whale --format json").ok().json();
    for (key, value) in [
        ("id", json!("docker.io/acme/whale")),
        ("version", json!("1.1.0")),
        ("digest", json!(image.digest().to_string())),
        ("title", json!("Whale")),
        ("vendor", json!("Acme")),
        ("apiVersion", json!(">= 0.3.0")),
        ("platforms", json!(["linux/amd64"])),
        ("categories", json!(["utility-tools", "testing-tools"])),
        ("installed", json!(null)),
        ("permissions", json!(null)),
        ("more", json!(2)),
    ] {
        assert_eq!(document[key], value, "{key}");
    }
    assert_eq!(
        document["labels"]["com.docker.extension.changelog"],
        "<p>Faster</p>"
    );
    assert!(document["labels"]["com.example.unknown"].is_null());
    let verdicts: Vec<_> = document["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|release| {
            (
                release["version"].as_str().unwrap(),
                release["accepted"].as_bool().unwrap(),
                release["reasons"][0]["code"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            ("2.1.0", false, "invalid"),
            ("2.0.0", false, "api-version"),
            ("1.1.0", true, "-"),
            ("1.0.0", true, "-"),
            ("0.3.0", true, "-")
        ]
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn a_floating_name_is_no_release_beside_the_one_that_it_stands_for() {
    let scene = Scene::new();
    let image = |version: &str| whale(version).build();
    for (tag, content) in [
        ("1.0.0", "1.0.0"),
        ("1.1.0", "1.1.0"),
        ("1.1", "1.1.0"),
        // Once it was one of 1.0.0, and stayed behind.
        ("1.0", "an older one"),
    ] {
        scene.push_image("acme/whale", tag, &image(content));
    }
    let shown = scene.run("show acme/whale:1.1 --format json").ok().json();
    assert_eq!(shown["version"], "1.1");
    let releases = shown["releases"].as_array().unwrap().iter();
    let tags: Vec<_> = releases
        .map(|release| release["version"].as_str().unwrap())
        .collect();
    assert_eq!(tags, ["1.1.0", "1.0.0", "1.0"]);
}

#[test]
#[ignore = "needs docker-registry"]
fn show_describes_what_was_named() {
    let scene = Scene::new();
    let old = scene.push("1.0.0");
    scene.push("1.1.0");
    scene.push_image(
        "acme/whale",
        "dev",
        &whale("dev")
            .label("org.opencontainers.image.title", "Work in progress")
            .build(),
    );
    let described = |line: &str| scene.run(&format!("{line} --format json")).ok().json();
    assert_eq!(described("show acme/whale:1.0.0")["digest"], old.to_string());
    assert_eq!(described("show acme/whale")["version"], "1.1.0");
    assert_eq!(described("show acme/whale:dev")["title"], "Work in progress");
    assert_eq!(
        described(&format!("show acme/whale@{old}"))["digest"],
        old.to_string()
    );
    scene.run("install acme/whale:1.0.0 --force").ok();
    assert_eq!(described("show acme/whale")["installed"], "1.0.0");
    assert!(
        described("show acme/whale")["permissions"].is_null(),
        "they stand in a layer that is not here"
    );
    assert!(described("show acme/whale:1.0.0")["permissions"].is_array());
    scene.run("show acme/whale:9.9.9").fails_with(4);
    scene.run("show acme/missing").fails_with(4);
}

#[test]
#[ignore = "needs docker-registry"]
fn show_reads_the_plugin_dialect_where_the_extension_dialect_is_missing() {
    let scene = Scene::new();
    let plugin = embedded::Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.authors", "Old Acme")
        .label("com.docker.desktop.plugin.api.version", ">= 9");
    scene.push_image("acme/old", "1.0.0", &plugin.clone().build());
    let document = scene.run("show acme/old --format json").ok().json();
    assert_eq!(
        (&document["vendor"], &document["apiVersion"]),
        (&json!("Old Acme"), &json!(">= 9"))
    );
    scene.run("install acme/old --force").fails_with(3);
    let both = plugin
        .label("org.opencontainers.image.vendor", "Acme")
        .label(API, ">= 0.3")
        .build();
    scene.push_image("acme/both", "1.0.0", &both);
    let document = scene.run("show acme/both --format json").ok().json();
    assert_eq!(
        (&document["vendor"], &document["apiVersion"]),
        (&json!("Acme"), &json!(">= 0.3"))
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn search_tells_what_the_allow_list_offers_from_the_last_scan() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image(
        "acme/seal",
        "2.0.0",
        &extension("Seal", "2.0.0").label(API, ">= 9").build(),
    );
    scene.push_image("else/where", "3.0.0", &extension("Where", "3.0.0").build());
    shown!(scene.run("search").ok().stderr, @"Nothing was scanned yet: `outrigger scan` looks at what the allow-list offers.");
    scene.allow("acme/whale\nacme/seal\nelse/where");
    scene.run("scan").ok();
    shown!(scene.run("search").ok().stdout, @"
    ID                    TITLE  VENDOR  VERSION    INSTALLED
    docker.io/acme/seal   Seal   Acme    none fits  -
    docker.io/acme/whale  Whale  Acme    1.0.0      -
    docker.io/else/where  Where  Acme    3.0.0      -
    ");
    shown!(scene.run("search WHALE").ok().stdout, @"
    ID                    TITLE  VENDOR  VERSION  INSTALLED
    docker.io/acme/whale  Whale  Acme    1.0.0    -
    ");
    shown!(scene.run("search acme containers seal").ok().stdout, @"
    ID                   TITLE  VENDOR  VERSION    INSTALLED
    docker.io/acme/seal  Seal   Acme    none fits  -
    ");
    shown!(scene.run("search submarine").ok().stdout, @"Nothing that the allow-list offers matches.");
    let results = scene.run("search whale --format json").ok().json();
    assert_eq!(results["results"][0]["id"], "docker.io/acme/whale");
    scene.run("install acme/whale --force").ok();
    let results = scene.run("search whale --format json").ok().json();
    assert_eq!(results["results"][0]["installed"], "1.0.0");
    // What is no longer allowed is no longer offered, before any scan.
    scene.allow("acme/");
    assert!(!scene.run("search").ok().stdout.contains("where"));
}
