//! The cache of compressed layers: whatever is in it can be fetched again, so nothing here is flushed, and a
//! reader verifies every blob again while it reads.

use std::fs::File;
use std::io::{self, Write};
use std::time::SystemTime;

use camino::Utf8PathBuf;
use model::Digest;
use tempfile::NamedTempFile;

use crate::format::Access;
use crate::layout::Layout;
use crate::{partial_blob, platform};

/// How many bytes of layers are kept where nothing is configured: 2 GiB. Without a bound the cache would fill
/// the disk.
pub const DEFAULT_BLOB_CACHE: u64 = 2 * 1024 * 1024 * 1024;

/// Layers that were fetched before, by digest. It takes no lock: several processes may fill it at once.
///
/// Every failure of the cache may be ignored: then the layer is fetched from its registry.
#[derive(Debug, Clone)]
pub struct BlobCache {
    layout: Layout,
    access: Access,
    limit: u64,
}

impl BlobCache {
    pub(crate) fn new(layout: Layout, access: Access) -> Self {
        Self {
            layout,
            access,
            limit: DEFAULT_BLOB_CACHE,
        }
    }

    /// Keeps at most `bytes` (setting `limits.blob-cache`); 0 keeps nothing.
    #[must_use]
    pub fn with_limit(self, bytes: u64) -> Self {
        Self { limit: bytes, ..self }
    }

    /// Opens a blob, if it is here, and marks it as used. Its content is not trusted: the reader verifies the
    /// digest, and calls [`remove`](Self::remove) where it is wrong.
    pub fn open(&self, digest: &Digest) -> Option<File> {
        let file = File::open(self.path(digest)).ok()?;
        // A blob that cannot be marked is only forgotten earlier.
        let _ = platform::touch(&file);
        Some(file)
    }

    /// Begins to write a blob. It is invisible until [`BlobWriter::commit`].
    ///
    /// # Errors
    ///
    /// Where the home folder is missing or cannot be written.
    pub fn writer(&self, digest: &Digest) -> io::Result<BlobWriter> {
        self.access.permit_writing(&self.layout)?;
        let folder = self.layout.blobs();
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let prefix = partial_blob::prefix(digest);
        loop {
            let file = tempfile::Builder::new().prefix(&prefix).tempfile_in(&folder)?;
            file.as_file().lock()?;
            // Before it was locked, another process may have taken it for a dead one.
            if file.path().exists() {
                return Ok(BlobWriter::new(file, self.path(digest), self.clone()));
            }
        }
    }

    /// Removes a blob, for instance because it turned out not to be what its name says.
    pub fn remove(&self, digest: &Digest) {
        if self.may_write() {
            let _ = std::fs::remove_file(self.path(digest));
        }
    }

    pub(crate) fn folder(&self) -> Utf8PathBuf {
        self.layout.blobs()
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn may_write(&self) -> bool {
        self.access.permit_writing(&self.layout).is_ok()
    }

    pub(crate) fn path(&self, digest: &Digest) -> Utf8PathBuf {
        self.layout.blobs().join(digest.file_name())
    }

    /// Removes the blobs that were not used for longest until the rest keeps the limit.
    fn shrink(&self) -> io::Result<()> {
        let mut blobs: Vec<(SystemTime, u64, Utf8PathBuf)> = Vec::new();
        for entry in self.layout.blobs().read_dir_utf8()? {
            let path = entry?.into_path();
            if partial_blob::is_in_use(&path) {
                continue;
            }
            // A blob that another process just removed is no failure.
            if let Ok(metadata) = path.metadata() {
                blobs.push((metadata.modified()?, metadata.len(), path));
            }
        }
        blobs.sort_unstable();
        let mut size: u64 = blobs.iter().map(|(_, size, _)| size).sum();
        for (_, freed, path) in blobs {
            if size <= self.limit {
                break;
            }
            std::fs::remove_file(&path)?;
            size -= freed;
        }
        Ok(())
    }
}

/// A blob on its way into the cache. Dropped it leaves nothing; a process that is killed leaves its beginning.
#[derive(Debug)]
pub struct BlobWriter {
    file: NamedTempFile,
    path: Utf8PathBuf,
    cache: BlobCache,
}

impl BlobWriter {
    pub(crate) fn new(file: NamedTempFile, path: Utf8PathBuf, cache: BlobCache) -> Self {
        Self { file, path, cache }
    }

    /// Makes the blob visible under its digest, which the caller has verified, and shrinks the cache to its
    /// limit.
    ///
    /// # Errors
    ///
    /// Where the file system refuses. The blob may be here or not then; nothing else is harmed.
    pub fn commit(self) -> io::Result<()> {
        platform::touch(self.file.as_file())?;
        self.file.persist(&self.path).map_err(|refused| refused.error)?;
        self.cache.shrink()
    }

    /// Leaves what was written so far as the beginning of the blob: see [`BlobCache::partial`].
    ///
    /// # Errors
    ///
    /// Where the file system refuses; nothing else is harmed.
    pub fn leave(self) -> io::Result<()> {
        platform::touch(self.file.as_file())?;
        let (file, _) = self.file.keep().map_err(|refused| refused.error)?;
        drop(file); // and with it the lock: from now on it may be taken
        self.cache.shrink()
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
