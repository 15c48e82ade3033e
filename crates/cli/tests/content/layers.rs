//! Layers on layers: how they are packed, what hides what, and which of them are read in which order.

use embedded::image::{Compression, Image, ImageBuilder, Layer, MediaTypes};
use insta::assert_snapshot;
use model::Digest;

use crate::fixture::{METADATA, PAGES, Scene, content, labelled, pages, whale, with_metadata};

/// More than the size up to which layers are read before it is known what is wanted of them (1 MiB), also when packed.
const LARGE: usize = 3 << 20;

/// Bytes that no packer makes smaller; others for each seed.
fn noise(seed: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LARGE);
    let mut link = Digest::of(seed.as_bytes());
    while bytes.len() < LARGE {
        link = Digest::of(link.hex().as_bytes());
        bytes.extend_from_slice(link.hex().as_bytes());
    }
    bytes
}

/// A layer of more than 1 MiB, with these files beside the ballast.
fn large(seed: &str, files: &[(&str, &str)]) -> Layer {
    let layer = Layer::new().file(format!("ballast/{seed}"), noise(seed), 0o644);
    files.iter().fold(layer, |layer, (name, content)| {
        layer.file(name, content.as_bytes().to_vec(), 0o644)
    })
}

/// How often a layer was asked for.
fn fetches(scene: &Scene, layer: &Digest) -> usize {
    let requests = scene.registry.requests();
    let end = format!("/blobs/{layer}");
    requests
        .iter()
        .filter(|request| request.path.ends_with(&end))
        .count()
}

/// Installs an image and asserts that each of its layers was fetched once.
#[track_caller]
fn installs_fetching_once(scene: &Scene, image: &Image) {
    scene.installs(image);
    for layer in image.layer_digests() {
        assert_eq!(fetches(scene, layer), 1, "{layer}");
    }
}

#[test]
fn every_packing_and_every_mixture_of_packings_is_read() {
    let all = [Compression::None, Compression::Gzip, Compression::Zstd];
    for lower in all {
        for upper in all {
            let scene = Scene::new();
            let files = Layer::new()
                .file("ui/index.html", "below", 0o644)
                .file("ui/a.js", "a", 0o644);
            let image = labelled().layer(files.compression(lower)).layer(
                with_metadata(PAGES)
                    .file("ui/index.html", "above", 0o644)
                    .compression(upper),
            );
            scene.installs(&image.build());
            let payload = scene.payload();
            assert_eq!(
                payload.files(),
                ["ui/dashboard-tab/a.js", "ui/dashboard-tab/index.html"]
            );
            assert_eq!(payload.text("ui/dashboard-tab/index.html"), "above");
        }
    }
}

#[test]
fn the_bytes_of_a_layer_count_and_not_what_its_media_type_says() {
    let scene = Scene::new();
    let image = whale().build().edit_document(|manifest| {
        manifest["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar+zstd".into();
    });
    scene.installs(&image);
}

#[test]
fn documents_of_both_families_are_read() {
    for media_types in [MediaTypes::Docker, MediaTypes::Oci] {
        let scene = Scene::new();
        let image = whale().media_types(media_types).build();
        scene.installs(&Image::index([("linux/amd64", image)]));
        assert_eq!(scene.payload().files().len(), 4);
    }
}

#[test]
fn a_whiteout_takes_away_what_lower_layers_hold() {
    let scene = Scene::new();
    let lower = Layer::new()
        .file("ui/old.js", "old", 0o644)
        .file("ui/parts/a.js", "a", 0o644)
        .file("ui/kept.js", "kept", 0o644);
    let image = labelled().layer(lower).layer(content()).layer(
        Layer::new()
            .whiteout("ui/old.js")
            .whiteout("ui/parts")
            .whiteout("ui/never-was"),
    );
    scene.installs(&image.build());
    let payload = scene.payload();
    let ui: Vec<_> = payload
        .files()
        .into_iter()
        .filter(|file| file.starts_with("ui/"))
        .collect();
    assert_eq!(ui, ["ui/dashboard-tab/index.html", "ui/dashboard-tab/kept.js"]);
}

#[test]
fn a_file_that_was_taken_away_may_come_back() {
    let scene = Scene::new();
    let image = whale()
        .layer(Layer::new().whiteout("ui"))
        .layer(Layer::new().file("ui/index.html", "again", 0o644));
    scene.installs(&image.build());
    assert_eq!(scene.payload().text("ui/dashboard-tab/index.html"), "again");
}

#[test]
fn a_whiteout_hides_nothing_of_its_own_layer_in_either_order() {
    for layer in [
        Layer::new()
            .whiteout("ui/index.html")
            .file("ui/index.html", "beside", 0o644),
        Layer::new()
            .file("ui/index.html", "beside", 0o644)
            .whiteout("ui/index.html"),
    ] {
        let scene = Scene::new();
        scene.installs(&whale().layer(layer).build());
        assert_eq!(scene.payload().text("ui/dashboard-tab/index.html"), "beside");
    }
}

#[test]
fn an_opaque_folder_hides_all_of_lower_layers_and_nothing_of_its_own() {
    for layer in [
        Layer::new()
            .opaque("ui")
            .file("ui/index.html", "new", 0o644)
            .file("ui/b/c.js", "", 0o644),
        Layer::new()
            .file("ui/index.html", "new", 0o644)
            .file("ui/b/c.js", "", 0o644)
            .opaque("ui"),
    ] {
        let scene = Scene::new();
        let lower = Layer::new()
            .file("ui/a.js", "", 0o644)
            .file("ui/b/old.js", "", 0o644);
        scene.installs(&labelled().layer(lower).layer(content()).layer(layer).build());
        let payload = scene.payload();
        let ui: Vec<_> = payload
            .files()
            .into_iter()
            .filter(|file| file.starts_with("ui/"))
            .collect();
        assert_eq!(ui, ["ui/dashboard-tab/b/c.js", "ui/dashboard-tab/index.html"]);
        assert_eq!(payload.text("ui/dashboard-tab/index.html"), "new");
    }
}

#[test]
fn a_folder_takes_the_place_of_a_file_and_a_file_that_of_a_folder() {
    let scene = Scene::new();
    let lower = Layer::new()
        .file("ui", "a file", 0o644)
        .file("whale.svg/inner", "", 0o644);
    scene.installs(&labelled().layer(lower).layer(content()).build());
    let payload = scene.payload();
    assert_eq!(payload.files().len(), 4);
    assert_eq!(payload.text("icon.svg"), "<svg/>");
}

#[test]
fn of_two_entries_of_one_name_the_last_counts() {
    let scene = Scene::new();
    let layer = content()
        .file("./ui/index.html", "second", 0o644)
        .file("ui//index.html", "third", 0o644);
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(scene.payload().text("ui/dashboard-tab/index.html"), "third");
}

#[test]
fn of_two_metadata_files_in_one_layer_the_last_counts() {
    let scene = Scene::new();
    let layer = with_metadata(METADATA)
        .file("metadata.json", PAGES, 0o644)
        .file("ui/index.html", "", 0o644);
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn one_layer_may_stand_in_an_image_several_times() {
    let scene = Scene::new();
    let script = Layer::new().file("ui/a.js", "a", 0o644);
    let image = labelled()
        .layer(script.clone())
        .layer(
            with_metadata(PAGES)
                .file("ui/index.html", "", 0o644)
                .whiteout("ui/a.js"),
        )
        .layer(script)
        .layer(Layer::new())
        .layer(Layer::new());
    installs_fetching_once(&scene, &image.build());
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        ["ui/dashboard-tab/a.js", "ui/dashboard-tab/index.html"]
    );
}

#[test]
fn empty_layers_change_nothing() {
    let scene = Scene::new();
    let empty = [Compression::None, Compression::Gzip, Compression::Zstd]
        .map(|compression| Layer::new().compression(compression));
    let image = empty.into_iter().fold(pages(), ImageBuilder::layer);
    scene.installs(&image.build());
    assert_eq!(scene.payload().files(), ["ui/dashboard-tab/index.html"]);
}

#[test]
fn a_hundred_and_twenty_seven_layers_are_no_limit() {
    let scene = Scene::new();
    let image = (0..126).fold(pages(), |image, number| {
        image.layer(Layer::new().file(format!("ui/{number:03}.js"), number.to_string(), 0o644))
    });
    scene.installs(&image.build());
    assert_eq!(scene.payload().files().len(), 127);
}

#[test]
fn metadata_in_the_lowest_layer_is_found_under_large_ones() {
    let scene = Scene::new();
    let image = pages()
        .layer(large("one", &[("ui/one.js", "1")]))
        .layer(large("two", &[("ui/two.js", "2"), ("etc/other", "")]));
    installs_fetching_once(&scene, &image.build());
    assert_eq!(
        scene.payload().files(),
        [
            "ui/dashboard-tab/index.html",
            "ui/dashboard-tab/one.js",
            "ui/dashboard-tab/two.js"
        ]
    );
}

#[test]
fn metadata_in_a_large_layer_under_others_is_found() {
    let scene = Scene::new();
    let image = labelled()
        .layer(large("one", &[("ui/one.js", "1")]))
        .layer(large(
            "two",
            &[("metadata.json", PAGES), ("ui/index.html", "two")],
        ))
        .layer(large("three", &[("ui/three.js", "3")]));
    installs_fetching_once(&scene, &image.build());
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        [
            "ui/dashboard-tab/index.html",
            "ui/dashboard-tab/one.js",
            "ui/dashboard-tab/three.js"
        ]
    );
    assert_eq!(payload.text("ui/dashboard-tab/three.js"), "3");
}

#[test]
fn metadata_of_a_higher_layer_counts_whatever_was_read_first() {
    // The small layer is read first and foresees `/ui`; what counts is `/site` of the large one above it.
    let site = PAGES.replace("/ui", "/site");
    for (lower, upper) in [
        (
            pages_layer(),
            large("site", &[("metadata.json", &site), ("site/index.html", "site")]),
        ),
        (
            large("site-below", &[("site/index.html", "site")]),
            pages_layer().file("metadata.json", site.clone(), 0o644),
        ),
    ] {
        let scene = Scene::new();
        let image = labelled()
            .layer(large("base", &[("site/base.js", "base")]))
            .layer(lower)
            .layer(upper);
        installs_fetching_once(&scene, &image.build());
        let payload = scene.payload();
        assert_eq!(
            payload.files(),
            ["ui/dashboard-tab/base.js", "ui/dashboard-tab/index.html"]
        );
        assert_eq!(payload.text("ui/dashboard-tab/index.html"), "site");
    }
}

fn pages_layer() -> Layer {
    with_metadata(PAGES).file("ui/index.html", "ui", 0o644)
}

#[test]
fn metadata_that_a_higher_layer_takes_away_is_gone() {
    let scene = Scene::with_whale();
    let image = whale()
        .layer(large("above", &[]))
        .layer(Layer::new().whiteout("metadata.json"));
    assert_snapshot!(scene.refuses(6, &image.build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the image has no `/metadata.json`: it is not an extension
      help: only the extension's author can mend this
    ");
}

#[test]
fn broken_metadata_under_sound_metadata_is_nobodys_business() {
    let scene = Scene::new();
    let image = labelled()
        .layer(with_metadata("{ broken"))
        .layer(large("above", &[("metadata.json", PAGES), ("ui/index.html", "")]));
    installs_fetching_once(&scene, &image.build());
}

#[test]
fn what_is_reached_over_links_into_large_layers_is_not_fetched_again() {
    let scene = Scene::new();
    let image = labelled()
        .layer(large(
            "base",
            &[
                ("usr/share/whale/index.html", "linked"),
                ("usr/share/whale.svg", "<svg/>"),
            ],
        ))
        .layer(
            with_metadata(
                r#"{"icon": "whale.svg", "ui": {"dashboard-tab": {"root": "ui", "src": "index.html"}}}"#,
            )
            .symlink("ui", "/usr/share/whale")
            .symlink("whale.svg", "usr/share/whale.svg"),
        );
    installs_fetching_once(&scene, &image.build());
    let payload = scene.payload();
    assert_eq!(payload.files(), ["icon.svg", "ui/dashboard-tab/index.html"]);
    assert_eq!(payload.text("ui/dashboard-tab/index.html"), "linked");
}

#[test]
fn a_link_may_lead_into_another_layer_above_or_below() {
    let scene = Scene::new();
    let image = labelled()
        .layer(
            Layer::new()
                .symlink("ui/above.js", "/lib/above.js")
                .file("lib/below.js", "below", 0o644),
        )
        .layer(
            pages_layer()
                .hardlink("ui/hard.js", "lib/below.js")
                .symlink("ui/below.js", "../lib/below.js"),
        )
        .layer(Layer::new().file("lib/above.js", "above", 0o644));
    scene.installs(&image.build());
    let payload = scene.payload();
    for (file, content) in [("above.js", "above"), ("below.js", "below"), ("hard.js", "below")] {
        assert_eq!(
            payload.text(&format!("ui/dashboard-tab/{file}")),
            content,
            "{file}"
        );
    }
}

#[test]
fn a_hard_link_keeps_its_content_when_its_target_is_taken_away_or_replaced() {
    let scene = Scene::new();
    let image = labelled()
        .layer(
            Layer::new()
                .file("lib/one.js", "one", 0o644)
                .file("lib/two.js", "two", 0o644),
        )
        .layer(
            pages_layer()
                .hardlink("ui/one.js", "lib/one.js")
                .hardlink("ui/two.js", "/lib/two.js"),
        )
        .layer(
            Layer::new()
                .whiteout("lib/one.js")
                .file("lib/two.js", "replaced", 0o644),
        );
    scene.installs(&image.build());
    let payload = scene.payload();
    assert_eq!(payload.text("ui/dashboard-tab/one.js"), "one");
    assert_eq!(payload.text("ui/dashboard-tab/two.js"), "two");
}

#[test]
fn an_icon_a_tab_root_a_binary_and_a_compose_file_may_be_links() {
    let scene = Scene::new();
    let layer = with_metadata(METADATA)
        .symlink("whale.svg", "img/../img/./whale.svg")
        .file("img/whale.svg", "<svg/>", 0o644)
        .symlink("ui", "build/latest")
        .symlink("build/latest", "../../../build/v2")
        .file("build/v2/index.html", "v2", 0o644)
        .symlink("linux", "/usr/local/bin")
        .file("usr/local/bin/whale-2.0", "2.0", 0o755)
        .symlink("usr/local/bin/whale", "whale-2.0")
        .hardlink("compose.yaml", "build/compose.yaml")
        .file("build/compose.yaml", "services: {}\n", 0o644);
    scene.installs(&labelled().layer(layer).build());
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
    assert_eq!(payload.text("ui/dashboard-tab/index.html"), "v2");
    assert_eq!(payload.text("host/linux/whale"), "2.0");
    assert_eq!(payload.mode("host/linux/whale"), 0o755);
    assert_eq!(payload.text("vm/compose.yaml"), "services: {}\n");
}

#[test]
fn an_update_reads_shared_layers_from_what_is_here_and_gets_the_same() {
    let scene = Scene::new();
    let base = large("base", &[("ui/base.js", "base")]);
    let first = labelled().layer(base.clone()).layer(pages_layer()).build();
    scene.installs(&first);
    scene.registry.clear_requests();
    let second = labelled()
        .layer(base)
        .layer(pages_layer().file("ui/new.js", "new", 0o644))
        .build();
    scene.push("1.1.0", &second);
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        [
            "ui/dashboard-tab/base.js",
            "ui/dashboard-tab/index.html",
            "ui/dashboard-tab/new.js"
        ]
    );
    assert_eq!(fetches(&scene, &second.layer_digests()[0]), 0);
    assert_eq!(fetches(&scene, &second.layer_digests()[1]), 1);
}

#[test]
fn a_kept_layer_that_went_bad_on_disk_is_fetched_again() {
    let scene = Scene::new();
    let base = large("base", &[("ui/base.js", "base")]);
    scene.installs(&labelled().layer(base.clone()).layer(pages_layer()).build());
    let blobs = scene.outrigger.home().join("blobs");
    let kept = testkit::tree(&blobs);
    for file in kept.files() {
        fs_err::write(blobs.join(file), "rotten").unwrap();
    }
    let second = labelled()
        .layer(base)
        .layer(pages_layer().file("ui/new.js", "", 0o644))
        .build();
    scene.push("1.1.0", &second);
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(scene.payload().text("ui/dashboard-tab/base.js"), "base");
}
