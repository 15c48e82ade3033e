//! `/metadata.json`, read as tolerantly as real images need and no more (contract `docker-extensions.md`, section 1).

use embedded::image::{Image, Layer};
use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{COMPOSE, PAGES, Scene, bare, labelled, with_metadata};

/// An image of this metadata and these files.
fn image(metadata: &str, files: &[&str]) -> Image {
    let layer = files.iter().fold(with_metadata(metadata), |layer, file| {
        layer.file(file, "content", 0o755)
    });
    labelled().layer(layer).build()
}

#[test]
fn an_extension_may_consist_of_nothing() {
    let scene = Scene::new();
    scene.installs(&image("{}", &[]));
    assert_eq!(scene.payload().files(), [""; 0]);
    assert_eq!(scene.listed()["ui"], json!([]));
}

#[test]
fn an_image_without_icon_is_accepted() {
    let scene = Scene::new();
    scene.installs(&image(PAGES, &["ui/index.html"]));
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn unknown_keys_are_ignored_wherever_they_stand() {
    let scene = Scene::new();
    let metadata = json!({
        "name": "Old", "provider": "Somebody", "permissions": {"root": true},
        "ui": {"dashboard-tab": {"title": "Whale", "root": "ui", "src": "index.html", "backend": {"socket": "w.sock", "tcp": "9000"}, "nav": 1}},
        "vm": {"image": "${DESKTOP_PLUGIN_IMAGE}", "exposes": {"socket": "w.sock", "port": 9}, "restart": []},
        "host": {"binaries": [{"linux": [{"path": "/w", "sha": 1}], "plan9": [{"path": "/nowhere"}]}], "x-rd-install": {"linux": "w"}},
    });
    scene.installs(&image(&metadata.to_string(), &["ui/index.html", "w"]));
    assert_eq!(scene.payload().files(), ["host/w", "ui/dashboard-tab/index.html"]);
    let listed = scene.listed();
    assert_eq!((&listed["vm"], &listed["host"]), (&json!(true), &json!(["w"])));
}

#[test]
fn every_obsolete_form_of_2021_is_read_and_told() {
    let scene = Scene::new();
    let metadata = json!({
        "desktop-plugin-version": "1.0.0-beta.1",
        "desktop-plugin-name": "Old Whale",
        "provider": "Old Acme",
        "ui": {"dashboard-tab": {"title": "Whale", "root": "/ui", "src": "index.html",
            "backend": {"host-socket": "whale.sock", "named-pipe": "\\\\.\\pipe\\whale"}}},
        "vm": {"composefile": "compose.yaml", "isolation": "docekrd",
            "exposes": {"socket": "whale.sock", "host-socket": "whale.sock", "named-pipe": "\\\\.\\pipe\\whale"}},
        "host": {"binaries": [
            {"linux": "/text"},
            {"linux": {"path": "/object"}},
            {"linux": ["/list", {"path": "/today"}]},
            {"linux": [{"path": "/bin", "install": {"command": "./bin/install.sh", "requiresAdmin": true}}, {"command": "x", "args": []}]},
        ]},
    });
    let files = [
        "ui/index.html",
        "text",
        "object",
        "list",
        "today",
        "bin/install.sh",
    ];
    let layer = files
        .iter()
        .fold(with_metadata(&metadata.to_string()), |layer, file| {
            layer.file(file, "", 0o755)
        })
        .file("compose.yaml", COMPOSE, 0o644);
    assert_snapshot!(scene.installs_with_warnings(&bare().layer(layer).build()), @"
    127.0.0.1:[port]/acme/whale 1.0.0: its labels do not say which Extension API it needs
    127.0.0.1:[port]/acme/whale: metadata.json: `ui.dashboard-tab.backend.host-socket` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `ui.dashboard-tab.backend.named-pipe` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `vm.exposes.host-socket` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `vm.exposes.named-pipe` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `vm.isolation` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `host.binaries[3].linux[0].install` is obsolete and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `host.binaries[3].linux[1]` brings no file and is ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `desktop-plugin-version` is obsolete and ignored
    ");
    assert_eq!(
        scene.payload().files(),
        [
            "host/bin/install.sh",
            "host/list",
            "host/object",
            "host/text",
            "host/today",
            "ui/dashboard-tab/index.html",
            "vm/compose.yaml",
        ]
    );
    let listed = scene.listed();
    assert_eq!(
        (&listed["title"], &listed["vendor"]),
        (&json!("Old Whale"), &json!("Old Acme"))
    );
}

#[test]
fn the_misspelt_name_of_the_plugin_edition_is_read_with_a_warning() {
    let scene = Scene::new();
    let layer = Layer::new()
        .file("metedata.json", PAGES, 0o644)
        .file("ui/index.html", "", 0o644);
    assert_snapshot!(scene.installs_with_warnings(&labelled().layer(layer).build()), @"the metadata stands in `/metedata.json`; its name is `/metadata.json`");
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn the_misspelt_name_does_not_count_beside_the_right_one() {
    let scene = Scene::new();
    let layer = with_metadata(PAGES)
        .file("metedata.json", "this is not even JSON", 0o644)
        .file("ui/index.html", "", 0o644);
    scene.installs(&labelled().layer(layer).build());
}

#[test]
fn the_misspelt_name_counts_again_where_a_higher_layer_takes_the_right_one_away() {
    let scene = Scene::new();
    let lower = with_metadata("{}")
        .file("metedata.json", PAGES, 0o644)
        .file("ui/index.html", "", 0o644);
    let image = labelled()
        .layer(lower)
        .layer(Layer::new().whiteout("metadata.json"));
    scene.installs_with_warnings(&image.build());
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn an_image_without_metadata_is_no_extension() {
    let scene = Scene::with_whale();
    let image = labelled().layer(Layer::new().file("bin/sh", "", 0o755)).build();
    assert_snapshot!(scene.refuses(6, &image), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the image has no `/metadata.json`: it is not an extension
      help: only the extension's author can mend this
    ");
}

#[test]
fn an_image_without_layers_is_no_extension() {
    let scene = Scene::with_whale();
    assert_snapshot!(scene.refuses(6, &labelled().build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the image has no `/metadata.json`: it is not an extension
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_folder_is_no_metadata() {
    let scene = Scene::with_whale();
    let image = labelled()
        .layer(Layer::new().file("metadata.json/x", "", 0o644))
        .build();
    assert_snapshot!(scene.refuses(6, &image), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `metadata.json` is a folder, not a file
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_file_that_the_metadata_names_and_the_image_lacks_is_refused_with_its_path() {
    let complete = [
        "img/whale.svg",
        "ui/index.html",
        "linux/whale",
        "compose.yaml",
        "ui/other.html",
    ];
    let metadata = json!({
        "icon": "/img/whale.svg",
        "ui": {"dashboard-tab": {"title": "Whale", "root": "ui/", "src": "index.html?v1"}},
        "host": {"binaries": [{"linux": [{"path": "linux/whale"}]}]},
        "vm": {"composefile": "compose.yaml"},
    });
    let scene = Scene::with_whale();
    let mut said = String::new();
    for missing in &complete[..4] {
        let others: Vec<_> = complete.into_iter().filter(|file| file != missing).collect();
        said += &scene.refuses(6, &image(&metadata.to_string(), &others));
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the metadata names `/img/whale.svg`, which the image lacks
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the metadata names `/ui/index.html`, which the image lacks
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the metadata names `/linux/whale`, which the image lacks
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the metadata names `/compose.yaml`, which the image lacks
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_named_file_that_is_a_folder_is_refused() {
    let scene = Scene::with_whale();
    let said = scene.refuses(6, &image(r#"{"icon": "whale.svg"}"#, &["whale.svg/inner"]));
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `whale.svg` is a folder, not a file
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_tab_root_that_is_a_file_is_refused() {
    let scene = Scene::with_whale();
    assert_snapshot!(scene.refuses(6, &image(PAGES, &["ui"])), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is a file, not a folder
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_first_install_that_is_refused_leaves_nothing_behind() {
    let scene = Scene::new();
    scene.push("1.0.0", &image(r#"{"icon": "whale.svg"}"#, &[]));
    scene.install("1.0.0").fails_with(6);
    let ls = scene.outrigger.run(["ls"]).ok();
    assert_eq!(ls.stdout, "No extensions are installed.\n");
    for folder in ["extensions", "activations", "records", "staging"] {
        assert!(
            testkit::tree(&scene.outrigger.home().join(folder)).is_empty(),
            "{folder}"
        );
    }
}

#[test]
fn metadata_that_cannot_be_used_is_refused_with_the_place() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for metadata in [
        "",
        "{",
        "\u{feff}[]",
        "<html>",
        r#"{"icon": 7}"#,
        r#"{"icon": "/"}"#,
        r#"{"ui": "ui"}"#,
        r#"{"ui": {"dashboard-tab": {"title": "Whale"}}}"#,
        r#"{"ui": {"dashboard-tab": {"root": ["ui"]}}}"#,
        r#"{"vm": {"composefile": {}}}"#,
        r#"{"host": {"binaries": {"linux": []}}}"#,
        r#"{"host": {"binaries": [{"windows": [{}]}]}}"#,
        r#"{"host": {"binaries": [{"linux": [7]}]}}"#,
    ] {
        let refused = scene.refuses(6, &image(metadata, &["ui/index.html"]));
        let first = refused.lines().next().unwrap_or_default();
        said.extend([metadata, "\n", first, "\n"]);
    }
    assert_snapshot!(said, @r#"

    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json is not JSON: EOF while parsing a value at line 1 column 0
    {
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json is not JSON: EOF while parsing an object at line 1 column 1
    ﻿[]
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `(root)` is a list, and must be an object
    <html>
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json is not JSON: expected value at line 1 column 1
    {"icon": 7}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon` is a number, and must be a text
    {"icon": "/"}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon` names the root of the image, and must name a file
    {"ui": "ui"}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui` is a text, and must be an object
    {"ui": {"dashboard-tab": {"title": "Whale"}}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.root` is missing
    {"ui": {"dashboard-tab": {"root": ["ui"]}}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.root` is a list, and must be a text
    {"vm": {"composefile": {}}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `vm.composefile` is an object, and must be a text
    {"host": {"binaries": {"linux": []}}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries` is an object, and must be a list
    {"host": {"binaries": [{"windows": [{}]}]}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].windows[0].path` is missing
    {"host": {"binaries": [{"linux": [7]}]}}
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].linux[0]` is a number, and must be an object with a `path`
    "#);
}

#[test]
fn a_mark_of_windows_editors_in_front_is_no_fault() {
    let scene = Scene::new();
    scene.installs(&image(&format!("\u{feff}{PAGES}"), &["ui/index.html"]));
}

#[test]
fn metadata_may_be_reached_through_a_link() {
    let scene = Scene::new();
    let layer = Layer::new()
        .symlink("metadata.json", "opt/whale/extension.json")
        .file("opt/whale/extension.json", PAGES, 0o600)
        .file("ui/index.html", "", 0o644);
    scene.installs(&labelled().layer(layer).build());
    let kept = fs_err::read_to_string(scene.folder().join("metadata.json")).unwrap();
    assert_eq!(kept, PAGES);
}

#[test]
fn metadata_behind_a_link_to_nothing_is_refused() {
    let scene = Scene::with_whale();
    let layer = Layer::new().symlink("metadata.json", "/etc/passwd");
    assert_snapshot!(scene.refuses(6, &labelled().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `metadata.json` is reached through a link that leads to nothing in the image
      help: only the extension's author can mend this
    ");
}
