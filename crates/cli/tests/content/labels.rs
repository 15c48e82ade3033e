//! Labels in the dialects of both editions (contract `docker-extensions.md`, sections 2 and 7).

use embedded::image::ImageBuilder;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::{PAGES, Scene, bare, labelled, pages, with_metadata};

const TITLE: &str = "org.opencontainers.image.title";
const VENDOR: &str = "org.opencontainers.image.vendor";
const AUTHORS: &str = "org.opencontainers.image.authors";
const API: &str = "com.docker.desktop.extension.api.version";
const PLUGIN_API: &str = "com.docker.desktop.plugin.api.version";

/// Pages under exactly these labels.
fn with_labels(labels: &[(&str, &str)]) -> ImageBuilder {
    let files = with_metadata(PAGES).file("ui/index.html", "<p>", 0o644);
    labels.iter().fold(bare().layer(files), |image, (name, value)| {
        image.label(name, value)
    })
}

/// What is listed of an extension with these labels, in the order title, vendor, Extension API.
#[track_caller]
fn listed(labels: &[(&str, &str)]) -> [Value; 3] {
    let scene = Scene::new();
    scene.installs_with_warnings(&with_labels(labels).build());
    let listed = scene.listed();
    ["title", "vendor", "apiVersion"].map(|key| listed[key].clone())
}

#[test]
fn the_extension_dialect_is_read() {
    let labels = [(TITLE, "Whale"), (VENDOR, "Acme"), (API, ">= 0.3.0")];
    assert_eq!(listed(&labels), ["Whale", "Acme", ">= 0.3.0"]);
}

#[test]
fn the_plugin_dialect_is_read() {
    let labels = [(TITLE, "Whale"), (AUTHORS, "Acme"), (PLUGIN_API, "0.3.0")];
    assert_eq!(listed(&labels), ["Whale", "Acme", "0.3.0"]);
}

#[test]
fn where_both_dialects_stand_the_extension_one_wins() {
    let scene = Scene::new();
    let labels = [
        (AUTHORS, "Plugin Makers"),
        (VENDOR, "Acme"),
        (PLUGIN_API, "1.0.0-beta.1"),
        (API, ">= 0.3.0"),
        (TITLE, "Whale"),
    ];
    assert_snapshot!(scene.installs_with_warnings(&with_labels(&labels).build()), @"");
    assert_eq!(scene.listed()["vendor"], "Acme");
    assert_eq!(scene.listed()["apiVersion"], ">= 0.3.0");
}

#[test]
fn an_empty_label_leaves_the_word_to_the_other_dialect() {
    let labels = [
        (TITLE, "Whale"),
        (VENDOR, ""),
        (AUTHORS, "Acme"),
        (API, " "),
        (PLUGIN_API, "0.2.0"),
    ];
    assert_eq!(listed(&labels), ["Whale", "Acme", "0.2.0"]);
}

#[test]
fn an_extension_without_any_label_is_installed_with_a_warning() {
    let scene = Scene::new();
    assert_snapshot!(scene.installs_with_warnings(&with_labels(&[]).build()), @"127.0.0.1:[port]/acme/whale 1.0.0: its labels do not say which Extension API it needs");
    let listed = scene.listed();
    assert_eq!(
        [&listed["vendor"], &listed["apiVersion"]],
        [&Value::Null, &Value::Null]
    );
    assert_eq!(
        listed["title"], "acme/whale",
        "an extension is never without a name"
    );
}

#[test]
fn empty_labels_count_as_missing() {
    let scene = Scene::new();
    let image = with_labels(&[(TITLE, ""), (VENDOR, ""), (API, "")]).build();
    assert_snapshot!(scene.installs_with_warnings(&image), @"127.0.0.1:[port]/acme/whale 1.0.0: its labels do not say which Extension API it needs");
}

#[test]
fn unknown_labels_are_ignored_however_many_a_base_image_brings() {
    let scene = Scene::new();
    let image = (0..60).fold(pages(), |image, number| {
        image.label(&format!("example.base.{number}"), "noise")
    });
    let image = image
        .label("org.opencontainers.image.version", "24.16.0")
        .label("maintainer", "somebody else");
    scene.installs(&image.build());
    assert_eq!(scene.listed()["version"], "1.0.0", "the version is the tag");
    let shown = scene
        .outrigger
        .run(["show", &scene.id(), "--format", "json"])
        .ok();
    let labels = shown.json()["labels"].clone();
    let names: Vec<_> = labels.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, [API, TITLE, VENDOR]);
}

#[test]
fn the_generation_keeps_the_known_labels_as_the_image_has_them() {
    let scene = Scene::new();
    let image = pages()
        .label("com.docker.extension.account-info", "")
        .label("maintainer", "x");
    scene.installs(&image.build());
    let kept = fs_err::read_to_string(scene.folder().join("labels.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let expected = json!({
        TITLE: "Whale", VENDOR: "Acme", API: ">= 0.3.0", "com.docker.extension.account-info": "",
    });
    assert_eq!(kept, expected);
}

#[test]
fn every_label_of_the_contract_is_shown() {
    let scene = Scene::new();
    let image = pages()
        .label(
            "org.opencontainers.image.description",
            "Counts   whales\nand ships",
        )
        .label(
            "com.docker.desktop.extension.icon",
            "https://whale.example/whale.svg",
        )
        .label(
            "com.docker.extension.screenshots",
            r#"[{"alt": "The sea", "url": "https://whale.example/sea.png"}]"#,
        )
        .label(
            "com.docker.extension.detailed-description",
            "<h1>Whales</h1> and <b>ships</b>",
        )
        .label("com.docker.extension.publisher-url", "https://whale.example")
        .label("com.docker.extension.changelog", "https://whale.example/changes")
        .label("com.docker.extension.categories", "Database, sea-life,database")
        .label(
            "com.docker.extension.additional-urls",
            r#"[{"title": "Help", "url": "https://whale.example/help", "alt": "?"}]"#,
        )
        .label("com.docker.extension.account-info", "required")
        .label("org.opencontainers.image.source", "https://git.example/whale")
        .label("org.opencontainers.image.revision", "abc123");
    scene.push("1.0.0", &image.build());
    let shown = scene.outrigger.run(["show", &scene.id()]).ok();
    assert_snapshot!(shown.stdout, @"
    Whale
    Counts whales and ships

    id            127.0.0.1:[port]/acme/whale
    release       1.0.0
    digest        sha256:[digest]
    platforms     linux/amd64
    needs API     >= 0.3.0
    verdict       fits
    vendor        Acme
    download      186 B
    made          [time]
    publisher     https://whale.example
    icon          https://whale.example/whale.svg
    categories    database, sea-life
    account       required
    changelog     https://whale.example/changes
    details       <h1>Whales</h1> and <b>ships</b>
    link          Help https://whale.example/help
    screenshot    https://whale.example/sea.png The sea

    RELEASE  VERDICT
    1.0.0    fits
    ");
}

#[test]
fn lists_that_are_empty_or_no_json_hinder_nothing() {
    let scene = Scene::new();
    let image = pages()
        .label("com.docker.extension.screenshots", "")
        .label("com.docker.extension.additional-urls", "[{\"title\": \"Help\", ")
        .label("com.docker.extension.categories", " , ,");
    assert_snapshot!(scene.installs_with_warnings(&image.build()), @"127.0.0.1:[port]/acme/whale: label com.docker.extension.additional-urls is ignored, because it is not a JSON list: EOF while parsing a value at line 1 column 18");
}

#[test]
fn labels_cannot_steer_the_terminal() {
    let scene = Scene::new();
    let hostile = "\u{1b}[31mred\u{1b}]0;title\u{7}\r\n\u{202e}olleh\u{9b}2J";
    let metadata = json!({
        "ui": {"dashboard-tab": {"title": hostile, "root": "/ui", "src": "index.html"}},
    });
    let image = [
        TITLE,
        VENDOR,
        "org.opencontainers.image.description",
        "com.docker.desktop.extension.icon",
        "com.docker.extension.detailed-description",
        "com.docker.extension.publisher-url",
        "com.docker.extension.changelog",
        "com.docker.extension.categories",
        "com.docker.extension.account-info",
    ]
    .iter()
    .fold(labelled(), |image, label| image.label(label, hostile));
    let image = image
        .label(
            "com.docker.extension.screenshots",
            &json!([{"alt": hostile, "url": hostile}]).to_string(),
        )
        .label(
            "com.docker.extension.additional-urls",
            &json!([{"title": hostile, "url": hostile}]).to_string(),
        )
        .layer(with_metadata(&metadata.to_string()).file("ui/index.html", "", 0o644));
    scene.push("1.0.0", &image.clone().build()).install("1.0.0").ok();
    scene.push("1.1.0", &image.label(API, hostile).build());
    let id = scene.id();
    for command in [
        &["ls"] as &[&str],
        &["show", &id],
        &["show", &id, "--all-versions"],
        &["search"],
        &["scan"],
        &["outdated"],
        &["install", "-f", &format!("{id}:1.1.0")],
        &["update", "-f", &id],
    ] {
        let output = scene.outrigger.run(command.iter().copied());
        let printed = output.stdout + &output.stderr;
        let steering =
            |character: &char| (character.is_control() && *character != '\n') || *character == '\u{202e}';
        assert_eq!(printed.chars().find(steering), None, "{command:?}: {printed}");
    }
}

#[test]
fn a_value_that_no_real_image_needs_counts_as_missing() {
    let scene = Scene::new();
    let image = pages()
        .label(
            "com.docker.extension.detailed-description",
            &"<p>whale</p>".repeat(30_000),
        )
        .label("com.docker.extension.categories", &"a,b,".repeat(80_000));
    assert_snapshot!(scene.installs_with_warnings(&image.build()), @"
    127.0.0.1:[port]/acme/whale: a value of label com.docker.extension.detailed-description is ignored, because it is longer than 262144 bytes
    127.0.0.1:[port]/acme/whale: a value of label com.docker.extension.categories is ignored, because it is longer than 262144 bytes
    ");
    let kept = fs_err::read_to_string(scene.folder().join("labels.json")).unwrap();
    assert!(kept.len() < 1000, "{}", kept.len());
}

#[test]
fn labels_that_a_builder_left_out_are_none() {
    for labels in [json!(null), json!({})] {
        let scene = Scene::new();
        let image = pages().build_with(|config| config["config"]["Labels"] = labels);
        scene.installs_with_warnings(&image);
        assert_eq!(scene.listed()["title"], "acme/whale");
    }
    let scene = Scene::new();
    scene.installs_with_warnings(&pages().build_with(|config| config["config"] = json!(null)));
}
