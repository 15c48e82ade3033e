//! What is installed: an extension, its current generation and the earlier ones that are kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::operation::{ReleaseName, version};
use crate::payload::HostBinary;
use crate::permissions::Permissions;
use crate::platform::System;
use crate::reference::{ExtensionId, Reference, Tag};
use crate::rollback::has_left;

/// An installed extension: the content of its activation file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The extension.
    pub id: ExtensionId,
    /// The generation in use.
    pub current: Generation,
    /// Earlier generations that can be gone back to, newest first.
    #[serde(default)]
    pub previous: Vec<Generation>,
    /// Whether no update may move it.
    #[serde(default)]
    pub held: bool,
    /// Releases that a rollback has left, the last one first: no update takes them unasked.
    #[serde(default)]
    pub left: Vec<ReleaseName>,
    /// The operation that made it what it is, by its number in the extension's history.
    #[serde(default)]
    pub operation: Option<u64>,
}

/// How many generations besides the current one are kept to go back to, where nothing is configured.
pub const KEPT_GENERATIONS: usize = 2;

impl Installed {
    /// An extension that was not installed before.
    pub fn new(id: ExtensionId, current: Generation) -> Self {
        Self {
            id,
            current,
            previous: Vec::new(),
            held: false,
            left: Vec::new(),
            operation: None,
        }
    }

    /// The extension after `next` became current: the old generation is kept, those that a rollback has left behind the
    /// others. That `next` itself was left once is over.
    #[must_use]
    pub fn switched_to(self, next: Generation) -> Self {
        let Self {
            current,
            mut previous,
            mut left,
            ..
        } = self;
        previous.insert(0, current);
        previous.retain(|generation| generation.folder() != next.folder());
        left.retain(|left| !left.means(next.tag.as_ref(), &next.digest));
        previous.sort_by_key(|kept| has_left(&left, kept.tag.as_ref(), &kept.digest));
        Self {
            current: next,
            previous,
            left,
            ..self
        }
    }

    /// The extension after its current payload got another name: `renamed` differs from the current generation in tag and
    /// digest alone.
    #[must_use]
    pub fn renamed(self, renamed: Generation) -> Self {
        let (tag, digest) = (renamed.tag.as_ref(), &renamed.digest);
        let mut left = self.left;
        left.retain(|left| !left.means(tag, digest));
        Self {
            current: renamed,
            left,
            ..self
        }
    }

    /// The extension after the files of one of its generations, current or kept, were put in order; what else is known of it
    /// may have changed with that.
    #[must_use]
    pub fn with_mended(mut self, mended: &Generation) -> Self {
        let generations = std::iter::once(&mut self.current).chain(&mut self.previous);
        for generation in generations.filter(|generation| generation.folder() == mended.folder()) {
            generation.clone_from(mended);
        }
        self
    }

    /// The extension with at most `generations` kept besides the current one.
    #[must_use]
    pub fn keeping(mut self, generations: usize) -> Self {
        self.previous.truncate(generations);
        self
    }
}

/// One unpacked payload and what has to be known of it without reading its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generation {
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
    /// Its binaries for this host.
    pub binaries: Vec<HostBinary>,
    /// What it is able to do.
    pub permissions: Permissions,
    /// The canonical digest of the payload.
    pub payload: Digest,
    /// The bytes of the payload's files.
    pub size: u64,
    /// The layers that it was made from; empty where an earlier program did not write them down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Digest>,
    /// When it was installed.
    pub installed_at: Timestamp,
    /// Whether the service took it by itself, and nobody has chosen it since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
}

impl Generation {
    /// The name of its folder below the extension's: manifest and system decide the payload.
    pub fn folder(&self) -> String {
        generation_folder(&self.manifest, self.system)
    }

    /// Whether the tag and the digest of `reference`, where they were written, are those of this generation.
    pub fn is_named_by(&self, reference: &Reference) -> bool {
        let is_tag = reference.tag.is_none() || reference.tag == self.tag;
        let is_digest = reference
            .digest
            .as_ref()
            .is_none_or(|digest| *digest == self.digest || *digest == self.manifest);
        is_tag && is_digest
    }

    /// Its release.
    pub fn release(&self) -> ReleaseName {
        ReleaseName {
            tag: self.tag.clone(),
            digest: self.digest.clone(),
        }
    }

    /// The version for people and scripts: the tag as written, else the digest.
    pub fn version(&self) -> String {
        version(self.tag.as_ref(), &self.digest)
    }
}

/// The name of a generation's folder: `sha256-<hex>-<system>`.
pub fn generation_folder(manifest: &Digest, system: System) -> String {
    [&manifest.file_name(), "-", system.name()].concat()
}
