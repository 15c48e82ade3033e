//! Configs, manifests and indexes (image-spec, "Image Configuration", "Image Manifest", "Image Index").

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::Platform;
use registry::{Descriptor, LayoutWriter};
use serde_json::{Map, Value, json};

use super::base::Base;
use super::layers::Layer;
use crate::error::Error;

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Writes documents into a layout.
pub(super) struct Documents<'a> {
    pub(super) labels: BTreeMap<String, String>,
    /// In seconds since 1970.
    pub(super) time: Option<u64>,
    pub(super) layout: &'a LayoutWriter,
}

/// An image that is stored.
pub(super) struct Image {
    pub(super) platform: Platform,
    pub(super) manifest: Descriptor,
    /// The bytes of its layers.
    pub(super) download: u64,
}

impl Documents<'_> {
    /// Stores the config and the manifest of an image: the base's layers with our own above.
    pub(super) fn image(
        &self,
        platform: &Platform,
        base: Option<&Base>,
        own: &[Layer],
    ) -> Result<Image, Error> {
        let config = self.put(&self.config(platform, base, own), CONFIG)?;
        let base_layers = base.into_iter().flat_map(|base| &base.layers);
        let layers: Vec<_> = base_layers
            .chain(own.iter().map(|layer| &layer.descriptor))
            .collect();
        let download = layers.iter().map(|layer| layer.size).sum();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(&config),
            "layers": layers.into_iter().map(descriptor).collect::<Vec<_>>(),
        });
        let mut manifest = self.put(&manifest, MANIFEST)?;
        manifest.platform = Some(platform.clone());
        Ok(Image {
            platform: platform.clone(),
            manifest,
            download,
        })
    }

    /// Stores the index of a release's images.
    pub(super) fn index(&self, images: &[Image]) -> Result<Descriptor, Error> {
        let manifests: Vec<_> = images.iter().map(|image| descriptor(&image.manifest)).collect();
        self.put(
            &json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests }),
            INDEX,
        )
    }

    fn config(&self, platform: &Platform, base: Option<&Base>, own: &[Layer]) -> Value {
        let mut run = base.map(|base| base.run.clone()).unwrap_or_default();
        // Those of the base speak about the base.
        run.insert("Labels".to_owned(), json!(self.labels));
        let mut history = base.map(|base| base.history.clone()).unwrap_or_default();
        let mut diff_ids: Vec<String> = base.map(|base| base.diff_ids.clone()).unwrap_or_default();
        for layer in own {
            let mut entry = Map::new();
            entry.extend(self.created());
            entry.insert(
                "created_by".to_owned(),
                format!("outrigger build: {}", layer.words).into(),
            );
            history.push(Value::Object(entry));
            diff_ids.push(layer.diff_id.to_string());
        }
        let mut config = Map::new();
        config.extend(self.created());
        config.extend(platform_keys(platform));
        config.insert("config".to_owned(), Value::Object(run));
        config.insert(
            "rootfs".to_owned(),
            json!({ "type": "layers", "diff_ids": diff_ids }),
        );
        config.insert("history".to_owned(), Value::Array(history));
        Value::Object(config)
    }

    fn created(&self) -> Option<(String, Value)> {
        let time = Timestamp::from_second(i64::try_from(self.time?).ok()?).ok()?;
        Some(("created".to_owned(), time.to_string().into()))
    }

    fn put(&self, document: &Value, media_type: &str) -> Result<Descriptor, Error> {
        let stored = self
            .layout
            .put(document.to_string().as_bytes())
            .map_err(Error::from_registry)?;
        Ok(Descriptor {
            media_type: media_type.to_owned(),
            digest: stored.digest,
            size: stored.size,
            platform: None,
        })
    }
}

fn platform_keys(platform: &Platform) -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("architecture".to_owned(), platform.architecture().into());
    keys.insert("os".to_owned(), platform.os().into());
    if let Some(variant) = platform.variant() {
        keys.insert("variant".to_owned(), variant.into());
    }
    keys
}

fn descriptor(descriptor: &Descriptor) -> Value {
    let mut document = json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest.to_string(),
        "size": descriptor.size,
    });
    if let Some(platform) = &descriptor.platform {
        document["platform"] = Value::Object(platform_keys(platform));
    }
    document
}
