//! The cache of compressed layers: whatever is in it can be fetched again, so nothing here is flushed, and a
//! reader verifies every blob again while it reads.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use model::Digest;
use tempfile::NamedTempFile;

use crate::format::Access;
use crate::layout::Layout;
use crate::write_behind::WriteBehind;
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
    /// The bytes that are here, once they were counted. Clones share it.
    counted: Arc<Mutex<Option<u64>>>,
}

impl BlobCache {
    pub(crate) fn new(layout: Layout, access: Access) -> Self {
        Self {
            layout,
            access,
            limit: DEFAULT_BLOB_CACHE,
            counted: Arc::default(),
        }
    }

    /// Keeps at most `bytes` (setting `limits.blob-cache`); 0 keeps nothing.
    #[must_use]
    pub fn with_limit(self, bytes: u64) -> Self {
        Self { limit: bytes, ..self }
    }

    /// Opens a blob, if it is here, and marks it as used. As long as the file is open, no process removes it to make room. Its
    /// content is not trusted: the reader verifies the digest, and calls [`remove`](Self::remove) where it is wrong.
    pub fn open(&self, digest: &Digest) -> Option<File> {
        let file = File::open(self.path(digest)).ok()?;
        // A blob that cannot be marked is only forgotten earlier; one that cannot be locked is about to go, and can be read
        // all the same.
        let _ = platform::touch(&file);
        let _ = file.try_lock_shared();
        Some(file)
    }

    /// Begins to write a blob of `size` bytes. It is invisible until [`BlobWriter::commit`].
    ///
    /// # Errors
    ///
    /// Where the home folder is missing or cannot be written, and `StorageFull` for a blob over the whole limit.
    pub fn writer(&self, digest: &Digest, size: u64) -> io::Result<BlobWriter> {
        self.access.permit_writing(&self.layout)?;
        let folder = self.layout.blobs();
        if size > self.limit {
            // What was kept under an earlier limit goes even where nothing may come.
            if folder.exists() {
                self.make_room(0)?;
            }
            return Err(io::ErrorKind::StorageFull.into());
        }
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

    /// A small blob as a whole, if it is here and not over `most` bytes: a manifest, a config. Its content is not trusted.
    pub fn read(&self, digest: &Digest, most: u64) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let file = self.open(digest)?;
        let length = file.take(most.saturating_add(1)).read_to_end(&mut content).ok()?;
        (length as u64 <= most).then_some(content)
    }

    /// Keeps a small blob, whose digest the caller has verified. One that is here stays as it is.
    ///
    /// # Errors
    ///
    /// As for [`writer`](Self::writer) and [`BlobWriter::commit`].
    pub fn keep(&self, digest: &Digest, content: &[u8]) -> io::Result<()> {
        if self.path(digest).exists() {
            return Ok(());
        }
        let mut writer = self.writer(digest, content.len() as u64)?;
        writer.write_all(content)?;
        writer.commit()
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

    pub(crate) fn may_write(&self) -> bool {
        self.access.permit_writing(&self.layout).is_ok()
    }

    pub(crate) fn path(&self, digest: &Digest) -> Utf8PathBuf {
        self.layout.blobs().join(digest.file_name())
    }

    pub(crate) fn activations(&self) -> Utf8PathBuf {
        self.layout.activations()
    }

    /// The most bytes that it keeps.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn counted(&self) -> &Mutex<Option<u64>> {
        &self.counted
    }
}

/// A blob on its way into the cache. Dropped it leaves nothing; a process that is killed leaves its beginning.
#[derive(Debug)]
pub struct BlobWriter {
    file: NamedTempFile,
    path: Utf8PathBuf,
    cache: BlobCache,
    behind: WriteBehind,
}

impl BlobWriter {
    pub(crate) fn new(file: NamedTempFile, path: Utf8PathBuf, cache: BlobCache) -> Self {
        let behind = WriteBehind::of(file.as_file());
        Self {
            file,
            path,
            cache,
            behind,
        }
    }

    /// Makes the blob visible under its digest, which the caller has verified, once the cache has room for it within
    /// its limit.
    ///
    /// # Errors
    ///
    /// Where the file system refuses, or no room can be made. The blob is not here then; nothing else is harmed.
    pub fn commit(self) -> io::Result<()> {
        platform::touch(self.file.as_file())?;
        self.cache.make_room(self.file.as_file().metadata()?.len())?;
        self.file.persist(&self.path).map_err(|refused| refused.error)?;
        Ok(())
    }

    /// Leaves what was written so far as the beginning of the blob: see [`BlobCache::partial`].
    ///
    /// # Errors
    ///
    /// Where the file system refuses, or no room can be made; nothing else is harmed.
    pub fn leave(self) -> io::Result<()> {
        platform::touch(self.file.as_file())?;
        self.cache.make_room(self.file.as_file().metadata()?.len())?;
        let (file, _) = self.file.keep().map_err(|refused| refused.error)?;
        drop(file); // and with it the lock: from now on it may be taken
        Ok(())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        // Not for its own sake: the flush of a payload takes every file of the disk along.
        self.behind.wrote(self.file.as_file(), count);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
