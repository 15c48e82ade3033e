use outrigger_testkit::{Builder, Engine, RealRegistry};

use crate::context;
use crate::wire::{layer_types, manifest};

const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn both_builders_publish_docker_manifests_with_packed_layers() {
    let engine = Engine::shared().unwrap();
    let registry = RealRegistry::start().unwrap();
    for (builder, version) in [(Builder::Classic, "1.0.0"), (Builder::BuildKit, "1.1.0")] {
        let tag = format!("{}/acme/whale:{version}", registry.authority());
        engine.build(context().path(), &tag, builder).unwrap();
        let digest = engine.push(&tag).unwrap();
        let by_tag = manifest(registry.authority(), "acme/whale", version);
        assert_eq!(
            by_tag["mediaType"],
            "application/vnd.docker.distribution.manifest.v2+json"
        );
        assert_eq!(layer_types(&by_tag), [LAYER, LAYER], "{builder:?}");
        assert_eq!(
            by_tag,
            manifest(registry.authority(), "acme/whale", &digest.to_string())
        );
    }
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn the_engine_pushes_only_with_the_login_that_the_registry_wants() {
    let engine = Engine::shared().unwrap();
    let registry = RealRegistry::start_with_login("bob", "secret").unwrap();
    let tag = format!("{}/acme/whale:1.0.0", registry.authority());
    engine.build(context().path(), &tag, Builder::Classic).unwrap();
    let error = engine.push(&tag).unwrap_err().to_string();
    assert!(error.contains("no basic auth credentials"), "{error}");
    assert!(engine.login(registry.authority(), "bob", "wrong").is_err());
    engine.login(registry.authority(), "bob", "secret").unwrap();
    engine.push(&tag).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs docker.io"]
async fn the_engine_pushes_to_the_registry_in_memory_and_pulls_from_it() {
    let engine = Engine::shared().unwrap();
    let registry = embedded::Registry::new();
    let server = registry.serve().await.unwrap();
    let tag = format!("{}/acme/whale:1.0.0", server.authority());
    engine.build(context().path(), &tag, Builder::Classic).unwrap();
    let digest = engine.push(&tag).unwrap();
    engine.run(&["image", "rm", &tag]).unwrap();
    let pulled = engine.run(&["pull", &tag]).unwrap();
    assert!(pulled.contains(&digest.to_string()), "{pulled}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs docker.io"]
async fn the_engine_accepts_every_image_made_without_it() {
    let engine = Engine::shared().unwrap();
    let registry = embedded::Registry::new();
    let server = registry.serve().await.unwrap();
    for release in embedded::sample::releases() {
        registry.push(
            embedded::sample::REPOSITORY,
            release.version,
            &release.image.with_attestation(),
        );
        let tag = format!(
            "{}/{}:{}",
            server.authority(),
            embedded::sample::REPOSITORY,
            release.version
        );
        engine.run(&["pull", "--quiet", &tag]).unwrap();
        let title = "{{index .Config.Labels \"org.opencontainers.image.title\"}}";
        let inspected = engine
            .run(&["image", "inspect", "--format", title, &tag])
            .unwrap();
        assert_eq!(inspected.trim(), "Porthole");
    }
}

#[test]
#[ignore = "needs docker.io"]
fn an_engine_of_our_own_is_gone_when_it_is_dropped() {
    let engine = Engine::start().unwrap();
    let socket = engine.host().strip_prefix("unix://").unwrap().to_owned();
    assert!(std::path::Path::new(&socket).exists());
    drop(engine);
    assert!(!std::path::Path::new(&socket).parent().unwrap().exists());
}
