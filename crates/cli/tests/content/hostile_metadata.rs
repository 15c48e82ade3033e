//! Paths, tabs and sizes in the metadata that are made to break out or to exhaust.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::{Scene, labelled, with_metadata};

/// Has each of these refused and answers the first line of what is said.
#[track_caller]
fn refusals(scene: &Scene, metadata: &[Value]) -> String {
    let lines = metadata.iter().map(|metadata| {
        let layer = with_metadata(&metadata.to_string())
            .file("ui/index.html", "", 0o644)
            .file("whale.svg", "", 0o644);
        let said = scene.refuses(6, &labelled().layer(layer).build());
        said.lines().next().unwrap_or_default().to_owned() + "\n"
    });
    lines.collect()
}

fn tab(name: &str) -> Value {
    json!({ "ui": { name: { "title": "Whale", "root": "ui", "src": "index.html" } } })
}

fn root(root: &str) -> Value {
    json!({ "ui": { "dashboard-tab": { "title": "Whale", "root": root, "src": "index.html" } } })
}

fn src(src: &str) -> Value {
    json!({ "ui": { "dashboard-tab": { "title": "Whale", "root": "ui", "src": src } } })
}

#[test]
fn a_tab_name_that_is_no_plain_name_is_refused() {
    let scene = Scene::with_whale();
    let names = [
        "..",
        ".",
        "",
        "../../evil",
        "/evil",
        "a/b",
        "a\\b",
        "C:",
        "nul\0",
        "a\nb",
    ];
    assert_snapshot!(refusals(&scene, &names.map(tab)), @r"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `..` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `.` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `../../evil` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `/evil` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `a/b` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `a\b` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `C:` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `nul\u{0}` is not a plain file name
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: the tab name `a b` is not a plain file name
    ");
}

#[test]
fn a_path_that_leaves_the_image_is_refused_wherever_it_stands() {
    let scene = Scene::with_whale();
    let metadata = [
        json!({ "icon": "../whale.svg" }),
        json!({ "icon": "/a/../../whale.svg" }),
        json!({ "icon": "C:\\whale.svg" }),
        json!({ "icon": "C:/whale.svg" }),
        json!({ "icon": "whale\0.svg" }),
        root("../ui"),
        root("ui/.."),
        root("\\\\server\\share"),
        src("../index.html"),
        src("a/../../index.html?x"),
        json!({ "vm": { "composefile": "../compose.yaml" } }),
        json!({ "host": { "binaries": [{ "linux": [{ "path": "../whale" }] }] } }),
        json!({ "host": { "binaries": [{ "windows": [{ "path": "windows\\whale.exe" }] }] } }),
        json!({ "host": { "binaries": [{ "linux": [{ "path": "/" }] }] } }),
        json!({ "icon": "w".repeat(5000) }),
    ];
    assert_snapshot!(refusals(&scene, &metadata), @r"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `../whale.svg` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `/a/../../whale.svg` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `C:\whale.svg` is not a plain path inside the image: it holds a backslash; paths in an image are written with `/`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `C:/whale.svg` is not a plain path inside the image: it begins with a drive letter
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `whale\u{0}.svg` is not a plain path inside the image: it holds a NUL
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.root`: `../ui` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.root`: `ui/..` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.root`: `\\server\share` is not a plain path inside the image: it holds a backslash; paths in an image are written with `/`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.src`: `../index.html` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui.dashboard-tab.src`: `a/../../index.html` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `vm.composefile`: `../compose.yaml` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].linux[0].path`: `../whale` is not a plain path inside the image: it holds `..`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].windows[0].path`: `windows\whale.exe` is not a plain path inside the image: it holds a backslash; paths in an image are written with `/`
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].linux[0]` names the root of the image, and must name a file
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `icon`: `wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…` is not a plain path inside the image: it is longer than 4096 bytes
    ");
}

#[test]
fn a_socket_that_is_no_plain_name_is_ignored() {
    let scene = Scene::new();
    let metadata = json!({
        "ui": { "dashboard-tab": { "root": "ui", "src": "index.html", "backend": { "socket": "../../docker.sock" } } },
        "vm": { "image": "whale", "exposes": { "socket": "/run/docker.sock" } },
    });
    let layer = with_metadata(&metadata.to_string()).file("ui/index.html", "", 0o644);
    assert_snapshot!(scene.installs_with_warnings(&labelled().layer(layer).build()), @"
    127.0.0.1:[port]/acme/whale: metadata.json: `ui.dashboard-tab.backend.socket` is not a plain file name and ignored
    127.0.0.1:[port]/acme/whale: metadata.json: `vm.exposes.socket` is not a plain file name and ignored
    ");
}

#[test]
fn metadata_that_is_too_large_or_nested_too_deep_names_its_setting() {
    let scene = Scene::with_whale();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let documents = [
        format!("{{\"pad\": \"{}\"}}", "x".repeat(2 << 20)),
        format!("{{\"pad\": {deep}}}"),
        deep,
    ];
    let mut said = String::new();
    for document in documents {
        let layer = with_metadata(&document);
        said += &scene.refuses(6, &labelled().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json has 2097163 bytes, and the limit is 1048576 (setting limits.metadata-size)
      help: if you trust its author, raise `limits.metadata-size` in the configuration
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json is nested deeper than 32 levels (setting limits.metadata-nesting)
      help: if you trust its author, raise `limits.metadata-nesting` in the configuration
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json is nested deeper than 32 levels (setting limits.metadata-nesting)
      help: if you trust its author, raise `limits.metadata-nesting` in the configuration
    ");
}

#[test]
fn metadata_with_too_many_entries_names_its_setting() {
    let scene = Scene::with_whale();
    let paths: Vec<_> = (0..5000)
        .map(|number| json!({ "path": format!("/bin/{number}") }))
        .collect();
    let tabs: serde_json::Map<_, _> = (0..5000)
        .map(|number| {
            (
                format!("tab-{number}"),
                json!({ "root": "ui", "src": "index.html" }),
            )
        })
        .collect();
    let mut said = String::new();
    for metadata in [
        json!({ "host": { "binaries": [{ "linux": paths }] } }),
        json!({ "ui": tabs }),
    ] {
        let layer = with_metadata(&metadata.to_string()).file("ui/index.html", "", 0o644);
        said += &scene.refuses(6, &labelled().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `host.binaries[0].linux` has more than 4096 entries (setting limits.metadata-entries)
      help: if you trust its author, raise `limits.metadata-entries` in the configuration
    error: 127.0.0.1:[port]/acme/whale:2.0.0: metadata.json: `ui` has more than 4096 entries (setting limits.metadata-entries)
      help: if you trust its author, raise `limits.metadata-entries` in the configuration
    ");
}
