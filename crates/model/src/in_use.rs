//! What is in use of an installed extension: all that a list of them tells.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::installed::{Installed, generation_folder};
use crate::operation::{ReleaseName, version};
use crate::platform::System;
use crate::reference::{ExtensionId, Tag};

/// An installed extension and its current generation, as far as a list tells of them. See [`Installed`] and
/// [`Generation`](crate::installed::Generation), whose fields these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InUse {
    /// The extension.
    pub id: ExtensionId,
    /// The tag as written, unless it was installed by digest alone.
    pub tag: Option<Tag>,
    /// What the tag resolved to: the index, if there is one.
    pub digest: Digest,
    /// The platform's manifest.
    pub manifest: Digest,
    /// The system whose host binaries were taken.
    pub system: System,
    /// The display name.
    pub title: String,
    /// Who provides it.
    pub vendor: Option<String>,
    /// What it asks of the Extension API, as written.
    pub api_version: Option<String>,
    /// The titles of its dashboard tabs.
    pub tabs: Vec<String>,
    /// Whether it has backend containers.
    pub backend: bool,
    /// The names of its binaries for this host.
    pub binaries: Vec<String>,
    /// The bytes of the payload's files.
    pub size: u64,
    /// When it was installed.
    pub installed_at: Timestamp,
    /// Whether no update may move it.
    pub held: bool,
    /// Releases that a rollback has left.
    pub left: Vec<ReleaseName>,
}

impl InUse {
    /// The name of its folder below the extension's.
    pub fn folder(&self) -> String {
        generation_folder(&self.manifest, self.system)
    }

    /// The version for people and scripts: the tag as written, else the digest.
    pub fn version(&self) -> String {
        version(self.tag.as_ref(), &self.digest)
    }
}

impl From<&Installed> for InUse {
    fn from(installed: &Installed) -> Self {
        let current = installed.current.clone();
        Self {
            id: installed.id.clone(),
            tag: current.tag,
            digest: current.digest,
            manifest: current.manifest,
            system: current.system,
            title: current.title,
            vendor: current.vendor,
            api_version: current.api_version,
            tabs: current.tabs,
            backend: current.backend,
            binaries: current.binaries.into_iter().map(|binary| binary.name).collect(),
            size: current.size,
            installed_at: current.installed_at,
            held: installed.held,
            left: installed.left.clone(),
        }
    }
}
