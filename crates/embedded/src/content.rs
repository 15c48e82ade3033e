//! What the registry holds: repositories with their tags, manifests and blobs, and the uploads under way.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::Digest;

use crate::image::{Document, Image};

/// The most bytes of one blob, uploads included: everything here lives in memory.
pub(crate) const MAX_BLOB: usize = 512 << 20;

/// The most uploads that may be open at one time; a client that begins uploads and never ends them fills the memory.
const MAX_UPLOADS: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) repositories: BTreeMap<String, Repository>,
    uploads: BTreeMap<u64, Vec<u8>>,
    next_upload: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Repository {
    pub(crate) tags: BTreeMap<String, Digest>,
    pub(crate) manifests: BTreeMap<Digest, Document>,
    pub(crate) blobs: BTreeMap<Digest, Bytes>,
}

/// Why bytes could not be added to an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppendRefused {
    /// There is no such upload, or it was ended.
    Unknown,
    /// The chunk does not begin where the last one ended.
    OutOfOrder,
    /// It would grow beyond [`MAX_BLOB`].
    TooLarge,
}

impl Content {
    /// The repository of that name; made where it is missing, as a push does.
    pub(crate) fn repository(&mut self, name: &str) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_default()
    }

    /// Opens an upload and answers its number; `None` where too many are open.
    pub(crate) fn begin_upload(&mut self) -> Option<u64> {
        if self.uploads.len() >= MAX_UPLOADS {
            return None;
        }
        self.next_upload += 1;
        self.uploads.insert(self.next_upload, Vec::new());
        Some(self.next_upload)
    }

    /// How many bytes of an upload have arrived.
    pub(crate) fn uploaded(&self, upload: u64) -> Option<usize> {
        self.uploads.get(&upload).map(Vec::len)
    }

    /// Adds a chunk that claims to begin at `start`, and answers the new length.
    pub(crate) fn append(
        &mut self,
        upload: u64,
        start: Option<usize>,
        chunk: &[u8],
    ) -> Result<usize, AppendRefused> {
        let bytes = self.uploads.get_mut(&upload).ok_or(AppendRefused::Unknown)?;
        if start.is_some_and(|start| start != bytes.len()) {
            return Err(AppendRefused::OutOfOrder);
        }
        if bytes.len() + chunk.len() > MAX_BLOB {
            return Err(AppendRefused::TooLarge);
        }
        bytes.extend_from_slice(chunk);
        Ok(bytes.len())
    }

    /// Closes an upload and answers what arrived.
    pub(crate) fn end_upload(&mut self, upload: u64) -> Option<Bytes> {
        self.uploads.remove(&upload).map(Bytes::from)
    }
}

impl Repository {
    /// Takes in an image with everything that it refers to; what stands there under the same digest is replaced.
    pub(crate) fn add(&mut self, image: &Image) {
        for child in image.images() {
            self.add(child);
        }
        for (digest, bytes) in image.blobs() {
            self.blobs.insert(digest.clone(), bytes.clone());
        }
        let document = image.document();
        self.manifests.insert(document.digest().clone(), document.clone());
    }

    /// Takes a manifest away with every tag that points to it. Answers whether it was there.
    pub(crate) fn remove(&mut self, manifest: &Digest) -> bool {
        self.tags.retain(|_, target| target != manifest);
        self.manifests.remove(manifest).is_some()
    }

    /// The manifest that a tag or a digest names.
    pub(crate) fn manifest(&self, reference: &str) -> Option<&Document> {
        let digest = match reference.parse() {
            Ok(digest) => digest,
            Err(_) => self.tags.get(reference)?.clone(),
        };
        self.manifests.get(&digest)
    }
}
