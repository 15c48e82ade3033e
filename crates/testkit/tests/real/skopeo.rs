use embedded::image::{Compression, Image, Layer, MediaTypes};
use outrigger_testkit::RealRegistry;
use outrigger_testkit::skopeo::{Layers, copy, delete, tags};
use serde_json::Value;

use crate::wire::{layer_types, manifest};

/// An image with a layer of each packing.
fn image(media_types: MediaTypes) -> Image {
    let layer = |name: &str| Layer::new().file(name, "{}", 0o644);
    Image::builder()
        .media_types(media_types)
        .layer(layer("metadata.json"))
        .layer(layer("plain").compression(Compression::None))
        .build()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs skopeo and docker-registry"]
async fn layers_are_packed_as_the_test_says_even_where_others_were_pushed_before() {
    let source = embedded::Registry::new();
    let server = source.serve().await.unwrap();
    source.push("acme/whale", "1.0.0", &image(MediaTypes::Docker));
    let registry = RealRegistry::start().unwrap();
    let from = format!("{}/acme/whale:1.0.0", server.authority());
    let copied = |tag: &str, layers| {
        copy(
            &from,
            &format!("{}/acme/{tag}:1.0.0", registry.authority()),
            layers,
        )
        .unwrap();
        manifest(registry.authority(), &format!("acme/{tag}"), "1.0.0")
    };
    let unchanged = copied("unchanged", Layers::Unchanged);
    let unchanged_types =
        [".tar.gzip", ".tar"].map(|end| format!("application/vnd.docker.image.rootfs.diff{end}"));
    assert_eq!(layer_types(&unchanged), unchanged_types);
    let zstd = copied("zstd", Layers::Zstd);
    assert_eq!(
        layer_types(&zstd),
        ["application/vnd.oci.image.layer.v1.tar+zstd"; 2]
    );
    let plain = copied("plain", Layers::Plain);
    assert_eq!(
        layer_types(&plain),
        ["application/vnd.docker.image.rootfs.diff.tar"; 2]
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs skopeo and docker-registry"]
async fn an_index_made_without_any_builder_survives_two_registries_unchanged() {
    let first = embedded::Registry::new();
    let server = first.serve().await.unwrap();
    let platforms = ["linux/amd64", "linux/arm64/v8"];
    let images = platforms.map(|platform| (platform, image(MediaTypes::Oci)));
    let digest = first.push("acme/whale", "1.0.0", &Image::index(images).with_attestation());
    let registry = RealRegistry::start().unwrap();
    let second = embedded::Registry::new();
    let second_server = second.serve().await.unwrap();
    let names = [
        server.authority(),
        registry.authority().to_owned(),
        second_server.authority(),
    ]
    .map(|authority| format!("{authority}/acme/whale:1.0.0"));
    copy(&names[0], &names[1], Layers::Unchanged).unwrap();
    copy(&names[1], &names[2], Layers::Unchanged).unwrap();
    let here: Value = manifest(registry.authority(), "acme/whale", &digest.to_string());
    assert_eq!(here["manifests"].as_array().unwrap().len(), 4);
    assert_eq!(here, manifest(&second_server.authority(), "acme/whale", "1.0.0"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs skopeo"]
async fn it_lists_every_tag_of_the_registry_in_memory_and_deletes_there() {
    let registry = embedded::Registry::new();
    let server = registry.serve().await.unwrap();
    let repository = format!("{}/acme/whale", server.authority());
    let mut pushed: Vec<String> = (0..200).map(|minor| format!("1.{minor}.0")).collect();
    for tag in &pushed {
        registry.push("acme/whale", tag, &image(MediaTypes::Oci));
    }
    registry.push("acme/whale", "2.0.0", &image(MediaTypes::Docker));
    let listed = || {
        let mut listed = tags(&repository).unwrap();
        listed.sort();
        listed
    };
    delete(&format!("{repository}:2.0.0")).unwrap();
    pushed.sort();
    assert_eq!(listed(), pushed);
    delete(&format!("{repository}:1.7.0")).unwrap();
    assert_eq!(
        listed(),
        [""; 0],
        "a manifest goes with every tag that points to it"
    );
}
