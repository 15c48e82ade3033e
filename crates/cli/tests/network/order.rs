//! In which order layers are asked for.

use embedded::Image;
use embedded::image::Layer;
use testkit::Fault;

use crate::scene::{METADATA, Scene, labelled, noise};

/// A layer of 3 MiB, which no compression makes smaller.
fn large(seed: u32) -> Layer {
    Layer::new().file(format!("ui/noise-{seed}.bin"), noise(seed, 3 << 20), 0o644)
}

fn with_metadata(layer: Layer) -> Layer {
    layer
        .file("metadata.json", METADATA, 0o644)
        .file("ui/index.html", "whale", 0o644)
}

/// The path of a layer at the registry, by its position.
fn path(image: &Image, layer: usize) -> String {
    format!("/blobs/{}", image.layer_digests()[layer])
}

/// The positions of the layers that were asked for.
fn asked(scene: &Scene, image: &Image) -> Vec<usize> {
    let layers = 0..image.layer_digests().len();
    let position = |asked: &str| layers.clone().find(|&layer| asked.contains(&path(image, layer)));
    let requests = scene.faulty.requests();
    requests
        .iter()
        .filter_map(|request| position(&request.path))
        .collect()
}

#[test]
fn large_layers_are_on_their_way_before_a_small_one_tells_what_is_wanted_of_them() {
    let scene = Scene::new();
    let image = labelled()
        .layer(large(1))
        .layer(with_metadata(Layer::new()))
        .build();
    scene.honest.push("acme/squid", "1.0.0", &image);
    scene.faulty.times(1, &path(&image, 1), Fault::StallBody(10));
    scene.run("install acme/squid --force").ok();
    let asked = asked(&scene, &image);
    // Both are asked for at once, and either may arrive first; the stalled one is asked for again.
    assert!(matches!(asked[..], [1, 0, 1] | [0, 1, 1]), "{asked:?}");
}

#[test]
fn large_layers_are_given_up_and_read_from_the_top_where_no_small_one_holds_the_metadata() {
    let scene = Scene::new();
    let image = labelled()
        .layer(large(1))
        .layer(with_metadata(large(2)))
        .layer(large(3))
        .layer(Layer::new().file("ui/small.js", "small", 0o644))
        .build();
    scene.honest.push("acme/squid", "1.0.0", &image);
    scene.run("install acme/squid --force").ok();
    scene.run("verify acme/squid").ok();
    let asked = asked(&scene, &image);
    for large in 0..3 {
        let times = asked.iter().filter(|&&layer| layer == large).count();
        assert!((1..=2).contains(&times), "{asked:?}");
    }
    let blobs = std::fs::read_dir(scene.outrigger.home().join("blobs")).unwrap();
    let names = blobs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = names.filter(|name| name.contains("partial")).collect();
    assert_eq!(left, [""; 0], "nothing is left of what was given up");
}
