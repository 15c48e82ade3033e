//! Which files are installed, where they go, and what is kept of them (contract `cli.md`, "Payload paths").

use embedded::image::{Image, Layer};
use serde_json::{Value, json};

use crate::fixture::{METADATA, Scene, labelled, whale, with_metadata};

/// An image of this metadata and these files, whose contents are their names.
fn image(metadata: &Value, files: &[&str]) -> Image {
    let layer = with_metadata(&metadata.to_string());
    let layer = files.iter().fold(layer, |layer, file| {
        layer.file(file, file.as_bytes().to_vec(), 0o644)
    });
    labelled().layer(layer).build()
}

/// Installs that and answers the paths of the payload.
#[track_caller]
fn paths(platform: &str, metadata: &Value, files: &[&str]) -> Vec<String> {
    let scene = Scene::new();
    scene.configure(platform, "");
    scene.installs(&image(metadata, files));
    let payload = scene.payload();
    payload.files().into_iter().map(str::to_owned).collect()
}

fn pages(root: &str, src: &str) -> Value {
    json!({ "ui": { "dashboard-tab": { "title": "Whale", "root": root, "src": src } } })
}

fn binaries(entries: &Value) -> Value {
    json!({ "host": { "binaries": entries } })
}

#[test]
fn every_part_has_its_place() {
    let scene = Scene::new();
    scene.installs(&whale().build());
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        [
            "host/linux/whale",
            "icon.svg",
            "ui/dashboard-tab/index.html",
            "vm/compose.yaml"
        ]
    );
    assert_eq!(payload.text("host/linux/whale"), "linux");
    let kept = fs_err::read_to_string(scene.folder().join("metadata.json")).unwrap();
    assert_eq!(kept, METADATA, "byte for byte");
}

#[test]
fn a_host_gets_the_binaries_of_its_system_and_no_others() {
    for (platform, binary, name) in [
        ("linux/amd64", "host/linux/whale", "whale"),
        ("darwin/arm64", "host/darwin/whale", "whale"),
        ("windows/amd64", "host/windows/whale.exe", "whale.exe"),
    ] {
        let scene = Scene::new();
        scene.configure(platform, "");
        let architecture = platform.split('/').nth(1).unwrap();
        let container = format!("linux/{architecture}");
        scene.installs(&whale().platform(&container).build());
        let payload = scene.payload();
        let host: Vec<_> = payload
            .files()
            .into_iter()
            .filter(|file| file.starts_with("host/"))
            .collect();
        assert_eq!(host, [binary]);
        assert_eq!(scene.listed()["host"], json!([name]));
    }
}

#[test]
fn the_icon_keeps_the_suffix_of_its_file() {
    for (icon, expected) in [
        ("whale.svg", "icon.svg"),
        ("/img/Whale.PNG", "icon.PNG"),
        ("./icons/whale.tar.ico", "icon.ico"),
        ("whale", "icon"),
        (".hidden", "icon"),
        ("a.b/whale", "icon"),
    ] {
        assert_eq!(
            paths("linux/amd64", &json!({ "icon": icon }), &[icon]),
            [expected],
            "{icon}"
        );
    }
}

#[test]
fn tab_roots_are_written_with_and_without_slashes() {
    for root in ["ui", "/ui", "ui/", "/ui/", "./ui", "//ui//."] {
        let files = paths(
            "linux/amd64",
            &pages(root, "index.html"),
            &["ui/index.html", "ui/js/app.js", "other"],
        );
        assert_eq!(
            files,
            ["ui/dashboard-tab/index.html", "ui/dashboard-tab/js/app.js"],
            "{root}"
        );
    }
}

#[test]
fn the_root_of_the_image_may_be_the_root_of_a_tab() {
    let files = paths(
        "linux/amd64",
        &pages("/", "index.html"),
        &["index.html", "etc/os-release"],
    );
    assert_eq!(
        files,
        [
            "ui/dashboard-tab/etc/os-release",
            "ui/dashboard-tab/index.html",
            "ui/dashboard-tab/metadata.json",
        ]
    );
}

#[test]
fn an_entry_page_may_have_a_query_or_a_fragment_or_stand_in_a_folder() {
    for src in [
        "index.html?v0.4.0",
        "index.html#/home",
        "/index.html?a=../b",
        "./index.html",
    ] {
        let files = paths("linux/amd64", &pages("/ui", src), &["ui/index.html"]);
        assert_eq!(files, ["ui/dashboard-tab/index.html"], "{src}");
    }
    let files = paths(
        "linux/amd64",
        &pages("/ui", "app/index.html"),
        &["ui/app/index.html"],
    );
    assert_eq!(files, ["ui/dashboard-tab/app/index.html"]);
}

#[test]
fn several_tabs_may_share_a_root() {
    let metadata = json!({ "ui": {
        "dashboard-tab": { "title": "One", "root": "ui", "src": "one.html" },
        "second": { "title": "Two", "root": "/ui", "src": "two.html" },
    } });
    let scene = Scene::new();
    scene.installs(&image(&metadata, &["ui/one.html", "ui/two.html"]));
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        [
            "ui/dashboard-tab/one.html",
            "ui/dashboard-tab/two.html",
            "ui/second/one.html",
            "ui/second/two.html"
        ]
    );
    assert_eq!(payload.text("ui/second/one.html"), "ui/one.html");
    assert_eq!(
        scene.listed()["ui"],
        json!([{ "title": "One" }, { "title": "Two" }])
    );
}

#[test]
fn an_icon_within_the_pages_is_in_both_places() {
    let mut metadata = pages("ui", "index.html");
    metadata["icon"] = json!("/ui/img/whale.svg");
    assert_eq!(
        paths("linux/amd64", &metadata, &["ui/index.html", "ui/img/whale.svg"]),
        [
            "icon.svg",
            "ui/dashboard-tab/img/whale.svg",
            "ui/dashboard-tab/index.html"
        ]
    );
}

#[test]
fn a_compose_file_keeps_its_folder() {
    for (written, expected) in [
        ("docker-compose.yaml", "vm/docker-compose.yaml"),
        ("/compose/compose.yaml", "vm/compose/compose.yaml"),
        ("./a/b/docker-compose.yml", "vm/a/b/docker-compose.yml"),
    ] {
        let metadata = json!({ "vm": { "composefile": written } });
        let scene = Scene::new();
        scene.installs_with_warnings(&image(&metadata, &[written]));
        assert_eq!(scene.payload().files(), [expected], "{written}");
    }
}

#[test]
fn entries_of_several_objects_add_up() {
    let metadata = binaries(&json!([
        { "linux": [{ "path": "/one" }], "windows": [{ "path": "/one.exe" }] },
        { "windows": [{ "path": "/only.exe" }] },
        { "linux": [{ "path": "/two" }] },
        {},
    ]));
    let files = ["one", "two", "one.exe", "only.exe"];
    assert_eq!(paths("linux/amd64", &metadata, &files), ["host/one", "host/two"]);
    assert_eq!(
        paths("windows/amd64", &metadata, &files),
        ["host/one.exe", "host/only.exe"]
    );
    assert_eq!(paths("darwin/amd64", &metadata, &files), [""; 0]);
}

#[test]
fn only_the_files_of_this_system_need_to_exist() {
    let metadata =
        binaries(&json!([{ "linux": [{ "path": "/one" }], "windows": [{ "path": "/nowhere.exe" }] }]));
    assert_eq!(paths("linux/amd64", &metadata, &["one"]), ["host/one"]);
}

#[test]
fn listed_folders_come_whole_and_equal_base_names_do_not_meet() {
    let metadata = binaries(&json!([{ "windows": [
        { "path": "/windows/lib/" },
        { "path": "/windows/whale.exe" },
        { "path": "/windows/beta/whale.exe" },
        { "path": "/windows/whale.properties" },
        { "path": "/windows/lib/tcl" },
        { "path": "/windows/whale.exe" },
    ] }]));
    let files = [
        "windows/lib/python.dll",
        "windows/lib/tcl/init.tcl",
        "windows/lib/Python.EXE",
        "windows/whale.exe",
        "windows/beta/whale.exe",
        "windows/whale.properties",
        "windows/unlisted.exe",
    ];
    let scene = Scene::new();
    scene.configure("windows/amd64", "");
    scene.installs(&image(&metadata, &files));
    assert_eq!(
        scene.payload().files(),
        [
            "host/windows/beta/whale.exe",
            "host/windows/lib/Python.EXE",
            "host/windows/lib/python.dll",
            "host/windows/lib/tcl/init.tcl",
            "host/windows/whale.exe",
            "host/windows/whale.properties",
        ]
    );
    assert_eq!(
        scene.listed()["host"],
        json!(["Python.EXE", "whale.exe", "whale.exe", "whale.properties"]),
        "of a folder what can be run, and every listed file"
    );
}

#[test]
fn execute_bits_are_kept_and_no_other_bits() {
    let modes = [
        ("plain", 0o644, 0o644),
        ("private", 0o600, 0o644),
        ("everyones", 0o666, 0o644),
        ("program", 0o755, 0o755),
        ("owners", 0o700, 0o755),
        ("groups", 0o610, 0o755),
        ("setuid", 0o4755, 0o755),
        ("setgid", 0o2644, 0o644),
        ("sticky", 0o1777, 0o755),
        ("unreadable", 0o000, 0o644),
    ];
    let listed: Vec<_> = modes.iter().map(|(name, ..)| json!({ "path": name })).collect();
    let layer = with_metadata(&binaries(&json!([{ "linux": listed }])).to_string());
    let layer = modes
        .iter()
        .fold(layer, |layer: Layer, (name, mode, _)| layer.file(name, "", *mode));
    let scene = Scene::new();
    scene.installs(&labelled().layer(layer).build());
    let payload = scene.payload();
    for (name, _, expected) in modes {
        assert_eq!(payload.mode(&format!("host/{name}")), expected, "{name}");
    }
}

#[cfg(target_os = "linux")] // others fold case or normal form
#[test]
fn names_of_many_tongues_and_shapes_are_kept_as_they_are() {
    let names = [
        "ui/index.html",
        "ui/Grüße aus Kiel.txt",
        "ui/鯨.js",
        "ui/back\\slash.txt",
        "ui/.hidden/.wh",
        "ui/...",
        "ui/ leading and trailing ",
        "ui/quote\"and'tick`.css",
        "ui/new\nline",
        "ui/README",
        "ui/readme",
    ];
    let files = paths("linux/amd64", &pages("ui", "index.html"), &names);
    let mut expected: Vec<_> = names.map(|name| name.replace("ui/", "ui/dashboard-tab/")).into();
    expected.sort();
    assert_eq!(files, expected);
}

#[test]
fn an_empty_folder_leaves_no_trace_and_an_empty_file_does() {
    let layer = with_metadata(&pages("ui", "index.html").to_string())
        .file("ui/index.html", "", 0o644)
        .folder("ui/empty");
    let scene = Scene::new();
    scene.installs(&labelled().layer(layer).build());
    let payload = scene.payload();
    assert_eq!(payload.files(), ["ui/dashboard-tab/index.html"]);
    assert_eq!(payload.text("ui/dashboard-tab/index.html"), "");
}

#[test]
fn a_listed_folder_is_there_also_when_nothing_stands_in_it() {
    let metadata = binaries(
        &json!([{ "linux": [{ "path": "/tools/" }, { "path": "/tools/cache" }, { "path": "/plugins" }] }]),
    );
    let layer = with_metadata(&metadata.to_string())
        .file("tools/whale", "", 0o755)
        .folder("tools/cache")
        .folder("plugins");
    let scene = Scene::new();
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(scene.payload().files(), ["host/tools/whale"]);
}

#[test]
fn a_listed_folder_may_hold_nothing_but_a_link_to_nothing() {
    let metadata = binaries(&json!([{ "linux": [{ "path": "/plugins" }] }]));
    let layer = with_metadata(&metadata.to_string()).symlink("plugins/broken", "/nowhere");
    let scene = Scene::new();
    let warnings = scene.installs_with_warnings(&labelled().layer(layer).build());
    assert!(warnings.contains("plugins/broken"), "{warnings}");
}
