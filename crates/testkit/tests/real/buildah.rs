use embedded::image::{Compression, Image, Layer};
use outrigger_testkit::{Buildah, RealRegistry};

use crate::context;
use crate::wire::{layer_types, manifest};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

#[test]
#[ignore = "needs buildah and docker-registry"]
fn it_publishes_oci_manifests_and_indexes() {
    let buildah = Buildah::new().unwrap();
    let registry = RealRegistry::start().unwrap();
    let target = |version: &str| format!("{}/acme/whale:{version}", registry.authority());
    buildah.publish(context().path(), &target("1.0.0")).unwrap();
    let single = manifest(registry.authority(), "acme/whale", "1.0.0");
    assert_eq!(single["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(layer_types(&single), [LAYER]);

    buildah
        .publish_for(
            context().path(),
            &["linux/amd64", "linux/arm64"],
            &target("1.1.0"),
        )
        .unwrap();
    let index = manifest(registry.authority(), "acme/whale", "1.1.0");
    assert_eq!(index["mediaType"], "application/vnd.oci.image.index.v1+json");
    let mut architectures: Vec<&str> = index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["platform"]["architecture"].as_str().unwrap())
        .collect();
    architectures.sort_unstable();
    assert_eq!(architectures, ["amd64", "arm64"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs buildah"]
async fn it_pushes_to_the_registry_in_memory() {
    let registry = embedded::Registry::new();
    let server = registry.serve().await.unwrap();
    let buildah = Buildah::new().unwrap();
    let target = format!("{}/acme/whale:1.0.0", server.authority());
    buildah.publish(context().path(), &target).unwrap();
    assert_eq!(
        layer_types(&manifest(&server.authority(), "acme/whale", "1.0.0")),
        [LAYER]
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs buildah"]
async fn it_pulls_what_was_made_without_it_from_the_registry_in_memory() {
    let registry = embedded::Registry::new();
    let server = registry.serve().await.unwrap();
    let image = Image::builder()
        .layer(Layer::new().file("metadata.json", "{}", 0o644))
        .layer(
            Layer::new()
                .file("plain", "{}", 0o644)
                .compression(Compression::None),
        )
        .layer(
            Layer::new()
                .file("zstd", "{}", 0o644)
                .compression(Compression::Zstd),
        )
        .build();
    registry.push("acme/whale", "1.0.0", &image);
    registry.push("acme/whale", "1.1.0", &image.clone().with_attestation());
    for tag in ["1.0.0", "1.1.0"] {
        let buildah = Buildah::new().unwrap();
        let id = buildah
            .pull(&format!("{}/acme/whale:{tag}", server.authority()))
            .unwrap();
        assert_eq!(id, image.config_digest().unwrap().hex(), "{tag}");
    }
}
