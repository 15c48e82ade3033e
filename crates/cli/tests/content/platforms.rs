//! One image out of several: indexes, attestations, variants, and images without an index.

use embedded::image::{Image, ImageBuilder, Layer};
use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{Scene, pages};

/// Pages that say for which platform they were made.
fn made_for(platform: &str) -> ImageBuilder {
    pages()
        .platform(platform)
        .layer(Layer::new().file("ui/platform", platform.to_owned(), 0o644))
}

/// An index of these platforms.
fn index_of(platforms: &[&str]) -> Image {
    Image::index(
        platforms
            .iter()
            .map(|platform| (*platform, made_for(platform).build())),
    )
}

/// Which of an image's platforms a host takes.
#[track_caller]
fn taken(host: &str, image: &Image) -> String {
    let scene = Scene::new();
    scene.configure(host, "");
    scene.installs(image);
    scene.payload().text("ui/dashboard-tab/platform")
}

#[test]
fn a_host_takes_linux_of_its_own_architecture_whatever_its_system() {
    let image = index_of(&["windows/amd64", "linux/amd64", "linux/arm64", "darwin/arm64"]);
    for (host, platform) in [
        ("linux/amd64", "linux/amd64"),
        ("linux/arm64", "linux/arm64"),
        ("windows/amd64", "linux/amd64"),
        ("windows/arm64", "linux/arm64"),
        ("darwin/amd64", "linux/amd64"),
        ("darwin/arm64", "linux/arm64"),
    ] {
        assert_eq!(taken(host, &image), platform, "{host}");
    }
}

#[test]
fn attestations_are_never_a_platform() {
    let image = index_of(&["linux/amd64", "linux/arm64"]).with_attestation();
    assert_eq!(taken("linux/arm64", &image), "linux/arm64");
    let single = made_for("linux/amd64").build().with_attestation();
    assert_eq!(taken("linux/amd64", &single), "linux/amd64");
}

#[test]
fn variants_are_read_as_containerd_normalises_them() {
    for (host, offered, expected) in [
        ("linux/arm64", &["linux/arm64/v8"] as &[&str], "linux/arm64/v8"),
        ("linux/arm64", &["linux/aarch64"], "linux/aarch64"),
        ("linux/amd64", &["linux/x86_64"], "linux/x86_64"),
        ("linux/amd64", &["linux/amd64/v1"], "linux/amd64/v1"),
        ("linux/amd64", &["linux/386", "linux/amd64"], "linux/amd64"),
        ("linux/arm64", &["linux/arm/v7", "linux/arm64"], "linux/arm64"),
    ] {
        assert_eq!(taken(host, &index_of(offered)), expected, "{host}");
    }
}

#[test]
fn where_no_platform_fits_the_release_is_refused_naming_those_there_are() {
    let scene = Scene::with_whale();
    let image = index_of(&["linux/arm64/v8", "windows/amd64", "linux/arm/v7"]).with_attestation();
    assert_snapshot!(scene.refuses(3, &image), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for linux/arm64, windows/amd64, linux/arm/v7; this host needs linux/amd64");
}

#[test]
fn a_single_image_of_another_platform_is_refused_by_its_config() {
    let scene = Scene::with_whale();
    assert_snapshot!(scene.refuses(3, &made_for("linux/arm64").build()), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for linux/arm64; this host needs linux/amd64");
    assert_eq!(
        taken("linux/arm64", &made_for("linux/arm64").build()),
        "linux/arm64"
    );
}

#[test]
fn a_single_image_that_names_no_platform_is_refused() {
    let scene = Scene::with_whale();
    let image = pages().build_with(|config| {
        config.as_object_mut().unwrap().remove("os");
        config.as_object_mut().unwrap().remove("architecture");
    });
    assert_snapshot!(scene.refuses(3, &image), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for unknown/unknown; this host needs linux/amd64");
}

#[test]
fn an_entry_without_platform_is_judged_by_its_config() {
    let image = Image::index([("", made_for("linux/amd64").build())]);
    assert_eq!(taken("linux/amd64", &image), "linux/amd64");
    let scene = Scene::with_whale();
    scene.configure("linux/arm64", "");
    assert_snapshot!(scene.refuses(3, &image), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for linux/amd64; this host needs linux/arm64");
}

#[test]
fn an_entry_that_names_its_platform_comes_before_one_that_does_not() {
    let image = Image::index([
        ("", made_for("linux/arm64").build()),
        ("linux/amd64", made_for("linux/amd64").build()),
    ]);
    assert_eq!(taken("linux/amd64", &image), "linux/amd64");
}

#[test]
fn of_entries_without_platform_each_is_asked() {
    let image = Image::index([
        ("", made_for("linux/arm64").build()),
        ("", made_for("linux/amd64").build()),
    ]);
    assert_eq!(taken("linux/amd64", &image), "linux/amd64");
    assert_eq!(taken("linux/arm64", &image), "linux/arm64");
    let scene = Scene::with_whale();
    scene.configure("linux/riscv64", "");
    assert_snapshot!(scene.refuses(3, &image), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for linux/arm64, linux/amd64; this host needs linux/riscv64");
}

#[test]
fn an_empty_index_is_refused() {
    let scene = Scene::with_whale();
    assert_snapshot!(scene.refuses(3, &index_of(&[])), @"error: 127.0.0.1:[port]/acme/whale:2.0.0: it is published for no platform; this host needs linux/amd64");
}

#[test]
fn an_index_within_an_index_is_refused() {
    let scene = Scene::with_whale();
    let nested = Image::index([("linux/amd64", index_of(&["linux/amd64"]))]);
    assert_snapshot!(scene.refuses(6, &nested), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the index points to another index (sha256:[digest])
      help: only the extension's author can mend this
    ");
}

#[test]
fn an_entry_that_the_registry_lacks_is_told() {
    let scene = Scene::with_whale();
    let image = index_of(&["linux/amd64"]).edit_document(|index| {
        index["manifests"][0]["digest"] = json!(model::Digest::of(b"nowhere").to_string());
    });
    assert_snapshot!(scene.refuses(4, &image), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the manifest of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/manifests/sha256:[digest]): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    ");
}
