//! What was done to an extension, as history tells it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::reference::{ExtensionId, Tag};

/// One change of one extension, or an attempt at one that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// The extension.
    pub id: ExtensionId,
    /// What was to be done.
    pub kind: OperationKind,
    /// The release that was current before; none where it was not installed.
    pub from: Option<ReleaseName>,
    /// The release that became current; none where it was removed, or where the attempt failed.
    pub to: Option<ReleaseName>,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took until it was done or had failed, in milliseconds. Waiting for an answer counts.
    pub duration_ms: u64,
    /// Why it failed, if it did: then nothing has changed.
    #[serde(default)]
    pub failure: Option<OperationFailure>,
    /// Whether the service did it by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationFailure {
    /// The stable word of the failure, as in `error.code` (contract `cli.md`, "JSON").
    pub code: String,
    /// The sentence for people.
    pub message: String,
}

/// A release as history and rollbacks name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseName {
    /// The tag as written, unless it was installed by digest alone.
    pub tag: Option<Tag>,
    /// What the tag resolved to.
    pub digest: Digest,
}

impl ReleaseName {
    /// Whether a release with this tag and digest is meant: either suffices, since a tag that is pushed again is still the
    /// release of that name, and what was pushed is the same under another name.
    pub fn means(&self, tag: Option<&Tag>, digest: &Digest) -> bool {
        self.digest == *digest || (tag.is_some() && self.tag.as_ref() == tag)
    }
}

/// The version for people and scripts: the tag as written, else the digest.
impl fmt::Display for ReleaseName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&version(self.tag.as_ref(), &self.digest))
    }
}

/// The version of a release with this tag and digest.
pub(crate) fn version(tag: Option<&Tag>, digest: &Digest) -> String {
    tag.map_or_else(|| digest.to_string(), |tag| tag.as_str().to_owned())
}

/// The kinds of operations. New ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// A release was installed, or one that was named took the place of another.
    Install,
    /// A release was replaced by a newer or a named one.
    Update,
    /// An earlier generation became current again.
    Rollback,
    /// Updates were forbidden to move it.
    Hold,
    /// Updates were allowed to move it again.
    Unhold,
    /// Damaged files of a generation were fetched again.
    Repair,
    /// It was removed with all its generations.
    Remove,
}

impl OperationKind {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Update => "update",
            Self::Rollback => "rollback",
            Self::Hold => "hold",
            Self::Unhold => "unhold",
            Self::Repair => "repair",
            Self::Remove => "remove",
        }
    }
}
