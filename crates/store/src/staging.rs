//! Staging: where content is put together before anybody can see it.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use model::digest::Hasher;
use model::{Algorithm, Digest};

use crate::disk::{Disk, NewFile};
use crate::document;
use crate::error::Error;
use crate::flush_ahead::FlushAhead;
use crate::layout::Layout;

/// Names one piece of staged content. The store only compares it; the caller says what the two numbers mean
/// (in an install: the layer, and the entry of the layer).
pub type ContentKey = (u32, u32);

/// What is piled up before it is written, in bytes.
const BUFFER: usize = 64 * 1024;

/// The file in a staging folder whose lock says that its process lives.
const LOCK: &str = "lock";
const CONTENT: &str = "content";

/// The content of one extension's next generation, invisible to everybody else until the transaction commits.
/// A clone is the same staging; it may be used from several threads. The last clone that goes takes the
/// folder with it.
#[derive(Debug, Clone)]
pub struct Staging {
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    disk: Disk,
    path: Utf8PathBuf,
    staged: Mutex<BTreeMap<ContentKey, Content>>,
    ahead: FlushAhead,
    /// Held until the folder is gone.
    _lock: File,
}

/// What is known of a piece of content since it was written.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) size: u64,
    pub(crate) sha256: Digest,
    /// Whether its file has the mode of one that is not executed.
    pub(crate) is_plain: bool,
}

impl Staging {
    /// Stages the bytes of one file, hashing them on their way. Content staged under the same key before is
    /// replaced.
    ///
    /// # Errors
    ///
    /// An error of `content` as it is; of the disk, with the path and the operation, of the kind that the
    /// system gave.
    pub fn write(&self, key: ContentKey, content: &mut dyn Read) -> io::Result<()> {
        self.staged().remove(&key);
        let path = self.content_path(key);
        let file = self.disk().create(&path)?;
        let hashing = Hashing {
            file,
            hasher: Hasher::new(Algorithm::Sha256),
            size: 0,
        };
        let mut writer = BufWriter::with_capacity(BUFFER, hashing);
        io::copy(content, &mut writer)?;
        let hashing = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        let content = Content {
            is_plain: hashing.file.has_mode(false),
            size: hashing.size,
            sha256: hashing.hasher.finish(),
        };
        self.folder.ahead.wrote(content.size);
        self.staged().insert(key, content);
        Ok(())
    }

    /// Reads staged content of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` where nothing was staged under `key`; where the content is longer than `limit`.
    pub fn read(&self, key: ContentKey, limit: u64) -> io::Result<Vec<u8>> {
        let content = document::read_bounded(&self.content_path(key), limit)?;
        content.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "this content was not staged"))
    }

    /// Whether content was staged under `key`, as a whole.
    pub fn contains(&self, key: ContentKey) -> bool {
        self.staged().contains_key(&key)
    }

    /// Makes a new staging folder. The caller holds the commit lock, so that nobody mistakes a folder that is
    /// not yet locked for a dead one.
    pub(crate) fn create(disk: &Disk, layout: &Layout) -> Result<Self, Error> {
        let parent = layout.staging();
        disk.make_folder(&parent)?;
        let path = disk.make_random_folder(&parent)?;
        disk.make_folder(&path.join(CONTENT))?;
        let lock_path = path.join(LOCK);
        let lock = disk.open_lock(&lock_path)?;
        lock.lock().map_err(Error::disk("lock", &lock_path))?;
        Ok(Self {
            folder: Arc::new(Folder {
                disk: disk.clone(),
                ahead: FlushAhead::of(&path).map_err(Error::disk("open the folder", &path))?,
                path,
                staged: Mutex::default(),
                _lock: lock,
            }),
        })
    }

    /// Makes everything that is staged durable.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.disk().flush_tree(self.path(), &self.folder.ahead)
    }

    /// The disk on which it is.
    pub(crate) fn disk(&self) -> &Disk {
        &self.folder.disk
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.folder.path
    }

    /// Where the content of `key` lies, relative to [`Staging::path`].
    pub(crate) fn content_name(key: ContentKey) -> String {
        format!("{CONTENT}/{}-{}", key.0, key.1)
    }

    pub(crate) fn find(&self, key: ContentKey) -> Option<Content> {
        self.staged().get(&key).cloned()
    }

    /// Remembers which mode the file of `key` has now.
    pub(crate) fn remember_mode(&self, key: ContentKey, executable: bool) {
        if let Some(content) = self.staged().get_mut(&key) {
            content.is_plain = !executable;
        }
    }

    /// Forgets content that was moved out.
    pub(crate) fn forget(&self, key: ContentKey) {
        self.staged().remove(&key);
    }

    fn content_path(&self, key: ContentKey) -> Utf8PathBuf {
        self.folder.path.join(Self::content_name(key))
    }

    fn staged(&self) -> MutexGuard<'_, BTreeMap<ContentKey, Content>> {
        // A panic elsewhere leaves the map whole: each use is one operation.
        self.folder.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Best effort: what stays is removed by a later transaction.
        if let Err(error) = self.disk.remove_tree(&self.path) {
            tracing::warn!(%error, "a staging folder stays behind");
        }
    }
}

/// A staging folder whose process is gone, locked so that only one process removes it.
#[derive(Debug)]
pub(crate) struct DeadStaging {
    path: Utf8PathBuf,
    _lock: Option<File>,
}

impl DeadStaging {
    /// Finds what earlier processes left. The caller holds the commit lock.
    pub(crate) fn find(layout: &Layout) -> Vec<Self> {
        let Ok(entries) = layout.staging().read_dir_utf8() else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| Self::examine(entry.path()))
            .collect()
    }

    fn examine(path: &Utf8Path) -> Option<Self> {
        let path = path.to_owned();
        // A folder without a lock was interrupted before it was used or while it was removed.
        let Ok(lock) = File::open(path.join(LOCK)) else {
            return Some(Self { path, _lock: None });
        };
        match lock.try_lock() {
            Ok(()) => Some(Self {
                path,
                _lock: Some(lock),
            }),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
        }
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Removes it, as far as possible: a change must not fail because of an older one.
    pub(crate) fn remove(self, disk: &Disk) {
        if let Err(error) = disk.remove_tree(&self.path) {
            tracing::warn!(%error, "an interrupted change stays behind");
        }
    }
}

/// Hashes and counts what goes into a file.
struct Hashing {
    file: NewFile,
    hasher: Hasher,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
