//! Locks between processes. They belong to open files, so they end with their process, however it ends.

use std::fs::File;

use camino::Utf8Path;
use model::ExtensionId;

use crate::disk;
use crate::error::Error;
use crate::layout::Layout;

/// Waits for the lock of one extension. Taken before, never while, the commit lock is held.
pub(crate) fn extension(layout: &Layout, id: &ExtensionId) -> Result<File, Error> {
    take(&layout.extension_lock(id))
}

/// Waits for the lock of the whole home, which is only ever held for a few operations on names.
pub(crate) fn commit(layout: &Layout) -> Result<File, Error> {
    take(&layout.commit_lock())
}

/// Waits for a lock.
pub(crate) fn take(path: &Utf8Path) -> Result<File, Error> {
    let file = disk::open_lock(path)?;
    file.lock().map_err(Error::disk("lock", path))?;
    Ok(file)
}
