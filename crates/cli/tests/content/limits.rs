//! Content made to exhaust this machine: each limit is kept, and named with its setting.

use embedded::image::{Compression, Layer};
use insta::assert_snapshot;

use crate::fixture::{Scene, pages};

/// With the extension installed, and this limit set from now on.
fn limited(setting: &str) -> Scene {
    let scene = Scene::with_whale();
    scene.configure("linux/amd64", &format!("[limits]\n{setting}\n"));
    scene
}

/// Pages with a file of so many zeros beside them or, where it is not `in_payload`, elsewhere.
fn zeros(count: usize, in_payload: bool, compression: Compression) -> embedded::Image {
    let name = if in_payload { "ui/zeros" } else { "usr/zeros" };
    let layer = Layer::new()
        .file(name, vec![0; count], 0o644)
        .compression(compression);
    pages().layer(layer).build()
}

#[test]
fn the_unpacked_size_of_a_layer_is_limited() {
    let scene = limited("layer-size = \"1MiB\"");
    let mut said = String::new();
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        said = scene.refuses(6, &zeros(2 << 20, false, compression));
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 unpacks to more than 1048576 bytes (setting `limits.layer-size`)
      help: if you trust its author, raise `limits.layer-size` in the configuration
    ");
}

#[test]
fn the_ratio_of_unpacked_to_packed_size_is_limited_without_any_setting() {
    // zstd packs zeros tens of thousands of times; gzip cannot pass a thousand.
    let scene = Scene::with_whale();
    assert_snapshot!(scene.refuses(6, &zeros(100 << 20, false, Compression::Zstd)), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 unpacks to more than 1200 times its compressed size (setting `limits.ratio`)
      help: if you trust its author, raise `limits.ratio` in the configuration
    ");
    let scene = Scene::new();
    scene.installs(&zeros(100 << 20, false, Compression::Gzip));
}

#[test]
fn the_number_of_entries_is_limited() {
    let scene = limited("entries = 1000");
    let layer = (0..1001).fold(Layer::new(), |layer, number| {
        layer.file(format!("e/{number}"), "", 0o644)
    });
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 holds more than 1000 entries (setting `limits.entries`)
      help: if you trust its author, raise `limits.entries` in the configuration
    ");
    let many = |from: u32| {
        (from..from + 700).fold(Layer::new(), |layer, number| {
            layer.file(format!("e/{number}"), "", 0o644)
        })
    };
    assert_snapshot!(scene.refuses(6, &pages().layer(many(0)).layer(many(700)).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the image holds more than 1000 entries (setting `limits.entries`)
      help: if you trust its author, raise `limits.entries` in the configuration
    ");
}

#[test]
fn the_length_of_paths_is_limited() {
    let scene = limited("path-length = 100");
    let layer = Layer::new().file(format!("usr/{}", "p".repeat(100)), "", 0o644);
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: a name of entry 0 of layer 1 is longer than 100 bytes (setting `limits.path-length`)
      help: if you trust its author, raise `limits.path-length` in the configuration
    ");
    let layer = Layer::new().symlink("usr/link", "t".repeat(101));
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: a name of entry 0 of layer 1 is longer than 100 bytes (setting `limits.path-length`)
      help: if you trust its author, raise `limits.path-length` in the configuration
    ");
}

#[test]
fn the_size_of_the_payload_is_limited_and_that_of_the_rest_is_not() {
    let scene = limited("payload-size = \"1MiB\"");
    assert_snapshot!(scene.refuses(6, &zeros(2 << 20, true, Compression::Gzip)), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: what is selected adds up to more than 1048576 bytes (setting `limits.payload-size`)
      help: if you trust its author, raise `limits.payload-size` in the configuration
    ");
    limited("payload-size = \"1MiB\"").installs_with_warnings(&zeros(2 << 20, false, Compression::Gzip));
}

#[test]
fn links_do_not_multiply_a_payload_beyond_its_limit() {
    let scene = limited("payload-size = \"1MiB\"");
    let layer = Layer::new().file("usr/half", vec![7; 600 << 10], 0o644);
    let layer = layer
        .symlink("ui/one", "/usr/half")
        .hardlink("ui/two", "usr/half");
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: what is selected adds up to more than 1048576 bytes (setting `limits.payload-size`)
      help: if you trust its author, raise `limits.payload-size` in the configuration
    ");
}

#[test]
fn the_number_of_files_in_the_payload_is_limited() {
    let scene = limited("payload-files = 100");
    let layer = (0..100).fold(Layer::new(), |layer, number| {
        layer.file(format!("ui/{number}"), "", 0o644)
    });
    assert_snapshot!(scene.refuses(6, &pages().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: what is selected comes by more than 100 files, folders and links (setting `limits.payload-files`)
      help: if you trust its author, raise `limits.payload-files` in the configuration
    ");
}

#[test]
fn the_window_of_zstd_is_limited() {
    let scene = limited("zstd-window = \"1KiB\"");
    assert_snapshot!(scene.refuses(6, &zeros(2 << 20, false, Compression::Zstd)), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 asks for a zstd window of more than 1024 bytes (setting `limits.zstd-window`)
      help: if you trust its author, raise `limits.zstd-window` in the configuration
    ");
}

#[test]
fn the_number_of_layers_is_limited() {
    let scene = limited("layers = 3");
    let image = (0..3).fold(pages(), |image, number| {
        image.layer(Layer::new().file(number.to_string(), "", 0o644))
    });
    assert_snapshot!(scene.refuses(6, &image.build()), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the number of its layers is over the limit of 3 (`limits.layers`)
      help: if you trust its author, raise `limits.layers` in the configuration
    ");
}

#[test]
fn the_sizes_of_manifest_and_config_are_limited() {
    let scene = Scene::with_whale();
    let padding = "x".repeat(5 << 20);
    let manifest = pages()
        .build()
        .edit_document(|manifest| manifest["annotations"] = padding.clone().into());
    let config = pages().label("padding", &padding).build();
    let said = [scene.refuses(6, &manifest), scene.refuses(6, &config)];
    assert_snapshot!(said.join(""), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest is over the limit of 4194304 (`limits.manifest-size`)
      help: if you trust its author, raise `limits.manifest-size` in the configuration
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest]: the image config is over the limit of 4194304 (`limits.config-size`)
      help: if you trust its author, raise `limits.config-size` in the configuration
    ");
}

#[test]
fn nothing_of_a_refused_image_stays_in_staging() {
    let scene = limited("payload-size = \"1MiB\"");
    scene.refuses(6, &zeros(2 << 20, true, Compression::Gzip));
    assert!(testkit::tree(&scene.outrigger.home().join("staging")).is_empty());
}
