//! Names of entries that are no names, or not on every system.

use embedded::image::Layer;
use insta::assert_snapshot;

use crate::fixture::{PAGES, Scene, labelled, pages};

#[test]
fn a_name_that_leaves_the_image_is_refused() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for name in [
        "../evil",
        "/../evil",
        "ui/../../evil",
        "./../../../../tmp/evil",
        "..",
    ] {
        let layer = Layer::new().file(name, "evil", 0o644);
        said += &scene.refuses(6, &pages().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `../evil`: it leaves the image's root
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `/../evil`: it leaves the image's root
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `ui/../../evil`: it leaves the image's root
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `./../../../../tmp/evil`: it leaves the image's root
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `..`: it leaves the image's root
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_name_with_a_nul_is_refused() {
    let scene = Scene::with_whale();
    let layer = Layer::new().raw_entry(crate::hostile_archives::pax_file(&[("path", "ui/a\0b")], "x"));
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @r"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: entry 0 of layer 1 has the name `ui/a\u{0}b`: it holds a NUL
      help: only the extension's author can mend this
    ");
}

#[test]
fn an_absolute_name_is_taken_relative_to_the_root_of_the_image() {
    let scene = Scene::new();
    let layer = Layer::new()
        .file("/metadata.json", PAGES, 0o644)
        .file("/ui/index.html", "<p>", 0o644)
        .file("//ui/./js/../app.js", "app", 0o644);
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(
        scene.payload().files(),
        ["ui/dashboard-tab/app.js", "ui/dashboard-tab/index.html"]
    );
}

#[test]
fn a_name_longer_than_any_path_is_refused_even_outside_of_the_payload() {
    let scene = Scene::with_whale();
    let name = "long/".repeat(1000);
    let layer = Layer::new().file(format!("usr/{name}x"), "", 0o644);
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: a name of entry 0 of layer 1 is longer than 4096 bytes (setting `limits.path-length`)
      help: if you trust its author, raise `limits.path-length` in the configuration
    ");
}

#[test]
fn a_name_that_no_file_system_holds_is_refused_in_the_payload_and_ignored_outside() {
    let scene = Scene::with_whale();
    let name = "w".repeat(256);
    let layer = Layer::new().file(format!("ui/{name}"), "", 0o644);
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: this system cannot hold `ui/dashboard-tab/wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…`: a part of it is longer than 255 bytes
      help: only the extension's author can mend this
    ");
    let scene = Scene::new();
    scene.installs(
        &pages()
            .layer(Layer::new().file(format!("usr/{name}"), "", 0o644))
            .build(),
    );
}

#[test]
fn a_name_that_is_no_text_is_refused_in_the_payload_and_ignored_outside() {
    let scene = Scene::with_whale();
    let layer = Layer::new().file(b"ui/caf\xe9.html", "", 0o644);
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the name `ui/caf�.html` is not UTF-8
      help: only the extension's author can mend this
    ");
    let scene = Scene::new();
    let layer = Layer::new().file(b"usr/share/caf\xe9", "", 0o644);
    scene.installs(&pages().layer(layer).build());
}

#[test]
fn a_path_as_long_as_the_limit_is_installed() {
    // Parts of 200 bytes, together a little under the 4096 bytes that a path may have with the generation's folder.
    let scene = Scene::new();
    let folder = format!("ui/{}", format!("{}/", "d".repeat(200)).repeat(17));
    let layer = Layer::new().file(format!("{folder}deep.html"), "deep", 0o644);
    scene.installs(&pages().layer(layer).build());
    let payload = scene.payload();
    let files = payload.files();
    let deep = files.iter().find(|file| file.ends_with("deep.html")).unwrap();
    assert_eq!(payload.text(deep), "deep");
    scene.outrigger.run(["rm", &scene.id()]).ok();
    assert!(testkit::tree(&scene.outrigger.home().join("extensions")).is_empty());
}

#[test]
fn marker_files_of_ours_cannot_be_forged() {
    // CVE-2022-36113: a file of the image that stands where the unpacker writes its own.
    let scene = Scene::new();
    let metadata = r#"{
        "icon": "labels.json",
        "ui": {
            "dashboard-tab": {"root": "/forged", "src": "labels.json"},
            "labels.json": {"root": "/forged", "src": "labels.json"}
        },
        "vm": {"composefile": "labels.json"}
    }"#;
    let layer = Layer::new()
        .file("metadata.json", metadata, 0o644)
        .file("labels.json", "forged", 0o644)
        .file("forged/labels.json", "forged", 0o644)
        .file("format.json", "forged", 0o644);
    scene.installs_with_warnings(&labelled().layer(layer).build());
    assert_eq!(
        scene.payload().files(),
        [
            "icon.json",
            "ui/dashboard-tab/labels.json",
            "ui/labels.json/labels.json",
            "vm/labels.json"
        ]
    );
    let labels = fs_err::read_to_string(scene.folder().join("labels.json")).unwrap();
    assert!(labels.contains("Whale"), "{labels}");
}
