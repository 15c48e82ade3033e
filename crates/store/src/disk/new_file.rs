//! A file that is being written.

use std::fs::File;
use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Disk, Operation};
use crate::error::Error;
use crate::platform;
use crate::write_behind::WriteBehind;

/// A file that was created and is written from its beginning to its end. Every error names the path.
#[derive(Debug)]
pub(crate) struct NewFile {
    disk: Disk,
    path: Utf8PathBuf,
    file: File,
    behind: WriteBehind,
}

impl NewFile {
    pub(super) fn new(disk: Disk, path: &Utf8Path, file: File) -> Self {
        Self {
            disk,
            path: path.to_owned(),
            behind: WriteBehind::default(),
            file,
        }
    }

    /// Whether it came to be with the mode that [`Disk::set_executable`] gives: most do, and need not be given it.
    pub(crate) fn has_mode(&self, executable: bool) -> bool {
        platform::has_mode(&self.file, executable)
    }

    /// Writes all of `content` behind what was written before.
    pub(crate) fn append(&mut self, content: &[u8]) -> Result<(), Error> {
        let operation = Operation::Append {
            path: &self.path,
            bytes: content,
        };
        self.disk
            .perform(operation, || self.file.write_all(content))
            .map_err(Error::disk("write the file", &self.path))?;
        self.behind.wrote(&self.file, content.len());
        Ok(())
    }

    /// Makes the content durable, not yet the name.
    pub(crate) fn flush_to_disk(&self) -> Result<(), Error> {
        self.disk
            .perform(Operation::FlushFile { path: &self.path }, || self.file.sync_all())
            .map_err(Error::disk("flush the file", &self.path))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes)?;
        Ok(bytes.len())
    }

    /// Nothing is held back here; making it durable is [`NewFile::flush_to_disk`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
