//! What `docker save` writes: in its older form a list of its own, and layers as plain tar.

use std::collections::HashMap;

use bytes::Bytes;
use model::{Digest, Reference};
use serde::Deserialize;
use serde_json::json;

use super::archive::Archive;
use super::entry::{EntryName, LayoutEntry};
use super::files::Files;
use crate::error::{ErrorKind, Fault};
use crate::wire::SizeLimit;
use crate::{Descriptor, Invalid, Limits, config, document};

/// The list of images.
const LIST: &str = "manifest.json";
const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// A layer that nothing compressed: its digest is its `DiffID`.
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";

/// An image as the list has it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireImage {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// What stands in for a list of OCI: entries, manifests that were never written, and where the blobs are.
#[derive(Debug, Default)]
pub(super) struct Saved {
    pub(super) entries: Vec<LayoutEntry>,
    pub(super) documents: HashMap<Digest, Bytes>,
    pub(super) names: HashMap<Digest, String>,
}

/// Reads the list of an archive without a list of OCI.
pub(super) fn read(archive: &Archive, limits: &Limits) -> Result<Saved, Fault> {
    let files = Files::Archive(archive.clone());
    let at = |name: &str, kind: ErrorKind| Fault::in_file(files.path_of(name), kind);
    let size = SizeLimit {
        what: "the list of images is",
        ..document::size_limit(limits)
    };
    let list = files.read(LIST, &size).map_err(|kind| match kind {
        ErrorKind::NotFound { .. } => at(LIST, Invalid::NoDockerArchive.into()),
        kind => at(LIST, kind),
    })?;
    let images = images(&list, limits).map_err(|kind| at(LIST, kind))?;
    let mut saved = Saved::default();
    for image in images {
        let name = image.config.clone();
        saved.add(&files, image, limits).map_err(|kind| at(&name, kind))?;
    }
    Ok(saved)
}

fn images(list: &[u8], limits: &Limits) -> Result<Vec<WireImage>, ErrorKind> {
    let images: Vec<WireImage> = serde_json::from_slice(list).map_err(|error| Invalid::Json {
        what: "the list of images",
        problem: error.to_string(),
    })?;
    let bound = |count: usize, limit: usize, what, setting| {
        let limit_told = limit as u64;
        if count <= limit {
            return Ok(());
        }
        Err(ErrorKind::TooLarge {
            what,
            limit: limit_told,
            setting,
        })
    };
    let entries = limits.index_entries;
    bound(
        images.len(),
        entries,
        "the number of its images is",
        "limits.index-entries",
    )?;
    for image in &images {
        let layers = image.layers.as_ref().map_or(0, Vec::len);
        bound(
            layers,
            limits.layers,
            "the number of its layers is",
            "limits.layers",
        )?;
        let tags = image.repo_tags.as_ref().map_or(0, Vec::len);
        bound(tags, limits.tags, "the number of its tags is", "limits.tags")?;
    }
    Ok(images)
}

impl Saved {
    /// Writes the manifest that the image would have, were its layers pushed as they are.
    fn add(&mut self, files: &Files, image: WireImage, limits: &Limits) -> Result<(), ErrorKind> {
        let bytes = files
            .read(&image.config, &config::size_limit(limits))
            .map_err(|kind| lacking(kind, &image.config))?;
        let digest = Digest::of(&bytes);
        let config = json!({ "mediaType": CONFIG, "size": bytes.len(), "digest": digest.to_string() });
        self.names.insert(digest, image.config);
        let layers = image.layers.unwrap_or_default();
        let diff_ids = config::diff_ids_of(&bytes)?;
        if diff_ids.len() != layers.len() {
            return Err(Invalid::LayerCount {
                layers: layers.len(),
                diff_ids: diff_ids.len(),
            }
            .into());
        }
        let mut listed = Vec::new();
        for (name, diff_id) in layers.into_iter().zip(diff_ids) {
            let file = files.open(&name).map_err(|kind| lacking(kind, &name))?;
            listed.push(json!({ "mediaType": LAYER, "size": file.size(), "digest": diff_id.to_string() }));
            self.names.insert(diff_id, name);
        }
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": listed,
        });
        self.list(&Bytes::from(manifest.to_string()), image.repo_tags);
        Ok(())
    }

    /// Lists a manifest under each of its names, or under none.
    fn list(&mut self, manifest: &Bytes, names: Option<Vec<String>>) {
        let digest = Digest::of(manifest);
        let descriptor = Descriptor {
            media_type: MANIFEST.to_owned(),
            digest: digest.clone(),
            size: manifest.len() as u64,
            platform: None,
        };
        let entry = |name| LayoutEntry {
            descriptor: descriptor.clone(),
            name,
        };
        let names = names.unwrap_or_default();
        let references = names.iter().filter_map(|name| name.parse::<Reference>().ok());
        let before = self.entries.len();
        self.entries
            .extend(references.map(|reference| entry(Some(EntryName::Reference(reference)))));
        if self.entries.len() == before {
            self.entries.push(entry(None));
        }
        self.documents.insert(digest, manifest.clone());
    }
}

fn lacking(kind: ErrorKind, name: &str) -> ErrorKind {
    match kind {
        ErrorKind::NotFound { .. } => Invalid::Archive {
            problem: format!("it lacks {}, which its list names", model::text::quote(name)),
        }
        .into(),
        other => other,
    }
}
