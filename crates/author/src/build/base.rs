//! The image that a build begins with.

use std::io::Write as _;

use model::{Platform, Reference};
use registry::{
    Client, Content, Descriptor, Fetch as _, ImageManifest, LayoutWriter, LocalRepository, LocalSource,
    Resolve as _, Selector, Settings,
};
use serde_json::{Map, Value};

use crate::error::Error;

/// The largest config of a base image, in bytes.
const MAX_CONFIG: u64 = 4 << 20;

/// A base image whose layers are in the layout.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) layers: Vec<Descriptor>,
    pub(super) diff_ids: Vec<String>,
    /// How its containers run: variables, command, user.
    pub(super) run: Map<String, Value>,
    pub(super) history: Vec<Value>,
}

/// Fetches base images into a layout.
pub(super) struct Fetcher<'a> {
    pub(super) settings: &'a Settings,
    pub(super) layout: &'a LayoutWriter,
}

impl Fetcher<'_> {
    /// Fetches the image that `text` names for `platform`.
    pub(super) async fn fetch(&self, text: &str, platform: &Platform) -> Result<Base, Error> {
        let (client, reference) = self.open(text).await?;
        let source = Source {
            client: &client,
            reference: &reference,
            text,
        };
        let manifest = source.manifest(platform).await?;
        let config = source.config(&manifest, platform).await?;
        let mut layers = Vec::new();
        for layer in &manifest.layers {
            layers.push(source.copy(layer, self.layout).await?);
        }
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let diff_ids = list(&config["rootfs"]["diff_ids"]);
        let diff_ids: Vec<_> = diff_ids
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        if diff_ids.len() != layers.len() {
            return Err(source.wrong("its config and its manifest list different layers"));
        }
        Ok(Base {
            layers,
            diff_ids,
            run: config["config"].as_object().cloned().unwrap_or_default(),
            history: list(&config["history"]),
        })
    }

    /// The client that reads `text`: a reference to a registry, or the words for something outside of one.
    async fn open(&self, text: &str) -> Result<(Client, Reference), Error> {
        let wrong = |problem: String| Error::Base {
            base: text.to_owned(),
            problem,
        };
        let client = Client::new(self.settings.clone()).map_err(Error::from_registry)?;
        let Some(source) = LocalSource::parse(text) else {
            let reference = text.parse().map_err(|error| wrong(format!("{error}")))?;
            return Ok((client, reference));
        };
        let layout = source.open(self.settings).await.map_err(Error::from_registry)?;
        // What it is called is of no matter: only its content is taken.
        let stand_in: Reference = "localhost/base"
            .parse()
            .map_err(|error| wrong(format!("{error}")))?;
        let repository = LocalRepository::new(layout, &source.wanted(Some(stand_in)));
        let repository = repository.map_err(|error| wrong(error.to_string()))?;
        let reference = repository.reference().clone();
        Ok((client.with(repository), reference))
    }
}

struct Source<'a> {
    client: &'a Client,
    reference: &'a Reference,
    text: &'a str,
}

impl Source<'_> {
    async fn manifest(&self, platform: &Platform) -> Result<ImageManifest, Error> {
        let Reference { id, tag, digest } = self.reference;
        let what = match (digest, tag) {
            (Some(digest), _) => Selector::Digest(digest.clone()),
            (None, Some(tag)) => Selector::Tag(tag.clone()),
            (None, None) => return Err(self.wrong("it needs a tag or a digest")),
        };
        let document = self
            .client
            .document(id, &what)
            .await
            .map_err(Error::from_registry)?;
        let entries = match document.content {
            Content::Manifest(manifest) => return Ok(manifest),
            Content::Index(entries) => entries,
        };
        let best = entries
            .iter()
            .filter_map(|entry| Some((platform.preference_for(entry.platform.as_ref()?)?, entry)))
            .max_by_key(|(preference, _)| *preference);
        let Some((_, entry)) = best else {
            return Err(self.wrong(&format!("it has no image for {platform}")));
        };
        let what = Selector::Digest(entry.digest.clone());
        match self
            .client
            .document(id, &what)
            .await
            .map_err(Error::from_registry)?
            .content
        {
            Content::Manifest(manifest) => Ok(manifest),
            Content::Index(_) => Err(self.wrong("its index lists another index")),
        }
    }

    /// The config as it is written: a build keeps what it does not understand.
    async fn config(&self, manifest: &ImageManifest, platform: &Platform) -> Result<Value, Error> {
        if manifest.config.size > MAX_CONFIG {
            return Err(self.wrong("its config is larger than 4 MiB"));
        }
        let mut stream = self
            .client
            .blob(&self.reference.id, &manifest.config)
            .await
            .map_err(Error::from_registry)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.chunk().await.map_err(Error::from_registry)? {
            bytes.extend_from_slice(&chunk);
        }
        let config: Value = serde_json::from_slice(&bytes).map_err(|error| self.wrong(&error.to_string()))?;
        let text = |key: &str| config[key].as_str().unwrap_or_default();
        let found = Platform::new(text("os"), text("architecture"), config["variant"].as_str());
        if platform.preference_for(&found).is_none() {
            return Err(self.wrong(&format!("it is an image for {found}, and {platform} is built")));
        }
        Ok(config)
    }

    /// Copies a layer into the layout, and hands out how the manifest names it there.
    async fn copy(&self, layer: &Descriptor, layout: &LayoutWriter) -> Result<Descriptor, Error> {
        let mut blob = layout.blob().map_err(Error::from_registry)?;
        let mut stream = self
            .client
            .blob(&self.reference.id, layer)
            .await
            .map_err(Error::from_registry)?;
        while let Some(chunk) = stream.chunk().await.map_err(Error::from_registry)? {
            blob.write_all(&chunk)?;
        }
        let stored = blob.finish().map_err(Error::from_registry)?;
        Ok(Descriptor {
            media_type: oci_type(&layer.media_type).to_owned(),
            digest: stored.digest,
            size: stored.size,
            platform: None,
        })
    }

    fn wrong(&self, problem: &str) -> Error {
        Error::Base {
            base: self.text.to_owned(),
            problem: model::text::printable(problem, 500),
        }
    }
}

/// Docker's names for layers in an OCI manifest make some tools refuse the image.
fn oci_type(media_type: &str) -> &str {
    match media_type {
        "application/vnd.docker.image.rootfs.diff.tar.gzip" => "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.zstd" => "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.diff.tar" => "application/vnd.oci.image.layer.v1.tar",
        other => other,
    }
}
