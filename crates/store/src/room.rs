//! Keeping the cache of layers within its limit: what is there, whose turn it is to go, and going.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::sync::{MutexGuard, PoisonError};
use std::time::SystemTime;

use camino::Utf8PathBuf;
use model::installed::Installed;

use crate::activation;
use crate::blobs::BlobCache;
use crate::partial_blob;

/// A blob in the cache, or the beginning of one that nobody is writing.
pub(crate) struct Kept {
    pub(crate) path: Utf8PathBuf,
    /// In bytes.
    pub(crate) size: u64,
    used_at: SystemTime,
}

impl BlobCache {
    /// Makes sure that `incoming` bytes more keep the limit, and counts them. Blobs go whose extension has no generation
    /// left, then the others, each time the longest unused first; none that somebody reads.
    ///
    /// The folder is walked once in a process, and again only where the limit is reached. What other processes bring
    /// meanwhile is seen then; so several at once may go over the limit by what they bring.
    ///
    /// # Errors
    ///
    /// `StorageFull` where there is no room to be made, and where the folder cannot be read. Nothing is to be brought in then.
    pub(crate) fn make_room(&self, incoming: u64) -> io::Result<()> {
        let mut used = self.used();
        let size = match *used {
            Some(used) => used,
            None => total(&self.kept()?),
        };
        let size = if size.saturating_add(incoming) > self.limit() {
            self.shrink(incoming)?
        } else {
            size
        };
        if size.saturating_add(incoming) > self.limit() {
            *used = Some(size);
            return Err(io::ErrorKind::StorageFull.into());
        }
        *used = Some(size + incoming);
        Ok(())
    }

    /// How many bytes it holds, without those that are just being brought.
    ///
    /// # Errors
    ///
    /// Where the folder is there and cannot be read.
    pub fn size(&self) -> io::Result<u64> {
        match self.kept() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            kept => Ok(total(&kept?)),
        }
    }

    /// Removes what has to go so that `incoming` bytes more keep the limit, and says how many bytes are left.
    pub(crate) fn shrink(&self, incoming: u64) -> io::Result<u64> {
        let kept = self.in_turn()?;
        let mut size = total(&kept);
        for blob in kept {
            if size.saturating_add(incoming) <= self.limit() {
                break;
            }
            if remove_unless_read(&blob)? {
                size -= blob.size;
            }
        }
        Ok(size)
    }

    /// Everything that is here and that nobody is writing, the first to go first.
    pub(crate) fn in_turn(&self) -> io::Result<Vec<Kept>> {
        let mut kept = self.kept()?;
        let wanted = self.wanted();
        kept.sort_by_cached_key(|blob| {
            let is_wanted = blob.path.file_name().is_some_and(|name| wanted.contains(name));
            (is_wanted, blob.used_at)
        });
        Ok(kept)
    }

    /// Everything that is here and that nobody is writing.
    pub(crate) fn kept(&self) -> io::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in self.folder().read_dir_utf8()? {
            let path = entry?.into_path();
            if partial_blob::is_in_use(&path) {
                continue;
            }
            // A blob that another process just removed is no failure.
            if let Ok(metadata) = path.metadata() {
                kept.push(Kept {
                    path,
                    size: metadata.len(),
                    used_at: metadata.modified()?,
                });
            }
        }
        Ok(kept)
    }

    /// The file names of the layers of all generations that are kept: a repair, or a release that shares them, needs them
    /// again. An activation that cannot be read wants nothing here.
    fn wanted(&self) -> BTreeSet<String> {
        let entries = self.activations().read_dir_utf8().into_iter().flatten();
        let paths = entries.flatten().map(camino::Utf8DirEntry::into_path);
        let installed = paths.filter_map(|path| activation::read(&path).ok().flatten());
        let generations = installed.flat_map(|installed: Installed| {
            let mut generations = installed.previous;
            generations.push(installed.current);
            generations
        });
        generations
            .flat_map(|generation| generation.layers)
            .map(|layer| layer.file_name())
            .collect()
    }

    fn used(&self) -> MutexGuard<'_, Option<u64>> {
        // A number is whole after every change; one that is wrong is corrected at the next walk.
        self.counted().lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn total(kept: &[Kept]) -> u64 {
    kept.iter().map(|blob| blob.size).fold(0, u64::saturating_add)
}

/// Removes a blob, unless somebody reads it: readers hold a shared lock. Where the file system knows no locks, a reader
/// that has opened the blob keeps it on systems that let an open file be removed, and is only in the way on others.
fn remove_unless_read(blob: &Kept) -> io::Result<bool> {
    let file = match File::open(&blob.path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(false);
    }
    std::fs::remove_file(&blob.path)?;
    Ok(true)
}
