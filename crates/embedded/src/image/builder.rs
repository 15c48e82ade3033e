//! Puts layers, labels and a platform together.

use std::collections::BTreeMap;

use model::Digest;
use serde_json::{Map, Value, json};

use super::layer::Packed;
use super::{Compression, Document, Image, Layer, MediaTypes};

/// An image of one platform under construction; begun by [`Image::builder`].
#[derive(Debug, Clone)]
pub struct ImageBuilder {
    platform: String,
    labels: Vec<(String, String)>,
    layers: Vec<Layer>,
    created: String,
    media_types: MediaTypes,
}

impl ImageBuilder {
    pub(super) fn new() -> Self {
        Self {
            platform: "linux/amd64".to_owned(),
            labels: Vec::new(),
            layers: Vec::new(),
            created: "1970-01-01T00:00:00Z".to_owned(),
            media_types: MediaTypes::default(),
        }
    }

    /// `system/architecture[/variant]`, as the config states it; unless told otherwise `linux/amd64`. Nothing is normalised,
    /// and a part that is missing is empty.
    #[must_use]
    pub fn platform(mut self, platform: &str) -> Self {
        platform.clone_into(&mut self.platform);
        self
    }

    /// A label of the config; the last of one name counts.
    #[must_use]
    pub fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The next layer, above those added before.
    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// When the image claims to have been made, RFC 3339; unless told otherwise at the epoch.
    #[must_use]
    pub fn created(mut self, created: &str) -> Self {
        created.clone_into(&mut self.created);
        self
    }

    /// Which builder's documents to imitate; unless told otherwise OCI's.
    #[must_use]
    pub fn media_types(mut self, media_types: MediaTypes) -> Self {
        self.media_types = media_types;
        self
    }

    /// The image: layers packed, config and manifest written, everything under its digest.
    pub fn build(self) -> Image {
        self.build_with(|_| {})
    }

    /// The same with a last change to the config, of which the manifest then states the right digest and size: labels of a
    /// wrong type, a `DiffID` that lies.
    pub fn build_with(self, change: impl FnOnce(&mut Value)) -> Image {
        let layers: Vec<Packed> = self.layers.iter().map(Layer::pack).collect();
        let mut config = self.config(&layers);
        change(&mut config);
        let config = config.to_string().into_bytes();
        let config_digest = Digest::of(&config);
        let descriptors: Vec<Value> = layers.iter().map(|layer| self.layer_descriptor(layer)).collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": self.media_types.manifest(),
            "config": {
                "mediaType": self.media_types.config(),
                "digest": config_digest.to_string(),
                "size": config.len(),
            },
            "layers": descriptors,
        });
        let layer_digests = layers.iter().map(|layer| layer.digest.clone()).collect();
        let mut blobs: BTreeMap<_, _> = layers
            .into_iter()
            .map(|layer| (layer.digest, layer.bytes))
            .collect();
        blobs.insert(config_digest.clone(), config.into());
        Image {
            platform: self.platform,
            media_types: self.media_types,
            document: Document::of_json(self.media_types.manifest(), &manifest),
            images: Vec::new(),
            blobs,
            config: Some(config_digest),
            layers: layer_digests,
        }
    }

    fn config(&self, layers: &[Packed]) -> Value {
        let mut config = platform_object(&self.platform);
        let labels: Map<String, Value> = self
            .labels
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let diff_ids: Vec<String> = layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        config.insert("created".to_owned(), json!(self.created));
        config.insert("config".to_owned(), json!({ "Labels": labels }));
        config.insert(
            "rootfs".to_owned(),
            json!({ "type": "layers", "diff_ids": diff_ids }),
        );
        Value::Object(config)
    }

    fn layer_descriptor(&self, layer: &Packed) -> Value {
        let compression: Compression = layer.compression;
        json!({
            "mediaType": self.media_types.layer(compression),
            "digest": layer.digest.to_string(),
            "size": layer.bytes.len(),
        })
    }
}

/// `architecture`, `os` and `variant`, as configs and descriptors state them.
pub(super) fn platform_object(platform: &str) -> Map<String, Value> {
    let mut parts = platform.splitn(3, '/');
    let os = parts.next().unwrap_or_default();
    let architecture = parts.next().unwrap_or_default();
    let mut object = Map::new();
    object.insert("architecture".to_owned(), json!(architecture));
    object.insert("os".to_owned(), json!(os));
    if let Some(variant) = parts.next() {
        object.insert("variant".to_owned(), json!(variant));
    }
    object
}
