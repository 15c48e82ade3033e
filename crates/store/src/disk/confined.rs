//! Writing below a folder where the names come from foreign images.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::{Disk, Operation};
use crate::error::Error;

/// A folder that no name can lead out of: each path is resolved by the kernel relative to the open folder, so
/// that neither `..` nor a link reaches anything outside, whatever a check of the text overlooked.
#[derive(Debug)]
pub(crate) struct Confined {
    /// The folder whose files may be moved in.
    outer: Below,
    /// The folder that is filled.
    inner: Below,
    disk: Disk,
    outer_path: Utf8PathBuf,
    path: Utf8PathBuf,
    /// Folders that were made already; most files share one with their neighbour.
    made: BTreeSet<String>,
}

impl Confined {
    /// Opens the folder `name` directly below `outer`.
    pub(crate) fn open(disk: &Disk, outer: &Utf8Path, name: &str) -> Result<Self, Error> {
        let (outer_path, path) = (outer.to_owned(), outer.join(name));
        let outer = Dir::open_ambient_dir(outer, ambient_authority())
            .map_err(Error::disk("open the folder", outer))?;
        let inner = outer
            .open_dir(name)
            .map_err(Error::disk("open the folder", &path))?;
        Ok(Self {
            outer: Below::new(outer),
            inner: Below::new(inner),
            disk: disk.clone(),
            outer_path,
            path,
            made: BTreeSet::new(),
        })
    }

    /// Moves the file `source`, a path below the outer folder, to `destination`.
    pub(crate) fn move_in(&mut self, source: &str, destination: &str) -> Result<(), Error> {
        self.make_parent(destination)?;
        let operation = Operation::Rename {
            from: &self.outer_path.join(source),
            to: &self.path.join(destination),
        };
        let (outer, inner) = (&mut self.outer, &mut self.inner);
        self.disk
            .perform(operation, || {
                let ((from, old), (to, new)) = (outer.parent(source)?, inner.parent(destination)?);
                from.rename(old, to, new)
            })
            .map_err(|error| self.failed("move content to", destination, error))
    }

    /// Copies the file `source`, a path below the outer folder, to `destination`, with its mode.
    pub(crate) fn copy_in(&mut self, source: &str, destination: &str) -> Result<(), Error> {
        self.make_parent(destination)?;
        let operation = Operation::Copy {
            from: &self.outer_path.join(source),
            to: &self.path.join(destination),
        };
        let (outer, inner) = (&mut self.outer, &mut self.inner);
        self.disk
            .perform(operation, || {
                let ((from, old), (to, new)) = (outer.parent(source)?, inner.parent(destination)?);
                from.copy(old, to, new)
            })
            .map_err(|error| self.failed("copy content to", destination, error))?;
        Ok(())
    }

    fn make_parent(&mut self, destination: &str) -> Result<(), Error> {
        let Some((parent, _)) = destination.rsplit_once('/') else {
            return Ok(());
        };
        if self.made.contains(parent) {
            return Ok(());
        }
        let ends = parent.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([parent.len()]) {
            self.make_folder(&parent[..end])?;
        }
        Ok(())
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Error> {
        if self.made.contains(folder) {
            return Ok(());
        }
        let operation = Operation::MakeFolder {
            path: &self.path.join(folder),
        };
        match self
            .disk
            .perform(operation, || self.inner.folder.create_dir(folder))
        {
            // Where the file system ignores case it is there under another spelling.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && self.is_folder(folder) => {}
            made => made.map_err(|error| self.failed("create the folder", folder, error))?,
        }
        self.made.insert(folder.to_owned());
        Ok(())
    }

    fn is_folder(&self, path: &str) -> bool {
        self.inner
            .folder
            .symlink_metadata(path)
            .is_ok_and(|found| found.is_dir())
    }

    fn failed(&self, operation: &'static str, below: &str, error: io::Error) -> Error {
        Error::disk(operation, &self.path.join(below))(error)
    }
}

/// An open folder, and the one below it in which something was last done: opening that for each of its files takes longer
/// than moving them.
#[derive(Debug)]
struct Below {
    folder: Dir,
    last: Option<(String, Dir)>,
}

impl Below {
    fn new(folder: Dir) -> Self {
        Self { folder, last: None }
    }

    /// The folder around `path`, and what `path` is called there.
    fn parent<'a>(&'a mut self, path: &'a str) -> io::Result<(&'a Dir, &'a str)> {
        let Some((parent, name)) = path.rsplit_once('/') else {
            return Ok((&self.folder, path));
        };
        let folder = match self.last.take() {
            Some((last, folder)) if last == parent => folder,
            _ => self.folder.open_dir(parent)?,
        };
        let (_, folder) = self.last.insert((parent.to_owned(), folder));
        Ok((folder, name))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_keeps_every_destination_inside() {
        let folder = tempfile::tempdir().unwrap();
        let outer = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::create_dir(outer.join("inner")).unwrap();
        std::os::unix::fs::symlink("..", outer.join("inner/link")).unwrap();
        std::os::unix::fs::symlink("/tmp", outer.join("inner/absolute")).unwrap();
        std::fs::write(outer.join("content"), "x").unwrap();
        let mut confined = Confined::open(&Disk::default(), outer, "inner").unwrap();
        for destination in ["../out", "link/out", "absolute/out", "/tmp/out", "link/deep/out"] {
            assert!(confined.move_in("content", destination).is_err(), "{destination}");
            assert!(confined.copy_in("content", destination).is_err(), "{destination}");
        }
        assert!(!outer.join("out").exists());
        confined.move_in("content", "a/b").unwrap();
        assert_eq!(std::fs::read(outer.join("inner/a/b")).unwrap(), b"x");
    }
}
