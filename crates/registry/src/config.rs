//! Image configs (image-spec "Image Configuration"): platform, labels and the digests of the unpacked layers.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::{Digest, Platform};
use serde::Deserialize;
use serde_json::Value;

use crate::wire::SizeLimit;
use crate::{ImageManifest, Invalid, Limits, json};

/// What the config of an image says, verified against the manifest that names it.
#[derive(Debug, Clone)]
pub struct ImageConfig {
    /// The config as the registry keeps it.
    pub bytes: Bytes,
    /// The platform, normalised; `unknown` where the config says nothing.
    pub platform: Platform,
    /// When it was built, where it says so in a form that can be read.
    pub created: Option<jiff::Timestamp>,
    /// The labels: foreign text, bound only by the size of the whole config.
    pub labels: BTreeMap<String, String>,
    /// The digests of the unpacked layers, the lowest first; as many as the manifest has layers.
    pub diff_ids: Vec<Digest>,
}

#[derive(Deserialize)]
struct WireConfig {
    created: Option<String>,
    architecture: Option<String>,
    os: Option<String>,
    variant: Option<String>,
    config: Option<WireRun>,
    rootfs: Option<WireRootfs>,
}

#[derive(Deserialize)]
struct WireRun {
    #[serde(rename = "Labels")]
    labels: Option<Value>,
}

#[derive(Default, Deserialize)]
struct WireRootfs {
    diff_ids: Option<Vec<String>>,
}

/// The bound on a config.
pub(crate) fn size_limit(limits: &Limits) -> SizeLimit {
    SizeLimit {
        what: "the image config is",
        limit: limits.config_size,
        setting: "limits.config-size",
    }
}

/// Reads the config of `manifest`, whose digest has been verified.
pub(crate) fn parse(bytes: Bytes, manifest: &ImageManifest) -> Result<ImageConfig, Invalid> {
    let wire: WireConfig = json::object("the image config", &bytes)?;
    let rootfs = wire.rootfs.ok_or_else(|| Invalid::NotAnImage {
        media_type: manifest.config.media_type.clone(),
    })?;
    let diff_ids = diff_ids(rootfs)?;
    if diff_ids.len() != manifest.layers.len() {
        return Err(Invalid::LayerCount {
            layers: manifest.layers.len(),
            diff_ids: diff_ids.len(),
        });
    }
    let said = |text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .unwrap_or("unknown".to_owned())
    };
    Ok(ImageConfig {
        platform: Platform::new(&said(wire.os), &said(wire.architecture), wire.variant.as_deref()),
        created: wire.created.and_then(|created| created.parse().ok()),
        labels: labels(wire.config.and_then(|run| run.labels))?,
        diff_ids,
        bytes,
    })
}

/// The digests of the unpacked layers that a config lists, whatever manifest it belongs to.
pub(crate) fn diff_ids_of(bytes: &[u8]) -> Result<Vec<Digest>, Invalid> {
    let wire: WireConfig = json::object("the image config", bytes)?;
    diff_ids(wire.rootfs.unwrap_or_default())
}

fn diff_ids(rootfs: WireRootfs) -> Result<Vec<Digest>, Invalid> {
    let digests = rootfs.diff_ids.unwrap_or_default().into_iter().enumerate();
    digests
        .map(|(index, text)| {
            text.parse().map_err(|problem| Invalid::Digest {
                place: format!("rootfs.diff_ids[{index}]"),
                problem,
            })
        })
        .collect()
}

fn labels(value: Option<Value>) -> Result<BTreeMap<String, String>, Invalid> {
    let table = match value {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(table)) => table,
        Some(_) => return Err(Invalid::LabelsNotATable),
    };
    let entries = table.into_iter().map(|(label, value)| match value {
        Value::String(text) => Ok((label, text)),
        // What the engines, which read labels into a map of texts, make of it.
        Value::Null => Ok((label, String::new())),
        _ => Err(Invalid::LabelNotText { label }),
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Descriptor;
    use serde_json::json;

    fn read(config: &Value, layers: usize) -> Result<ImageConfig, Invalid> {
        let descriptor = Descriptor {
            media_type: "application/vnd.oci.image.config.v1+json".to_owned(),
            digest: Digest::of(b""),
            size: 0,
            platform: None,
        };
        let manifest = ImageManifest {
            digest: Digest::of(b""),
            bytes: Bytes::new(),
            config: descriptor.clone(),
            layers: vec![descriptor; layers],
        };
        parse(Bytes::from(config.to_string()), &manifest)
    }

    fn config(labels: &Value) -> Value {
        json!({
            "architecture": "arm64", "os": "linux", "variant": "v8", "created": "2024-05-06T07:08:09.123456789Z",
            "config": {"Labels": labels, "Cmd": null},
            "rootfs": {"type": "layers", "diff_ids": [Digest::of(b"x").to_string()]},
            "history": [{"created_by": "COPY"}, {"created_by": "LABEL", "empty_layer": true}],
        })
    }

    #[test]
    fn platform_labels_and_diff_ids_are_read() {
        let read = read(&config(&json!({"a": "b"})), 1).unwrap();
        assert_eq!(read.platform, Platform::new("linux", "arm64", None));
        assert_eq!(read.labels["a"], "b");
        assert_eq!(read.diff_ids, [Digest::of(b"x")]);
        assert_eq!(
            read.created.unwrap().to_string(),
            "2024-05-06T07:08:09.123456789Z"
        );
    }

    #[test]
    fn what_older_tools_leave_out_is_tolerated() {
        assert!(read(&config(&Value::Null), 1).unwrap().labels.is_empty());
        let bare =
            json!({"config": null, "created": "yesterday", "rootfs": {"type": "layers", "diff_ids": null}});
        let read = read(&bare, 0).unwrap();
        assert!(read.platform.is_unknown());
        assert_eq!(read.created, None);
    }

    #[test]
    fn labels_of_a_wrong_type_are_named() {
        let empty = read(&config(&json!({"a": null})), 1).unwrap();
        assert_eq!(empty.labels["a"], "", "null is an empty text");
        let refused = read(&config(&json!({"good": "x", "bad": ["y"]})), 1).unwrap_err();
        assert_eq!(
            refused,
            Invalid::LabelNotText {
                label: "bad".to_owned()
            }
        );
        assert_eq!(
            read(&config(&json!([])), 1).unwrap_err(),
            Invalid::LabelsNotATable
        );
    }

    #[test]
    fn as_many_layers_as_diff_ids() {
        let refused = read(&config(&json!({})), 2).unwrap_err();
        assert_eq!(
            refused,
            Invalid::LayerCount {
                layers: 2,
                diff_ids: 1
            }
        );
        assert!(matches!(read(&json!({}), 1), Err(Invalid::NotAnImage { .. })));
        let mut odd = config(&json!({}));
        odd["rootfs"]["diff_ids"][0] = json!("sha256:AA");
        assert!(matches!(read(&odd, 1), Err(Invalid::Digest { .. })));
    }
}
