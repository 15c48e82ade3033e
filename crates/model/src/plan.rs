//! What an install or update will do, as a value: shown and refused before anything moves.

use serde::Serialize;

use crate::digest::Digest;
use crate::installed::{Installed, generation_folder};
use crate::platform::System;
use crate::reference::{ExtensionId, Tag};

/// The release that an operation is about, resolved to digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The extension.
    pub id: ExtensionId,
    /// The tag, unless it was asked for by digest.
    pub tag: Option<Tag>,
    /// What the tag resolved to.
    pub digest: Digest,
    /// The platform's manifest.
    pub manifest: Digest,
    /// The host's system.
    pub system: System,
}

impl Target {
    /// The version for people: the tag as written, else the digest.
    pub fn version(&self) -> String {
        self.tag
            .as_ref()
            .map_or_else(|| self.digest.to_string(), ToString::to_string)
    }
}

/// What has to be done to have a release installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is installed.
    Nothing,
    /// Another release is installed, and it is held.
    Held,
    /// Only the name under which it is recorded changes: the payload is the same.
    Rename,
    /// It has to be fetched and made current.
    Fetch,
}

/// Compares a release with what is installed.
pub fn change(installed: Option<&Installed>, target: &Target) -> Change {
    let Some(installed) = installed else {
        return Change::Fetch;
    };
    let same_payload = installed.current.folder() == generation_folder(&target.manifest, target.system);
    let same_name = installed.current.digest == target.digest
        && (target.tag.is_none() || target.tag == installed.current.tag);
    match (same_payload, same_name, installed.held) {
        (true, true, _) => Change::Nothing,
        (_, _, true) => Change::Held,
        (true, false, _) => Change::Rename,
        _ => Change::Fetch,
    }
}

/// A layer that the operation reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedLayer {
    /// Its digest as transferred.
    pub digest: Digest,
    /// Its bytes as transferred.
    pub size: u64,
    /// Whether it is already here, so that nothing is fetched.
    pub is_here: bool,
}

/// What an install or update will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The extension.
    pub id: ExtensionId,
    /// The version that is installed now.
    pub from: Option<String>,
    /// The version that will be.
    pub to: String,
    /// What it resolved to.
    pub digest: Digest,
    /// The layers of its image, bottom first.
    pub layers: Vec<PlannedLayer>,
}

impl Plan {
    /// The bytes that have to be fetched.
    pub fn download_size(&self) -> u64 {
        self.layers
            .iter()
            .filter(|layer| !layer.is_here)
            .map(|layer| layer.size)
            .sum()
    }
}
