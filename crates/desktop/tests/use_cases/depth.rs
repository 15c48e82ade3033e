//! How often a use case waits for an answer before it can ask on: what a slow line costs.

use std::time::Duration;

use embedded::Image;
use model::{ExtensionId, Reference};
use testkit::{Hub, depth};

use crate::fixture::{Fixture, LONG_AGO, desktop_at, june, whale};

/// Long enough for requests that are sent together to meet, on a busy machine.
const PAUSE: Duration = Duration::from_millis(300);

/// How often `show` waits for the registry at the least, and how many requests it sends. Of several tries the best counts:
/// requests that are sent together may miss each other where the machine is busy, and never the other way round.
async fn cold_show(images: &[(&str, Image)], tag: &str) -> (usize, usize) {
    let mut best = try_show(images, tag).await;
    for _ in 0..2 {
        best = best.min(try_show(images, tag).await);
    }
    best
}

async fn try_show(images: &[(&str, Image)], tag: &str) -> (usize, usize) {
    let fixture = Fixture::new().await;
    for (tag, image) in images {
        fixture.registry.push("acme/whale", tag, image);
    }
    let hub = Hub::pausing(&fixture.authority(), PAUSE);
    let id = ExtensionId::new(hub.authority(), "acme/whale").unwrap();
    let desktop = desktop_at(
        &fixture.home(),
        &id.to_string(),
        june,
        |_| {},
        std::sync::Arc::default(),
    );
    let reference = Reference {
        id,
        tag: (!tag.is_empty()).then(|| tag.parse().unwrap()),
        digest: None,
    };
    desktop.show(&reference, false).await.unwrap();
    let asked = hub.take_asked();
    (depth(&asked), asked.len())
}

fn index(text: &str) -> Image {
    Image::index([("linux/amd64", whale(text, LONG_AGO))])
}

#[tokio::test]
async fn showing_a_release_waits_three_times() {
    // The list, the manifest, the config.
    let releases = ["1.0.0", "1.1.0", "1.2.0"].map(|tag| (tag, whale(tag, LONG_AGO)));
    assert_eq!(cold_show(&releases, "").await, (3, 7));
    // The others beside the named one.
    assert_eq!(cold_show(&releases, "1.1.0").await, (3, 7));
}

#[tokio::test]
async fn a_named_release_does_not_wait_for_the_list() {
    // The index beside the list, the manifest, the config.
    assert_eq!(cold_show(&[("1.0.0", index("1.0.0"))], "1.0.0").await, (3, 4));
    // Which release is the newest stands in the list only.
    assert_eq!(cold_show(&[("1.0.0", index("1.0.0"))], "").await, (4, 4));
}
