//! The record of a generation: what it was made from and what it must hold.

use model::installed::Generation;
use model::{Digest, ExtensionId, System, Tag};
use serde::{Deserialize, Serialize};

use crate::payload::Payload;

/// The format of the records that this program writes.
const FORMAT: u32 = 1;

/// One file of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its path below the generation's folder, with `/` between the parts.
    pub path: String,
    /// Whether it may be executed.
    pub executable: bool,
    /// Its length in bytes.
    pub size: u64,
    /// The digest of its content.
    pub sha256: Digest,
}

/// Everything about a generation that its folder does not tell: enough to verify each file, to compute the
/// payload's digest again, and to fetch the same image once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    format: u32,
    /// The extension.
    pub id: ExtensionId,
    /// The tag that was asked for, unless a digest was.
    pub tag: Option<Tag>,
    /// What the tag pointed to then: the index, if there is one.
    pub digest: Digest,
    /// The system whose host binaries were taken.
    pub system: System,
    /// The platform's manifest, byte for byte.
    pub manifest: String,
    /// The image config, byte for byte.
    pub config: String,
    /// The canonical digest of the payload, see [`Payload::digest`].
    pub payload: Digest,
    /// Every file, sorted by path.
    pub files: Vec<FileRecord>,
}

impl Record {
    pub(crate) fn new(id: &ExtensionId, generation: &Generation, payload: Payload) -> Self {
        Self {
            format: FORMAT,
            id: id.clone(),
            tag: generation.tag.clone(),
            digest: generation.digest.clone(),
            system: generation.system,
            manifest: payload.manifest,
            config: payload.config,
            payload: payload.digest,
            files: payload.files,
        }
    }
}
