//! Reading: tags, digests, documents, configs, blobs.

use model::{Digest, ExtensionId, Tag};
use outrigger_registry::{
    BlobPrefix, Content, ErrorKind, Fetch, ImageManifest, Invalid, Resolve, Selector, Tags,
};
use testkit::RealRegistry;

use crate::holder::{Folder, Images, InMemory, client, layout_of, read};

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

async fn manifest_of<S: Resolve>(source: &S, id: &ExtensionId, name: &str) -> ImageManifest {
    let document = source.document(id, &Selector::Tag(tag(name))).await.unwrap();
    match document.content {
        Content::Manifest(manifest) => manifest,
        Content::Index(_) => panic!("an index"),
    }
}

async fn lists_each_tag_once<S: Tags + Resolve + Fetch>(source: &S, id: &ExtensionId, _: &Images) {
    let mut tags = source.tags(id).await.unwrap();
    tags.sort();
    assert_eq!(tags, [tag("1.0.0"), tag("1.1.0")]);
}

async fn resolves_a_tag_to_the_digest_of_its_document<S: Tags + Resolve + Fetch>(
    source: &S,
    id: &ExtensionId,
    images: &Images,
) {
    for (name, image) in [("1.0.0", &images.index), ("1.1.0", &images.single)] {
        assert_eq!(source.head(id, &tag(name)).await.unwrap(), *image.digest());
        let by_tag = source.document(id, &Selector::Tag(tag(name))).await.unwrap();
        let by_digest = Selector::Digest(image.digest().clone());
        let by_digest = source.document(id, &by_digest).await.unwrap();
        assert_eq!(by_tag.digest, *image.digest());
        assert_eq!(by_tag.bytes, by_digest.bytes);
        assert_eq!(by_tag.bytes, *image.document().bytes());
        assert_eq!(by_tag.media_type, image.document().media_type());
    }
}

async fn says_that_there_is_no_such_tag<S: Tags + Resolve + Fetch>(source: &S, id: &ExtensionId, _: &Images) {
    let selector = Selector::Tag(tag("9.9.9"));
    for kind in [
        source.head(id, &tag("9.9.9")).await.unwrap_err().kind().clone(),
        source.document(id, &selector).await.unwrap_err().kind().clone(),
    ] {
        assert!(matches!(kind, ErrorKind::NotFound { .. }), "{kind:?}");
    }
}

async fn has_nothing_under_a_digest_that_it_was_never_given<S: Tags + Resolve + Fetch>(
    source: &S,
    id: &ExtensionId,
    _: &Images,
) {
    let selector = Selector::Digest(Digest::of(b"nobody has this"));
    let error = source.document(id, &selector).await.unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::NotFound { .. } | ErrorKind::Invalid(Invalid::NotHeld { .. })
        ),
        "{error}"
    );
}

async fn brings_config_and_layers_as_they_are<S: Tags + Resolve + Fetch>(
    source: &S,
    id: &ExtensionId,
    images: &Images,
) {
    let manifest = manifest_of(source, id, "1.1.0").await;
    let config = source.config(id, &manifest).await.unwrap();
    let blobs = images.single.blobs();
    assert_eq!(config.bytes, blobs[images.single.config_digest().unwrap()]);
    for layer in &manifest.layers {
        let stream = source.blob(id, layer).await.unwrap();
        assert_eq!(read(stream).await.unwrap(), blobs[&layer.digest]);
    }
}

async fn brings_the_rest_of_a_blob_behind_what_is_here<S: Tags + Resolve + Fetch>(
    source: &S,
    id: &ExtensionId,
    images: &Images,
) {
    let manifest = manifest_of(source, id, "1.1.0").await;
    let layer = &manifest.layers[0];
    let bytes = &images.single.blobs()[&layer.digest];
    for here in [1, bytes.len() / 2, bytes.len()] {
        let mut prefix = BlobPrefix::none_of(layer);
        prefix.push(&bytes[..here]).unwrap();
        let stream = source.rest_of_blob(id, layer, prefix).await.unwrap();
        assert_eq!(read(stream).await.unwrap(), bytes[here..]);
    }
}

async fn does_not_end_well_behind_a_wrong_beginning<S: Tags + Resolve + Fetch>(
    source: &S,
    id: &ExtensionId,
    _: &Images,
) {
    let manifest = manifest_of(source, id, "1.1.0").await;
    let mut prefix = BlobPrefix::none_of(&manifest.layers[0]);
    prefix.push(b"something else").unwrap();
    let stream = source.rest_of_blob(id, &manifest.layers[0], prefix).await;
    let error = read(stream.unwrap()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::WrongDigest { .. })),
        "{error}"
    );
}

/// Each statement over each holder.
macro_rules! over_all_holders {
    ($($statement:ident),* $(,)?) => {
        mod a_registry_in_memory {
            use super::{Images, InMemory};
            $(#[tokio::test]
            async fn $statement() {
                let images = Images::new();
                let holder = InMemory::over(images.in_memory()).await;
                super::$statement(&holder.client, &holder.id, &images).await;
            })*
        }

        mod a_real_registry {
            use super::{ExtensionId, Images, RealRegistry, client};
            $(#[tokio::test]
            #[ignore = "needs docker-registry"]
            async fn $statement() {
                let images = Images::new();
                let registry = RealRegistry::start().unwrap();
                registry.push("acme/whale", "1.0.0", &images.index);
                registry.push("acme/whale", "1.1.0", &images.single);
                let id = ExtensionId::new(registry.authority(), "acme/whale").unwrap();
                super::$statement(&client(), &id, &images).await;
            })*
        }

        mod an_image_layout {
            use super::{Folder, Images, layout_of};
            $(#[tokio::test]
            async fn $statement() {
                let images = Images::new();
                let folder = Folder::new();
                let local = layout_of(&images, folder.path()).await;
                super::$statement(&local, local.id(), &images).await;
            })*
        }

        mod a_client_with_a_layout_in_a_repositorys_place {
            use super::{Folder, Images, client, layout_of};
            $(#[tokio::test]
            async fn $statement() {
                let images = Images::new();
                let folder = Folder::new();
                let local = layout_of(&images, folder.path()).await;
                let id = local.id().clone();
                super::$statement(&client().with(local), &id, &images).await;
            })*
        }
    };
}

over_all_holders! {
    lists_each_tag_once,
    resolves_a_tag_to_the_digest_of_its_document,
    says_that_there_is_no_such_tag,
    has_nothing_under_a_digest_that_it_was_never_given,
    brings_config_and_layers_as_they_are,
    brings_the_rest_of_a_blob_behind_what_is_here,
    does_not_end_well_behind_a_wrong_beginning,
}
