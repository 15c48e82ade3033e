//! In which order layers are asked for.

use embedded::Image;
use embedded::image::Layer;
use testkit::Fault;

use crate::scene::Scene;

/// An image of a layer of 3 MiB, which no compression makes smaller, under a small one with the metadata.
fn image() -> Image {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    });
    let metadata = r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"/ui","src":"index.html"}}}"#;
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .layer(Layer::new().file("ui/noise.bin", noise.take(3 << 20).collect::<Vec<_>>(), 0o644))
        .layer(
            Layer::new()
                .file("metadata.json", metadata, 0o644)
                .file("ui/index.html", "whale", 0o644),
        )
        .build()
}

#[test]
fn large_layers_are_on_their_way_before_a_small_one_tells_what_is_wanted_of_them() {
    let scene = Scene::new();
    let image = image();
    scene.honest.push("acme/squid", "1.0.0", &image);
    let [large, small] = [0, 1].map(|layer| format!("/blobs/{}", image.layer_digests()[layer]));
    scene.faulty.times(1, &small, Fault::StallBody(10));
    scene.run("install acme/squid --force").ok();
    let asked = scene.faulty.requests().into_iter();
    let asked: Vec<_> = asked
        .filter_map(|asked| {
            let layers = [("large", &large), ("small", &small)];
            let found = layers.into_iter().find(|(_, path)| asked.path.contains(*path));
            found.map(|(name, _)| name)
        })
        .collect();
    assert_eq!(asked, ["small", "large", "small"]);
}
