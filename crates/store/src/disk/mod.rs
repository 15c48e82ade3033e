//! The only door through which the store changes the disk.
//!
//! Every function is one operation of the file system (or a fixed short sequence of them) with the path in
//! its error. Because nothing else writes, what survives a crash can be decided by looking at the calls of
//! this module. Two things stand beside it on purpose: the cache of blobs and the data base of facts, which
//! hold nothing that must survive.

mod confined;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use self::confined::Confined;
use crate::error::Error;
use crate::platform;

/// Makes the home folder, for this user alone, with the folders above it. Makes it durable where it is new.
pub(crate) fn make_home(home: &Utf8Path) -> Result<(), Error> {
    if home.is_dir() {
        return Ok(());
    }
    if let Some(parent) = home.parent().filter(|parent| !parent.as_str().is_empty()) {
        fs::create_dir_all(parent).map_err(Error::disk("create the folder", parent))?;
    }
    match platform::make_private_folder(home) {
        Ok(()) => flush_parent(home),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && home.is_dir() => Ok(()),
        Err(error) => Err(Error::disk("create the home folder", home)(error)),
    }
}

/// Makes a folder whose parent exists. Says whether it is new.
pub(crate) fn make_folder(path: &Utf8Path) -> Result<bool, Error> {
    match fs::create_dir(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(false),
        Err(error) => Err(Error::disk("create the folder", path)(error)),
    }
}

/// Makes a folder with a name that no other has, for this user alone.
pub(crate) fn make_random_folder(parent: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let folder = tempfile::Builder::new()
        .prefix("")
        .rand_bytes(12)
        .tempdir_in(parent)
        .map_err(Error::disk("create a folder in", parent))?;
    Utf8PathBuf::from_path_buf(folder.keep()).map_err(|path| Error::PathNotText {
        path: path.display().to_string(),
    })
}

/// Makes a folder whose parent exists, and makes its name durable where it is new.
pub(crate) fn make_lasting_folder(path: &Utf8Path) -> Result<(), Error> {
    if make_folder(path)? {
        flush_parent(path)?;
    }
    Ok(())
}

/// Creates a file, or empties the one that is there.
pub(crate) fn create(path: &Utf8Path) -> Result<File, Error> {
    File::create(path).map_err(Error::disk("create the file", path))
}

/// Writes a small file as a whole.
pub(crate) fn write(path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    create(path)?
        .write_all(content)
        .map_err(Error::disk("write the file", path))
}

/// Opens a file that exists only to be locked.
pub(crate) fn open_lock(path: &Utf8Path) -> Result<File, Error> {
    match OpenOptions::new().create(true).append(true).open(path) {
        // Another user of a shared folder made it; a lock needs no right to write.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path).or(Err(error)),
        opened => opened,
    }
    .map_err(Error::disk("open the lock", path))
}

/// Gives a staged file the mode 0755 or 0644.
pub(crate) fn set_executable(path: &Utf8Path, executable: bool) -> Result<(), Error> {
    platform::set_executable(path, executable).map_err(Error::disk("set the mode of", path))
}

/// Gives a file or folder another name, replacing a file of that name in one step.
pub(crate) fn rename(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::disk("move something to", to))
}

/// Replaces `path` so that a reader and a crash see the old content or the new one: writes and flushes
/// `temporary`, which must be on the same file system, gives it the name, flushes the name.
pub(crate) fn replace(path: &Utf8Path, temporary: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    write_durably(temporary, content)?;
    rename(temporary, path)?;
    flush_parent(path)
}

/// Replaces a file that belongs to the user, in one step; its mode stays. `folder` is the one around it.
pub(crate) fn replace_user_file(path: &Utf8Path, folder: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    let failed = || Error::disk("replace the file", path);
    let mut temporary = tempfile::Builder::new()
        .prefix(".outrigger-")
        .tempfile_in(folder)
        .map_err(failed())?;
    if let Ok(old) = path.metadata() {
        temporary
            .as_file()
            .set_permissions(old.permissions())
            .map_err(failed())?;
    }
    temporary.write_all(content).map_err(failed())?;
    temporary.as_file().sync_all().map_err(failed())?;
    temporary
        .persist(path)
        .map_err(|refused| failed()(refused.error))?;
    flush_folder(folder)
}

/// Writes a small file and makes its content durable, not yet its name.
pub(crate) fn write_durably(path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
    let mut file = create(path)?;
    file.write_all(content)
        .map_err(Error::disk("write the file", path))?;
    file.sync_all().map_err(Error::disk("flush the file", path))
}

/// Makes everything below a folder durable.
pub(crate) fn flush_tree(folder: &Utf8Path) -> Result<(), Error> {
    platform::flush_tree(folder).map_err(Error::disk("flush the folder", folder))
}

/// Makes the names in a folder durable.
pub(crate) fn flush_folder(folder: &Utf8Path) -> Result<(), Error> {
    platform::flush_folder(folder).map_err(Error::disk("flush the folder", folder))
}

/// Removes a file. Says whether it was there.
pub(crate) fn remove_file(path: &Utf8Path) -> Result<bool, Error> {
    found(fs::remove_file(path)).map_err(Error::disk("remove the file", path))
}

/// Removes a folder that is empty; one that is not stays, and that is no failure.
pub(crate) fn remove_if_empty(folder: &Utf8Path) {
    let _ = fs::remove_dir(folder);
}

/// Removes a folder with everything in it. One that is missing is fine.
pub(crate) fn remove_tree(folder: &Utf8Path) -> Result<(), Error> {
    found(fs::remove_dir_all(folder))
        .map(|_| ())
        .map_err(Error::disk("remove the folder", folder))
}

fn found(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn flush_parent(path: &Utf8Path) -> Result<(), Error> {
    match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => flush_folder(parent),
        _ => flush_folder(Utf8Path::new(".")), // a relative path of one part
    }
}
