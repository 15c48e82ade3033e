//! Locks between processes. They belong to open files, so they end with their process, however it ends.

use std::fs::{File, TryLockError};

use camino::Utf8Path;
use model::ExtensionId;

use crate::disk::Disk;
use crate::error::Error;
use crate::layout::Layout;

/// Waits for the lock of one extension, and calls `waiting` if it has to. Taken before, never while, the
/// commit lock is held.
pub(crate) fn extension(
    disk: &Disk,
    layout: &Layout,
    id: &ExtensionId,
    waiting: impl FnOnce(),
) -> Result<File, Error> {
    wait_for(disk, &layout.extension_lock(id), waiting)
}

/// Waits for a lock that may be held for as long as a download, and calls `waiting` if it has to.
pub(crate) fn wait_for(disk: &Disk, path: &Utf8Path, waiting: impl FnOnce()) -> Result<File, Error> {
    let file = disk.open_lock(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => waiting(),
        Err(TryLockError::Error(error)) => return Err(Error::disk("lock", path)(error)),
    }
    file.lock().map_err(Error::disk("lock", path))?;
    Ok(file)
}

/// Waits for the lock of the whole home, which is only ever held for a few operations on names.
pub(crate) fn commit(disk: &Disk, layout: &Layout) -> Result<File, Error> {
    take(disk, &layout.commit_lock())
}

/// Waits for a lock that nobody holds for long.
pub(crate) fn take(disk: &Disk, path: &Utf8Path) -> Result<File, Error> {
    let file = disk.open_lock(path)?;
    file.lock().map_err(Error::disk("lock", path))?;
    Ok(file)
}
