//! What BuildKit puts beside each image: a statement of how it was built (in-toto, as an OCI manifest).

use std::collections::BTreeMap;

use bytes::Bytes;
use model::Digest;
use serde_json::{Value, json};

use super::{Document, Image, MediaTypes};

const STATEMENT: &str = "application/vnd.in-toto+json";

/// The attestation manifest of an image, and the index entry that ties it to that image.
pub(super) fn of(image: &Image) -> (Image, Value) {
    let subject = image.digest();
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{ "name": "_", "digest": { "sha256": subject.hex() } }],
        "predicate": { "builder": { "id": "" }, "buildType": "https://mobyproject.org/buildkit@v1" },
    });
    let statement = Bytes::from(statement.to_string());
    let layer = Digest::of(&statement);
    let config = json!({
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [layer.to_string()] },
    });
    let config = Bytes::from(config.to_string());
    let config_digest = Digest::of(&config);
    let media_types = MediaTypes::Oci;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_types.manifest(),
        "config": {
            "mediaType": media_types.config(),
            "digest": config_digest.to_string(),
            "size": config.len(),
        },
        "layers": [{
            "mediaType": STATEMENT,
            "digest": layer.to_string(),
            "size": statement.len(),
            "annotations": { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" },
        }],
    });
    let attestation = Image {
        platform: "unknown/unknown".to_owned(),
        media_types,
        document: Document::of_json(media_types.manifest(), &manifest),
        images: Vec::new(),
        blobs: BTreeMap::from([(config_digest.clone(), config), (layer.clone(), statement)]),
        config: Some(config_digest),
        layers: vec![layer],
    };
    let mut descriptor = attestation.descriptor();
    descriptor["annotations"] = json!({
        "vnd.docker.reference.digest": subject.to_string(),
        "vnd.docker.reference.type": "attestation-manifest",
    });
    (attestation, descriptor)
}
