//! Blobs that began to come and did not end: what a broken transfer or a killed process left, for the next one to go on
//! with.
//!
//! As whole ones they are untrusted, count within the limit of the cache, and the longest unused go first. Of each blob
//! only the longest beginning is kept, and none beside the whole.

use std::fs::File;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};
use model::Digest;
use tempfile::{NamedTempFile, TempPath};

use crate::blobs::{BlobCache, BlobWriter};

/// What stands behind the name of a blob in the name of a beginning of it.
const PARTIAL: &str = ".partial-";

/// The beginning of a blob, which nobody else writes at the same time. It is read once from the start, by whoever hashes
/// it; then [`into_writer`](Self::into_writer) adds what was still to come.
#[derive(Debug)]
pub struct PartialBlob {
    file: File,
    path: Utf8PathBuf,
    whole: Utf8PathBuf,
    cache: BlobCache,
}

impl BlobCache {
    /// The longest beginning of a blob of `size` bytes that an earlier writer left, and that no other process has taken.
    pub fn partial(&self, digest: &Digest, size: u64) -> Option<PartialBlob> {
        if !self.may_write() {
            return None;
        }
        let whole = self.path(digest);
        let mut left: Vec<_> = self
            .dead()
            .into_iter()
            .filter(|dead| dead.whole == whole && (1..=size).contains(&dead.length))
            .collect();
        left.sort_by_key(|dead| dead.length);
        let Dead { path, file, .. } = left.pop()?;
        Some(PartialBlob {
            file,
            path,
            whole,
            cache: self.clone(),
        })
    }

    /// Removes the beginnings that nobody needs: shorter ones beside longer ones, and those of blobs that are here.
    pub(crate) fn sweep(&self) {
        let mut dead = self.dead();
        dead.sort_by(|one, other| (&one.whole, other.length).cmp(&(&other.whole, one.length)));
        let mut kept = None;
        for Dead {
            path, whole, length, ..
        } in &dead
        {
            if *length == 0 || kept == Some(whole) || whole.exists() {
                let _ = std::fs::remove_file(path);
            }
            kept = Some(whole);
        }
    }

    /// The beginnings whose writers are dead. Each is locked as long as it is held here, so that nobody takes it meanwhile.
    fn dead(&self) -> Vec<Dead> {
        let Ok(entries) = self.folder().read_dir_utf8() else {
            return Vec::new();
        };
        let paths = entries.flatten().map(camino::Utf8DirEntry::into_path);
        paths.filter_map(Dead::lock).collect()
    }
}

/// The file name of a new beginning, but for what makes it unique.
pub(crate) fn prefix(digest: &Digest) -> String {
    format!("{}{PARTIAL}", digest.file_name())
}

/// Whether a file of the cache is a beginning.
pub(crate) fn is_partial(path: &Utf8Path) -> bool {
    whole(path).is_some()
}

/// Removes a beginning, unless somebody is writing it.
pub(crate) fn remove_if_dead(path: &Utf8Path) {
    if let Some(dead) = Dead::lock(path.to_owned()) {
        // What stays is found again.
        let _ = std::fs::remove_file(&dead.path);
    }
}

/// Whether a file of the cache is a beginning that somebody is writing.
pub(crate) fn is_in_use(path: &Utf8Path) -> bool {
    whole(path).is_some() && Dead::lock(path.to_owned()).is_none()
}

/// The path of the blob of which `path` is a beginning, if it is one.
fn whole(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let (digest, _) = path.file_name()?.split_once(PARTIAL)?;
    Some(path.with_file_name(digest))
}

/// A beginning without a writer.
struct Dead {
    path: Utf8PathBuf,
    whole: Utf8PathBuf,
    length: u64,
    file: File,
}

impl Dead {
    /// A writer locks its file, so one whose lock is free has none, however long ago it died.
    fn lock(path: Utf8PathBuf) -> Option<Self> {
        let whole = whole(&path)?;
        let file = File::options().read(true).write(true).open(&path).ok()?;
        file.try_lock().ok()?;
        // Before it was locked, its writer may have ended it under another name.
        let is_still_there = path.exists();
        let length = file.metadata().ok().filter(|_| is_still_there)?.len();
        Some(Self {
            path,
            whole,
            length,
            file,
        })
    }
}

impl PartialBlob {
    /// Goes on behind what was read. Everything has to be read before.
    ///
    /// # Errors
    ///
    /// Where the path cannot be taken over; what is there stays.
    pub fn into_writer(self) -> io::Result<BlobWriter> {
        let path = TempPath::try_from_path(self.path)?;
        let file = NamedTempFile::from_parts(self.file, path);
        Ok(BlobWriter::new(file, self.whole, self.cache))
    }

    /// Removes it, because it turned out not to be the beginning of its blob.
    pub fn discard(self) {
        // One that stays is found out again.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Read for PartialBlob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}
