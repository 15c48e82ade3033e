//! Pushing: what is there afterwards, what travels, and what nobody ever sees.

use std::sync::{Arc, Mutex};

use model::event::Event;
use model::{ExtensionId, Tag};
use outrigger_registry::{Copying, Error, ErrorKind, LayoutWriter, Push, Resolve, Selector, Tags as _};
use testkit::{Fault, FaultyRegistry, RealRegistry};

use crate::holder::{Folder, Images, InMemory, blobs_of, client, descriptor, open, whale};

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

/// Where images come from in these statements.
async fn source(images: &Images) -> InMemory {
    InMemory::over(images.in_memory()).await
}

/// Copies a release as `push` does, and tells how many blobs travelled.
async fn push<To: Push>(from: &InMemory, to: (&To, &ExtensionId), name: &str) -> Result<usize, Error> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let listener = Arc::new(move |event| telling.lock().unwrap().push(event));
    let copying = Copying::new((&from.client, &from.id), to, listener);
    let root = from.client.document(&from.id, &Selector::Tag(tag(name))).await?;
    copying.content(&root).await?;
    copying.name(&root, &tag(name)).await?;
    let told = told.lock().unwrap();
    Ok(told
        .iter()
        .filter(|event| matches!(event, Event::BlobFinished { .. }))
        .count())
}

async fn takes_an_image_with_all_of_its_platforms<To: Push>(to: &To, id: &ExtensionId) {
    let images = Images::new();
    let from = source(&images).await;
    // Two platforms have a config and a layer each of their own, and share one layer.
    assert_eq!(push(&from, (to, id), "1.0.0").await.unwrap(), 5);
    let found = to.pushed(id, &Selector::Tag(tag("1.0.0"))).await.unwrap();
    assert_eq!(found.as_ref(), Some(images.index.digest()));
    for image in images.index.images() {
        let found = to
            .pushed(id, &Selector::Digest(image.digest().clone()))
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(image.digest()));
        for bytes in image.blobs().values() {
            assert!(to.has_blob(id, &descriptor(bytes)).await.unwrap());
        }
    }
}

async fn takes_nothing_twice<To: Push>(to: &To, id: &ExtensionId) {
    let images = Images::new();
    let from = source(&images).await;
    push(&from, (to, id), "1.0.0").await.unwrap();
    assert_eq!(push(&from, (to, id), "1.0.0").await.unwrap(), 0);
    // The layer that all of them share is there.
    assert_eq!(push(&from, (to, id), "1.1.0").await.unwrap(), 2);
}

async fn knows_what_it_does_not_have<To: Push>(to: &To, id: &ExtensionId) {
    let images = Images::new();
    let digest = Selector::Digest(images.index.digest().clone());
    assert_eq!(to.pushed(id, &digest).await.unwrap(), None);
    assert_eq!(to.pushed(id, &Selector::Tag(tag("1.0.0"))).await.unwrap(), None);
    assert!(!to.has_blob(id, &descriptor(b"whale")).await.unwrap());
}

async fn does_not_take_what_is_not_as_promised<To: Push>(to: &To, id: &ExtensionId) {
    let images = Images::new();
    let layer = images.single.layer_digests()[0].clone();
    let wrong = vec![0; images.single.blobs()[&layer].len()];
    let lying = embedded::Registry::new();
    lying.push(
        "acme/whale",
        "1.1.0",
        &images.single.clone().with_blob(&layer, wrong),
    );
    let from = InMemory::over(lying).await;
    let error = push(&from, (to, id), "1.1.0").await.unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Invalid(_) | ErrorKind::Server { status: 400, .. }
        ),
        "{error}"
    );
    let bytes = &images.single.blobs()[&layer];
    assert!(!to.has_blob(id, &descriptor(bytes)).await.unwrap());
    assert_eq!(to.pushed(id, &Selector::Tag(tag("1.1.0"))).await.unwrap(), None);
}

/// Each statement over each destination.
macro_rules! over_all_destinations {
    ($($statement:ident),* $(,)?) => {
        mod a_registry_in_memory {
            use super::InMemory;
            $(#[tokio::test]
            async fn $statement() {
                let holder = InMemory::over(embedded::Registry::new()).await;
                super::$statement(&holder.client, &holder.id).await;
            })*
        }

        mod a_real_registry {
            use super::{ExtensionId, RealRegistry, client};
            $(#[tokio::test]
            #[ignore = "needs docker-registry"]
            async fn $statement() {
                let registry = RealRegistry::start().unwrap();
                let id = ExtensionId::new(registry.authority(), "acme/whale").unwrap();
                super::$statement(&client(), &id).await;
            })*
        }

        mod an_image_layout {
            use super::{Folder, LayoutWriter, whale};
            $(#[tokio::test]
            async fn $statement() {
                let folder = Folder::new();
                let writer = LayoutWriter::open(folder.path()).unwrap();
                super::$statement(&writer, &whale()).await;
            })*
        }
    };
}

over_all_destinations! {
    takes_an_image_with_all_of_its_platforms,
    takes_nothing_twice,
    knows_what_it_does_not_have,
    does_not_take_what_is_not_as_promised,
}

#[tokio::test]
async fn only_the_platforms_that_are_asked_for_are_copied_and_the_digest_stays() {
    let images = Images::new();
    let from = source(&images).await;
    let folder = Folder::new();
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let id = whale();
    let platforms = [model::Platform::new("linux", "arm64", None)];
    let copying = Copying::new((&from.client, &from.id), (&writer, &id), Arc::new(|_| {}));
    let copying = copying.limited_to(Some(&platforms));
    let what = Selector::Tag(tag("1.0.0"));
    let root = from.client.document(&from.id, &what).await.unwrap();
    copying.content(&root).await.unwrap();
    copying.name(&root, &tag("1.0.0")).await.unwrap();
    let local = open(folder.path());
    assert_eq!(
        local.head(&id, &tag("1.0.0")).await.unwrap(),
        *images.index.digest()
    );
    let [amd64, arm64] = images.index.images() else {
        panic!("two platforms");
    };
    assert!(local.layout().document(arm64.digest()).is_ok());
    assert!(local.layout().document(amd64.digest()).is_err());
}

#[tokio::test]
async fn a_blob_of_a_neighbour_does_not_travel() {
    let images = Images::new();
    let holder = source(&images).await;
    let to = ExtensionId::new(holder.id.registry(), "acme/orca").unwrap();
    let copying = Copying::new(
        (&holder.client, &holder.id),
        (&holder.client, &to),
        Arc::new(|_| {}),
    );
    let copying = copying.mounting(Some("acme/whale"));
    let root = holder
        .client
        .document(&holder.id, &Selector::Tag(tag("1.1.0")))
        .await
        .unwrap();
    let before = holder.client.usage();
    copying.content(&root).await.unwrap();
    copying.name(&root, &tag("1.1.0")).await.unwrap();
    let cost = holder.client.usage() - before;
    assert_eq!(cost.sent, root.bytes.len() as u64);
    for blob in blobs_of(&root) {
        assert!(holder.client.has_blob(&to, &blob).await.unwrap());
    }
}

/// A registry with faults in front, to push to.
struct Broken {
    faulty: FaultyRegistry,
    id: ExtensionId,
}

impl Broken {
    fn in_front_of(authority: &str) -> Self {
        let faulty = FaultyRegistry::in_front_of(authority);
        let id = ExtensionId::new(faulty.authority(), "acme/whale").unwrap();
        Self { faulty, id }
    }

    /// Of each stream of a blob's bytes the `Content-Range`; without one it began at the beginning.
    fn streams(&self) -> Vec<Option<String>> {
        let asked = self.faulty.requests().into_iter();
        let streams = asked.filter(|asked| asked.method == "PATCH");
        streams.map(|asked| asked.content_range).collect()
    }
}

/// Images whose layer is so large that it is streamed: it does not compress.
fn large() -> Images {
    let mut images = Images::new();
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..3_000_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    images.single = embedded::Image::builder()
        .layer(embedded::image::Layer::new().file("noise", noise, 0o644))
        .build();
    images
}

/// docker-registry gives up an upload whose line broke.
#[tokio::test]
#[ignore = "needs docker-registry"]
async fn an_upload_that_a_registry_lost_begins_anew() {
    let real = RealRegistry::start().unwrap();
    let broken = Broken::in_front_of(real.authority());
    let images = large();
    let from = source(&images).await;
    broken
        .faulty
        .times(4, "/blobs/uploads/", Fault::BreakUpload(1_000_000));
    push(&from, (&client(), &broken.id), "1.1.0").await.unwrap();
    assert_eq!(broken.streams(), [None, None]);
    let id = ExtensionId::new(real.authority(), "acme/whale").unwrap();
    let found = client().head(&id, &tag("1.1.0")).await.unwrap();
    assert_eq!(found, *images.single.digest());
}

#[tokio::test]
async fn an_upload_that_breaks_goes_on_where_it_broke() {
    let holder = InMemory::over(embedded::Registry::new()).await;
    let broken = Broken::in_front_of(holder.id.registry());
    let images = large();
    let from = source(&images).await;
    broken
        .faulty
        .times(4, "/blobs/uploads/", Fault::BreakUpload(1_000_000));
    push(&from, (&client(), &broken.id), "1.1.0").await.unwrap();
    let streams = broken.streams();
    assert_eq!(streams.len(), 2);
    assert!(
        streams[1]
            .as_ref()
            .is_some_and(|range| range.starts_with("1000000-")),
        "{streams:?}"
    );
    assert_eq!(holder.client.tags(&holder.id).await.unwrap(), [tag("1.1.0")]);
}

#[tokio::test]
async fn a_registry_that_refuses_half_way_has_nothing_that_has_a_name() {
    let images = Images::new();
    let from = source(&images).await;
    let platform = images.index.images()[1].digest().to_string();
    for path in ["/blobs/uploads/", platform.as_str(), "/manifests/1.0.0"] {
        let holder = InMemory::over(embedded::Registry::new()).await;
        let broken = Broken::in_front_of(holder.id.registry());
        // What is only asked for is answered; what is brought is not taken.
        broken
            .faulty
            .always(path, Fault::RefuseBody("507 Insufficient Storage"));
        let error = push(&from, (&client(), &broken.id), "1.0.0").await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Server { status: 507, .. }),
            "{path}: {error}"
        );
        let named = holder.client.head(&holder.id, &tag("1.0.0")).await;
        assert!(
            matches!(named.unwrap_err().kind(), ErrorKind::NotFound { .. }),
            "{path}"
        );
    }
}

#[tokio::test]
#[ignore = "needs docker-registry"]
async fn a_registry_that_wants_a_login_gets_it_from_docker() {
    let registry = RealRegistry::start_with_login("anna", "hunter2").unwrap();
    let id = ExtensionId::new(registry.authority(), "acme/whale").unwrap();
    let images = Images::new();
    let from = source(&images).await;
    let refused = push(&from, (&client(), &id), "1.1.0").await.unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::HiddenOrMissing { .. }),
        "{refused}"
    );
    let folder = Folder::new();
    let login = serde_json::json!({"auths": {registry.authority(): {"auth": "YW5uYTpodW50ZXIy"}}});
    std::fs::write(folder.join("config.json"), login.to_string()).unwrap();
    let client = outrigger_registry::Client::new(outrigger_registry::Settings {
        docker_config: Some(folder.path().to_owned()),
        ..outrigger_registry::Settings::default()
    });
    push(&from, (&client.unwrap(), &id), "1.1.0").await.unwrap();
}
