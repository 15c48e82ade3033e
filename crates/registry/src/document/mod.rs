//! Manifests and indexes (image-spec "Image Manifest" and "Image Index", and Docker's schema 2).
//!
//! Read with small types of our own: real documents leave out or null what the specification demands, and what is
//! refused has to be named by its place.

mod media_type;
mod parse;

use bytes::Bytes;
use model::{Digest, Platform};

pub(crate) use media_type::{ACCEPT, OCI_INDEX};
pub(crate) use parse::{Annotations, parse, parse_annotated};

use crate::Limits;
use crate::wire::SizeLimit;

/// The document behind a tag or a digest, verified.
#[derive(Debug, Clone)]
pub struct Document {
    /// The digest of `bytes`: the one that was asked for, or what the tag resolved to.
    pub digest: Digest,
    /// The document as the registry keeps it.
    pub bytes: Bytes,
    /// What it is: as it says itself, else as it was sent, else the OCI type of its form.
    pub media_type: String,
    /// What it says.
    pub content: Content,
}

impl Document {
    /// What an index or a list says of this document; without a platform.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: self.media_type.clone(),
            digest: self.digest.clone(),
            size: self.bytes.len() as u64,
            platform: None,
        }
    }
}

/// The bound on a manifest or an index.
pub(crate) fn size_limit(limits: &Limits) -> SizeLimit {
    SizeLimit {
        what: "the manifest is",
        limit: limits.manifest_size,
        setting: "limits.manifest-size",
    }
}

/// The two kinds of document.
#[derive(Debug, Clone)]
pub enum Content {
    /// An index (Docker: manifest list): one manifest for each platform, and attestations beside them.
    Index(Vec<Descriptor>),
    /// One image.
    Manifest(ImageManifest),
}

/// The manifest of one image.
#[derive(Debug, Clone)]
pub struct ImageManifest {
    /// The digest of `bytes`.
    pub digest: Digest,
    /// The manifest as the registry keeps it.
    pub bytes: Bytes,
    /// The image config.
    pub config: Descriptor,
    /// The layers, the lowest first. `urls` of foreign layers are not kept: nobody may fetch from there
    /// (CVE-2020-15157).
    pub layers: Vec<Descriptor>,
}

/// What a document says about other content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// The media type as written; foreign text, empty where there is none.
    pub media_type: String,
    /// The digest, checked in its form.
    pub digest: Digest,
    /// The size in bytes. Not bound: whoever fetches it decides what is too large.
    pub size: u64,
    /// The platform, in an index.
    pub platform: Option<Platform>,
}
