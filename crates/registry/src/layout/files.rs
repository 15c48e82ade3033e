//! The files of a layout, wherever they lie.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Take};

use bytes::Bytes;
use camino::Utf8PathBuf;

use super::archive::Archive;
use crate::error::{ErrorKind, Missing};
use crate::wire::SizeLimit;

/// Files by the names that layouts give them.
#[derive(Debug, Clone)]
pub(super) enum Files {
    /// Below a folder.
    Folder(Utf8PathBuf),
    /// Inside an archive.
    Archive(Archive),
}

/// A file that was opened, from where its content begins to where it ends.
pub(crate) struct OpenFile {
    path: Utf8PathBuf,
    reader: Take<File>,
    size: u64,
}

impl Files {
    /// The file's place, for messages.
    pub(super) fn path_of(&self, name: &str) -> Utf8PathBuf {
        match self {
            Self::Folder(folder) => folder.join(name),
            Self::Archive(archive) => archive.path_of(name),
        }
    }

    /// Opens a file. `NotFound` says whether only the file is missing, or all.
    pub(super) fn open(&self, name: &str) -> Result<OpenFile, ErrorKind> {
        match self {
            Self::Folder(folder) => {
                if !folder.is_dir() {
                    return Err(ErrorKind::NotFound {
                        missing: Missing::File,
                    });
                }
                OpenFile::whole(folder.join(name))
            }
            Self::Archive(archive) => archive.open_file(name),
        }
    }

    /// The content of a small file.
    pub(super) fn read(&self, name: &str, size: &SizeLimit) -> Result<Bytes, ErrorKind> {
        let mut file = self.open(name)?;
        if file.size > size.limit {
            return Err(size.exceeded());
        }
        let mut bytes = Vec::new();
        let read = file.reader.read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&error))?;
        Ok(Bytes::from(bytes))
    }
}

impl OpenFile {
    /// All of a file. What is no regular file (a device, a pipe) has no end, and is refused; it is opened in a way that
    /// does not wait for anybody.
    pub(super) fn whole(path: Utf8PathBuf) -> Result<Self, ErrorKind> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
        }
        let file = options.open(&path).map_err(|error| unreadable(&error))?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(ErrorKind::File {
                cause: "it is not a regular file".to_owned(),
            });
        }
        let size = metadata.len();
        Ok(Self {
            path,
            reader: file.take(size),
            size,
        })
    }

    /// A part of a file.
    pub(super) fn part(path: Utf8PathBuf, start: u64, size: u64) -> Result<Self, ErrorKind> {
        let mut file = Self::whole(path)?;
        file.skip(start)?;
        file.reader.set_limit(size.min(file.reader.limit()));
        file.size = file.reader.limit();
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Utf8PathBuf {
        &self.path
    }

    /// The bytes of its content.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Goes on behind the next `count` bytes.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), ErrorKind> {
        let count = count.min(self.reader.limit());
        let step = SeekFrom::Current(i64::try_from(count).unwrap_or(i64::MAX));
        self.reader
            .get_mut()
            .seek(step)
            .map_err(|error| unreadable(&error))?;
        self.reader.set_limit(self.reader.limit() - count);
        Ok(())
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// A file that cannot be opened or read.
pub(super) fn unreadable(error: &io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ErrorKind::NotFound {
            missing: Missing::Unsaid,
        },
        _ => ErrorKind::File {
            cause: error.to_string(),
        },
    }
}
