//! Holders of the same images.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use embedded::image::Layer;
use embedded::{Image, Registry, Server};
use model::{Digest, ExtensionId, Tag};
use outrigger_registry::{
    BlobStream, Client, Content, Descriptor, Document, Error, Fetch, Layout, LayoutWriter, Limits,
    LocalRepository, Parcel, Push, Resolve, Selector, Settings, Wanted,
};
use tempfile::TempDir;

/// Two releases of `acme/whale`: `1.0.0` for two platforms, `1.1.0` without an index.
pub(crate) struct Images {
    pub(crate) index: Image,
    pub(crate) single: Image,
}

impl Images {
    pub(crate) fn new() -> Self {
        let image = |platform: &'static str, content: &'static str| {
            let metadata = Layer::new().file("metadata.json", content, 0o644);
            let noise = Layer::new().file("noise", vec![7; 700_000], 0o644);
            Image::builder()
                .platform(platform)
                .layer(noise)
                .layer(metadata)
                .build()
        };
        let platforms = ["linux/amd64", "linux/arm64"];
        let index = Image::index(platforms.map(|platform| (platform, image(platform, platform))));
        Self {
            index,
            single: image("linux/amd64", "single"),
        }
    }

    /// A registry in memory that holds them.
    pub(crate) fn in_memory(&self) -> Registry {
        let registry = Registry::new();
        registry.push("acme/whale", "1.0.0", &self.index);
        registry.push("acme/whale", "1.1.0", &self.single);
        registry
    }
}

/// A client that nobody has logged in.
pub(crate) fn client() -> Client {
    Client::new(Settings {
        docker_config: Some("/nonexistent/docker".into()),
        ..Settings::default()
    })
    .unwrap()
}

/// A registry in memory, over the wire.
pub(crate) struct InMemory {
    pub(crate) registry: Registry,
    pub(crate) id: ExtensionId,
    pub(crate) client: Client,
    _server: Server,
}

impl InMemory {
    pub(crate) async fn over(registry: Registry) -> Self {
        let server = registry.serve().await.unwrap();
        Self {
            id: ExtensionId::new(&server.authority(), "acme/whale").unwrap(),
            registry,
            client: client(),
            _server: server,
        }
    }
}

/// A folder that goes away with its test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    pub(crate) fn join(&self, name: &str) -> Utf8PathBuf {
        self.path().join(name)
    }
}

/// The id that layouts of tests are for.
pub(crate) fn whale() -> ExtensionId {
    "registry.example/acme/whale".parse().unwrap()
}

/// A layout with both releases, as the writer makes it.
pub(crate) async fn layout_of(images: &Images, folder: &Utf8Path) -> LocalRepository {
    let source = InMemory::over(images.in_memory()).await;
    let writer = LayoutWriter::open(folder).unwrap();
    for tag in ["1.0.0", "1.1.0"] {
        copy((&source.client, &source.id), (&writer, &whale()), tag)
            .await
            .unwrap();
    }
    open(folder)
}

/// All that a layout holds of its one extension.
pub(crate) fn open(folder: &Utf8Path) -> LocalRepository {
    let layout = Layout::open(folder, &Limits::default()).unwrap();
    LocalRepository::new(layout, &Wanted::default()).unwrap()
}

/// Copies a release part by part, the tag last: the calls of the roles and nothing else.
pub(crate) async fn copy<From: Resolve + Fetch, To: Push>(
    (source, from): (&From, &ExtensionId),
    (destination, to): (&To, &ExtensionId),
    tag: &str,
) -> Result<(), Error> {
    let tag: Tag = tag.parse().unwrap();
    let root = source.document(from, &Selector::Tag(tag.clone())).await?;
    let documents = match &root.content {
        Content::Manifest(_) => Vec::new(),
        Content::Index(entries) => {
            let mut documents = Vec::new();
            for entry in entries {
                let selector = Selector::Digest(entry.digest.clone());
                documents.push(source.document(from, &selector).await?);
            }
            documents
        }
    };
    for document in documents.iter().chain([&root]) {
        for blob in blobs_of(document) {
            let parcel = Parcel {
                source,
                from,
                blob: &blob,
                mount: None,
                sent: Arc::new(|_| {}),
            };
            destination.push_blob(to, &parcel).await?;
        }
        let is_root = document.digest == root.digest;
        destination
            .push_document(to, document, Some(&tag).filter(|_| is_root))
            .await?;
    }
    Ok(())
}

/// The config and the layers of an image; none of an index.
pub(crate) fn blobs_of(document: &Document) -> Vec<Descriptor> {
    match &document.content {
        Content::Index(_) => Vec::new(),
        Content::Manifest(manifest) => {
            let config = [manifest.config.clone()];
            config.into_iter().chain(manifest.layers.clone()).collect()
        }
    }
}

/// All bytes of a stream.
pub(crate) async fn read(mut blob: BlobStream) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = blob.chunk().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What a descriptor says of these bytes.
pub(crate) fn descriptor(bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: "application/octet-stream".to_owned(),
        digest: Digest::of(bytes),
        size: bytes.len() as u64,
        platform: None,
    }
}
