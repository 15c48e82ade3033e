//! The only door through which the store changes the disk.
//!
//! Each method of [`Disk`] is one operation of the file system, or a fixed short sequence of them, with the
//! path in its error. Because nothing else writes, what survives a crash can be decided by looking at the
//! [`Operation`]s; an [`Observer`] sees each of them before it happens. Three things stand beside it on
//! purpose: the cache of blobs, the data base of facts and the overview, which hold nothing that must survive.

mod confined;
mod new_file;
mod operation;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

pub(crate) use self::confined::Confined;
pub(crate) use self::new_file::NewFile;
pub use self::operation::{Observer, Operation};
use crate::error::Error;
use crate::flush_ahead::FlushAhead;
use crate::platform;

/// The disk, and who watches it, if anybody does. A clone is the same disk with the same observer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    observer: Option<Arc<dyn Observer>>,
}

impl Disk {
    /// A disk whose operations `observer` sees before they happen.
    pub(crate) fn observed(observer: Arc<dyn Observer>) -> Self {
        Self {
            observer: Some(observer),
        }
    }

    /// Makes the home folder, for this user alone, with the folders above it. Says whether it is new.
    pub(crate) fn make_home(&self, home: &Utf8Path) -> Result<bool, Error> {
        if home.is_dir() {
            return Ok(false);
        }
        let missing: Vec<_> = home.ancestors().skip(1).take_while(|it| is_missing(it)).collect();
        for folder in missing.into_iter().rev() {
            self.make_folder(folder)?;
        }
        let made = self.perform(Operation::MakeFolder { path: home }, || {
            platform::make_private_folder(home)
        });
        match made {
            Ok(()) => Ok(true),
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && home.is_dir() => Ok(false),
            Err(error) => Err(Error::disk("create the home folder", home)(error)),
        }
    }

    /// Makes a folder whose parent exists. Says whether it is new.
    pub(crate) fn make_folder(&self, path: &Utf8Path) -> Result<bool, Error> {
        match self.perform(Operation::MakeFolder { path }, || fs::create_dir(path)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(false),
            Err(error) => Err(Error::disk("create the folder", path)(error)),
        }
    }

    /// Makes a folder with a name that no other has, for this user alone.
    pub(crate) fn make_random_folder(&self, parent: &Utf8Path) -> Result<Utf8PathBuf, Error> {
        let names = tempfile::Builder::new()
            .prefix("")
            .rand_bytes(12)
            .make_in(parent, |path| {
                let path = as_text(path)?;
                self.perform(Operation::MakeFolder { path }, || {
                    platform::make_private_folder(path)
                })?;
                Ok(path.to_owned())
            });
        let (path, keeper) = names
            .map_err(Error::disk("create a folder in", parent))?
            .into_parts();
        keeper
            .keep()
            .map_err(|refused| Error::disk("keep the folder", &path)(refused.error))?;
        Ok(path)
    }

    /// Makes a folder that nobody but this user can enter, also where it was there before.
    pub(crate) fn make_own_folder(&self, path: &Utf8Path) -> Result<(), Error> {
        let made = self.perform(Operation::MakeFolder { path }, || {
            platform::make_private_folder(path)
        });
        match made {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {
                platform::make_private(path).map_err(Error::disk("keep others out of", path))
            }
            Err(error) => Err(Error::disk("create the folder", path)(error)),
        }
    }

    /// Creates a file, or empties the one that is there.
    pub(crate) fn create(&self, path: &Utf8Path) -> Result<NewFile, Error> {
        let file = self
            .perform(Operation::Create { path }, || File::create(path))
            .map_err(Error::disk("create the file", path))?;
        Ok(NewFile::new(self.clone(), path, file))
    }

    /// Writes a small file as a whole.
    pub(crate) fn write(&self, path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
        self.create(path)?.append(content)
    }

    /// Writes a small file and makes its content durable, not yet its name.
    pub(crate) fn write_durably(&self, path: &Utf8Path, content: &[u8]) -> Result<(), Error> {
        let mut file = self.create(path)?;
        file.append(content)?;
        file.flush_to_disk()
    }

    /// Opens a file that exists only to be locked.
    pub(crate) fn open_lock(&self, path: &Utf8Path) -> Result<File, Error> {
        let create = || OpenOptions::new().create(true).append(true).open(path);
        let opened = if path.exists() {
            create()
        } else {
            self.perform(Operation::Create { path }, create)
        };
        match opened {
            // Another user of a shared folder made it; a lock needs no right to write.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path).or(Err(error)),
            opened => opened,
        }
        .map_err(Error::disk("open the lock", path))
    }

    /// Gives a staged file the mode 0755 or 0644.
    pub(crate) fn set_executable(&self, path: &Utf8Path, executable: bool) -> Result<(), Error> {
        self.perform(Operation::SetMode { path, executable }, || {
            platform::set_executable(path, executable)
        })
        .map_err(Error::disk("set the mode of", path))
    }

    /// Gives a file or folder another name, replacing a file of that name in one step.
    pub(crate) fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
        self.perform(Operation::Rename { from, to }, || fs::rename(from, to))
            .map_err(Error::disk("move something to", to))
    }

    /// Replaces `path` so that a reader and a crash see the old content or the new one: writes and flushes
    /// `temporary`, which must be on the same file system, gives it the name, flushes the name.
    pub(crate) fn replace(&self, path: &Utf8Path, temporary: &Utf8Path, content: &[u8]) -> Result<(), Error> {
        self.write_durably(temporary, content)?;
        self.rename(temporary, path)?;
        path.parent().map_or(Ok(()), |folder| self.flush_folder(folder))
    }

    /// Replaces a file that belongs to the user, in one step; its mode stays. `folder` is the one around it.
    pub(crate) fn replace_user_file(
        &self,
        path: &Utf8Path,
        folder: &Utf8Path,
        content: &[u8],
    ) -> Result<(), Error> {
        let failed = || Error::disk("replace the file", path);
        let temporary = tempfile::Builder::new()
            .prefix(".outrigger-")
            .make_in(folder, |temporary| Ok(self.create(as_text(temporary)?)?))
            .map_err(failed())?;
        if let Ok(old) = path.metadata() {
            fs::set_permissions(temporary.path(), old.permissions()).map_err(failed())?;
        }
        self.fill(temporary, content, path)?;
        self.flush_folder(folder)
    }

    /// Replaces a file that nobody but this user may read, in one step. `folder` is the one around it. Its name is not
    /// flushed: after a loss of power the old content may be there again.
    pub(crate) fn replace_private_file(
        &self,
        path: &Utf8Path,
        folder: &Utf8Path,
        content: &[u8],
    ) -> Result<(), Error> {
        let failed = || Error::disk("replace the file", path);
        let temporary = tempfile::Builder::new()
            .prefix(".new-")
            .make_in(folder, |temporary| {
                let path = as_text(temporary)?;
                let file =
                    self.perform(Operation::Create { path }, || platform::create_private_file(path))?;
                Ok(NewFile::new(self.clone(), path, file))
            })
            .map_err(failed())?;
        self.fill(temporary, content, path)
    }

    /// Gives a new file its content, and then the name `path`.
    fn fill(&self, new: NamedTempFile<NewFile>, content: &[u8], path: &Utf8Path) -> Result<(), Error> {
        let (mut file, temporary) = new.into_parts();
        file.append(content)?;
        file.flush_to_disk()?;
        let name = as_text(&temporary).map_err(Error::disk("replace the file", path))?;
        self.rename(name, path)?;
        // It has that name no longer, so that there is nothing to remove.
        drop(temporary.keep());
        Ok(())
    }

    /// Makes everything below a folder durable, of which some may have been flushed already.
    pub(crate) fn flush_tree(&self, folder: &Utf8Path, ahead: &FlushAhead) -> Result<(), Error> {
        self.perform(Operation::FlushTree { path: folder }, || ahead.finish())
            .map_err(Error::disk("flush the folder", folder))
    }

    /// Makes the names in a folder durable. The empty path stands for the working directory.
    pub(crate) fn flush_folder(&self, folder: &Utf8Path) -> Result<(), Error> {
        let folder = if folder.as_str().is_empty() {
            Utf8Path::new(".")
        } else {
            folder
        };
        self.perform(Operation::FlushFolder { path: folder }, || {
            platform::flush_folder(folder)
        })
        .map_err(Error::disk("flush the folder", folder))
    }

    /// Makes the name of a folder durable, and those of the folders above it.
    pub(crate) fn flush_way_to(&self, folder: &Utf8Path) -> Result<(), Error> {
        for above in folder.ancestors().skip(1) {
            match self.flush_folder(above) {
                // Whoever cannot open it did not make anything in it.
                Err(error) if error.is_permission_denied() => {}
                flushed => flushed?,
            }
        }
        Ok(())
    }

    /// Removes a file. Says whether it was there.
    pub(crate) fn remove_file(&self, path: &Utf8Path) -> Result<bool, Error> {
        found(self.perform(Operation::RemoveFile { path }, || fs::remove_file(path)))
            .map_err(Error::disk("remove the file", path))
    }

    /// Removes a folder that is empty; one that is not stays, and that is no failure.
    pub(crate) fn remove_if_empty(&self, path: &Utf8Path) {
        let _ = self.perform(Operation::RemoveFolder { path }, || fs::remove_dir(path));
    }

    /// Removes a folder with everything in it. One that is missing is fine.
    pub(crate) fn remove_tree(&self, path: &Utf8Path) -> Result<(), Error> {
        let remove = || match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                platform::make_tree_removable(path);
                fs::remove_dir_all(path)
            }
            result => result,
        };
        found(self.perform(Operation::RemoveTree { path }, remove))
            .map(|_| ())
            .map_err(Error::disk("remove the folder", path))
    }

    /// Lets two things exchange their names in one step. Says whether the system can; where it cannot, or one of them is not
    /// there, nothing has happened.
    pub(crate) fn exchange(&self, one: &Utf8Path, other: &Utf8Path) -> Result<bool, Error> {
        match self.perform(Operation::Exchange { one, other }, || {
            platform::exchange(one, other)
        }) {
            Ok(()) => Ok(true),
            Err(error) if platform::cannot_exchange(&error) => Ok(false),
            Err(error) => Err(Error::disk("exchange something with", other)(error)),
        }
    }

    /// Does one operation, after the observer has seen it.
    fn perform<T>(&self, operation: Operation<'_>, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if let Some(observer) = &self.observer {
            observer.before(operation)?;
        }
        act()
    }
}

/// A parent of a relative path of one part is the empty path, and stands for the working directory.
fn is_missing(folder: &Utf8Path) -> bool {
    !folder.as_str().is_empty() && !folder.is_dir()
}

fn as_text(path: &Path) -> io::Result<&Utf8Path> {
    Utf8Path::from_path(path)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path is not valid UTF-8"))
}

fn found(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
