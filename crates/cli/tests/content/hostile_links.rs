//! Links, and what is written through them (contract `cli.md`, "Hostile and odd content"; known attacks of this class).

use embedded::image::Layer;
use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{METADATA, PAGES, Scene, labelled, pages, whale, with_metadata};

#[test]
fn links_that_resolve_inside_the_image_are_followed() {
    let scene = Scene::new();
    let layer = Layer::new()
        .file("etc/whale.conf", "conf", 0o644)
        .symlink("ui/absolute", "/etc/whale.conf")
        .symlink("ui/relative", "../etc/whale.conf")
        .symlink("ui/above-the-root", "../../../../../../../etc/whale.conf")
        .symlink("ui/folder", "/etc")
        .hardlink("ui/hard", "etc/whale.conf")
        .hardlink("ui/hard-absolute", "/etc/whale.conf")
        .hardlink("ui/hard-dotted", "./ui/../etc/whale.conf");
    scene.installs(&pages().layer(layer).build());
    let payload = scene.payload();
    for file in [
        "absolute",
        "relative",
        "above-the-root",
        "folder/whale.conf",
        "hard",
        "hard-absolute",
        "hard-dotted",
    ] {
        assert_eq!(
            payload.text(&format!("ui/dashboard-tab/{file}")),
            "conf",
            "{file}"
        );
    }
    for (path, entry) in testkit::tree(&scene.folder()).entries() {
        assert!(!matches!(entry.kind, testkit::Kind::Link(_)), "{path} is a link");
    }
}

#[test]
fn a_link_never_reaches_a_file_of_this_machine() {
    let scene = Scene::new();
    let secret = scene.outrigger.surroundings().join("secret.txt");
    fs_err::write(&secret, "secret").unwrap();
    // The last two would be found from the folder in which the program runs.
    let layer = Layer::new()
        .symlink("ui/passwd", "/etc/passwd")
        .symlink("ui/secret", secret.as_str())
        .symlink("ui/climbing", format!("../../../../../../../../../..{secret}"))
        .hardlink("ui/hard", secret.as_str())
        .hardlink("ui/here", "secret.txt")
        .hardlink("ui/docker", "docker/config.json");
    let warnings = scene.installs_with_warnings(&pages().layer(layer).build());
    assert_snapshot!(warnings, @"
    `ui/climbing` is left out: it is a link to nothing in the image
    `ui/docker` is left out: it is a link to nothing in the image
    `ui/hard` is left out: it is a link to nothing in the image
    `ui/here` is left out: it is a link to nothing in the image
    `ui/passwd` is left out: it is a link to nothing in the image
    `ui/secret` is left out: it is a link to nothing in the image
    ");
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn a_link_to_nothing_that_the_metadata_names_is_refused() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for name in ["whale.svg", "linux/whale", "compose.yaml", "ui"] {
        for target in ["/etc/passwd", "../../../../../../etc/passwd", "nowhere"] {
            let layer = Layer::new().whiteout(name).symlink(name, target);
            said = scene.refuses(6, &whale().layer(layer).build());
        }
        let layer = Layer::new().whiteout(name).hardlink(name, "../../etc/passwd");
        scene.refuses(6, &whale().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is reached through a link that leads to nothing in the image
      help: only the extension's author can mend this
    ");
}

#[test]
fn an_entry_page_that_is_a_link_to_nothing_is_refused() {
    let scene = Scene::with_whale();
    let layer = Layer::new().symlink("ui/index.html", "/etc/passwd");
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the metadata names `/ui/index.html`, which the image lacks
      help: only the extension's author can mend this
    ");
}

#[test]
fn links_in_circles_are_left_out_of_folders() {
    let scene = Scene::new();
    let layer = Layer::new()
        .symlink("ui/self", "self")
        .symlink("ui/ping", "pong")
        .symlink("ui/pong", "ping")
        .symlink("ui/up", "..")
        .symlink("ui/root", "/")
        .symlink("ui/here", ".")
        .symlink("ui/empty", "");
    assert_snapshot!(scene.installs_with_warnings(&pages().layer(layer).build()), @"
    `ui/empty` is left out: it is a link to nothing in the image
    `ui/here` is left out: it is a link to a folder that it stands in
    `ui/ping` is left out: it leads over too many links, or in a circle
    `ui/pong` is left out: it leads over too many links, or in a circle
    `ui/root` is left out: it is a link to a folder that it stands in
    `ui/self` is left out: it leads over too many links, or in a circle
    `ui/up` is left out: it is a link to a folder that it stands in
    ");
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn a_named_link_in_a_circle_is_refused() {
    let scene = Scene::with_whale();
    let layer = Layer::new()
        .symlink("whale.svg", "squid.svg")
        .symlink("squid.svg", "whale.svg");
    assert_snapshot!(scene.refuses(6, &whale().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `whale.svg` is reached over too many links, or links in a circle
      help: only the extension's author can mend this
    ");
}

#[test]
fn folders_of_links_to_folders_of_links_do_not_fill_the_disk() {
    // Thirty levels of two links each would be a thousand million files.
    let scene = Scene::with_whale();
    let layer = (0..30).fold(Layer::new().file("d30/file", "x", 0o644), |layer, level| {
        let next = format!("/d{}", level + 1);
        layer
            .symlink(format!("d{level}/a"), &next)
            .symlink(format!("d{level}/b"), &next)
    });
    let image = pages().layer(layer.symlink("ui/bomb", "/d0"));
    assert_snapshot!(scene.refuses(6, &image.build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: what is selected comes by more than 200000 files, folders and links (setting `limits.payload-files`)
      help: if you trust its author, raise `limits.payload-files` in the configuration
    ");
}

#[test]
fn an_entry_written_through_a_link_into_the_payload_is_refused() {
    let scene = Scene::with_whale();
    let outside = scene.outrigger.surroundings().join("outside");
    fs_err::create_dir(&outside).unwrap();
    let mut said = String::new();
    for target in [outside.as_str(), "../../../../outside", "/ui", "/tmp"] {
        // In one layer, and from the layer above.
        let one = Layer::new()
            .symlink("ui/link", target)
            .file("ui/link/evil.html", "evil", 0o644);
        said = scene.refuses(6, &pages().layer(one).build());
        let link = Layer::new().symlink("ui/link", target);
        let through = Layer::new().file("ui/link/evil.html", "evil", 0o644);
        scene.refuses(6, &pages().layer(link).layer(through).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is touched by `ui/link/evil.html`, which is written through a link
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_chain_of_links_and_a_hard_link_lead_nowhere() {
    // Two links that climb step by step, then a hard link over them (CVE-2026-26960, CVE-2020-27833).
    let scene = Scene::with_whale();
    let layer = Layer::new()
        .folder("ui/sub")
        .symlink("ui/sub/parent", "..")
        .symlink("ui/sub/parent/grand", "..")
        .hardlink("ui/leak", "ui/sub/parent/grand/../docker/config.json");
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is touched by `ui/sub/parent/grand`, which is written through a link
      help: only the extension's author can mend this
    ");
}

#[test]
fn the_root_of_an_image_cannot_be_made_a_link() {
    // CVE-2021-29136: everything after it would be written somewhere else.
    let scene = Scene::new();
    let outside = scene.outrigger.surroundings().join("outside");
    fs_err::create_dir(&outside).unwrap();
    let layer = ["/.", "./", "/", "."]
        .iter()
        .fold(Layer::new(), |layer, name| layer.symlink(name, outside.as_str()))
        .file("ui/index.html", "<p>", 0o644)
        .file("metadata.json", PAGES, 0o644);
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
    assert!(testkit::tree(&outside).is_empty());
}

#[test]
fn a_folder_entry_over_a_link_changes_no_mode_elsewhere() {
    // CVE-2026-33056, CVE-2021-32760.
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    let outside = scene.outrigger.surroundings().join("outside");
    fs_err::create_dir(&outside).unwrap();
    fs_err::set_permissions(&outside, std::fs::Permissions::from_mode(0o700)).unwrap();
    let layer = Layer::new()
        .symlink("ui/link", outside.as_str())
        .folder("ui/link")
        .file("ui/link/a.html", "a", 0o777);
    scene.installs(&pages().layer(layer).build());
    assert_eq!(
        scene.payload().files(),
        ["ui/dashboard-tab/index.html", "ui/dashboard-tab/link/a.html"]
    );
    let mode = fs_err::metadata(&outside).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    assert!(testkit::tree(&outside).is_empty());
}

#[test]
fn whiteouts_through_links_take_nothing_away_elsewhere() {
    let scene = Scene::with_whale();
    let outside = scene.outrigger.surroundings().join("outside");
    fs_err::create_dir_all(outside.join("kept")).unwrap();
    let mut said = String::new();
    for whiteout in [
        Layer::new().whiteout("ui/link/kept"),
        Layer::new().opaque("ui/link"),
    ] {
        let link = Layer::new().symlink("ui/link", outside.as_str());
        said += &scene.refuses(6, &pages().layer(link).layer(whiteout).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is touched by `ui/link/kept`, which is written through a link
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is touched by `ui/link`, which is written through a link
      help: only the extension's author can mend this
    ");
}

#[test]
fn whiteouts_without_a_name_are_refused() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for name in [".wh.", ".wh..", ".wh...", "ui/.wh..."] {
        let layer = Layer::new().file(name, "", 0o644);
        said += &scene.refuses(6, &pages().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 has the whiteout `.wh.`, which hides nothing that has a name
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 has the whiteout `.wh..`, which hides nothing that has a name
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 has the whiteout `.wh...`, which hides nothing that has a name
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 has the whiteout `ui/.wh...`, which hides nothing that has a name
      help: only the extension's author can mend this
    ");
}

#[test]
fn base_layers_hold_links_of_every_kind_without_a_word() {
    let scene = Scene::new();
    let base = Layer::new()
        .symlink("bin", "usr/bin")
        .symlink("etc/mtab", "/proc/mounts")
        .symlink("var/run", "/run")
        .symlink("etc/alternatives/editor", "/nowhere")
        .symlink("usr/circle", "circle")
        .hardlink("usr/bin/perl5.36", "usr/bin/perl")
        .file("usr/bin/perl", "", 0o755);
    let written_through = Layer::new()
        .file("bin/sh", "", 0o755)
        .file("var/run/x", "", 0o644);
    let extension = with_metadata(METADATA)
        .file("whale.svg", "", 0o644)
        .file("compose.yaml", "services: {}\n", 0o644)
        .file("linux/whale", "", 0o755)
        .file("ui/index.html", "", 0o644);
    let image = labelled().layer(base).layer(written_through).layer(extension);
    scene.installs(&image.build());
    assert_eq!(scene.listed()["host"], json!(["whale"]));
}
