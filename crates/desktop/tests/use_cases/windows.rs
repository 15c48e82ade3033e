use embedded::image::{Compression, Image, Layer};
use model::event::Event;

use crate::fixture::{Fixture, WHALE};

/// An extension of four layers whose readers have to keep so many bits' worth of bytes.
fn whale(window: u32) -> Image {
    // Each is larger than what is read in search of the metadata, and compresses badly.
    let noise = |seed: u32| {
        let mut state = seed;
        let next = move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..2 << 20).map(next).collect::<Vec<u8>>()
    };
    let layers = (1..5).map(|number| {
        let layer = Layer::new().file(format!("ui/{number}"), noise(number), 0o644);
        layer.compression(Compression::ZstdWindow(window))
    });
    let metadata = r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"ui","src":"index.html"}}}"#;
    let description =
        Layer::new()
            .file("metadata.json", metadata, 0o644)
            .file("ui/index.html", "whale", 0o644);
    let builder = Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0");
    layers
        .chain([description])
        .fold(builder, embedded::image::ImageBuilder::layer)
        .build()
}

/// The most layers that were unpacked at one time, of those that had been begun once before.
fn most_again_at_once(events: &[Event]) -> (usize, usize) {
    let (mut begun, mut again) = (Vec::new(), Vec::new());
    let (mut most, mut readings) = (0, 0);
    for event in events {
        match event {
            Event::LayerStarted { layer, .. } if begun.contains(layer) => {
                again.push(*layer);
                readings += 1;
            }
            Event::LayerStarted { layer, .. } => begun.push(*layer),
            Event::LayerFinished { layer } => again.retain(|other| other != layer),
            _ => {}
        }
        most = most.max(again.len());
    }
    (most, readings)
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_with_large_windows_are_unpacked_one_at_a_time() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale(25));
    fixture.install("1.0.0").await;
    let events = fixture.events.lock().unwrap().clone();
    assert_eq!(most_again_at_once(&events), (1, 4));
}

#[tokio::test]
async fn layers_with_common_windows_are_read_once() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale(23));
    fixture.install("1.0.0").await;
    let events = fixture.events.lock().unwrap().clone();
    assert_eq!(most_again_at_once(&events), (0, 0));
}
