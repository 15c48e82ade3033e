//! The files of a layout inside a tar archive: where each lies is found once, and then read where it lies.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use flate2::bufread::MultiGzDecoder;
use tar::{Entry, EntryType};
use tempfile::{NamedTempFile, TempPath};

use super::files::{OpenFile, unreadable};
use crate::error::{ErrorKind, Missing};
use crate::{Invalid, Limits};

/// The most bytes that the headers of one entry may have. They are held in memory, and no name of a layout is long.
const LONGEST_HEADER: u64 = 64 << 10;
/// How many links may lead from one file to another.
const MOST_LINKS: usize = 8;

/// A tar archive whose files are known.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    path: Utf8PathBuf,
    files: Arc<HashMap<String, Stored>>,
    /// The unpacked copy that `path` is, where it is one; it goes away with the last of those who read it.
    _copy: Option<Arc<TempPath>>,
}

/// A file in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stored {
    Here {
        start: u64,
        size: u64,
    },
    /// A link to another name of the archive.
    Link(String),
}

impl Archive {
    /// Finds the files of an archive. One that gzip compressed is unpacked beside, within `limits.archive_size`.
    pub(super) fn open(path: &Utf8Path, limits: &Limits) -> Result<Self, ErrorKind> {
        let mut file = OpenFile::whole(path.to_owned()).map_err(missing)?;
        let mut magic = [0; 2];
        let is_gzip = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
        if !is_gzip {
            return Self::index(path.to_owned(), None, limits);
        }
        let whole = OpenFile::whole(path.to_owned())?;
        let mut copy = Copy::begin(limits)?;
        let mut unpacked = MultiGzDecoder::new(BufReader::new(whole));
        let mut buffer = vec![0; 64 << 10];
        loop {
            match unpacked.read(&mut buffer).map_err(|error| broken(&error))? {
                0 => return copy.finish(limits),
                count => copy.write(&buffer[..count])?,
            }
        }
    }

    fn index(path: Utf8PathBuf, copy: Option<TempPath>, limits: &Limits) -> Result<Self, ErrorKind> {
        check_headers(&path, limits)?;
        let mut archive = tar::Archive::new(open(&path)?);
        let mut files = HashMap::new();
        for entry in archive.entries_with_seek().map_err(|error| broken(&error))? {
            let entry = entry.map_err(|error| broken(&error))?;
            // Of two entries with one name the later counts, as it would if the archive were unpacked.
            if let Some((name, stored)) = stored(&entry) {
                files.insert(name, stored);
            }
        }
        Ok(Self {
            path,
            files: Arc::new(files),
            _copy: copy.map(Arc::new),
        })
    }

    pub(super) fn path_of(&self, name: &str) -> Utf8PathBuf {
        self.path.join(name)
    }

    /// Whether it has a file of this name.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn open_file(&self, name: &str) -> Result<OpenFile, ErrorKind> {
        let (start, size) = self.find(name).ok_or(ErrorKind::NotFound {
            missing: Missing::Unsaid,
        })?;
        OpenFile::part(self.path.clone(), start, size)
    }

    /// Where a file lies, behind its links.
    fn find(&self, name: &str) -> Option<(u64, u64)> {
        let mut name = plain(name)?;
        for _ in 0..MOST_LINKS {
            match self.files.get(&name)? {
                Stored::Here { start, size } => return Some((*start, *size)),
                Stored::Link(target) => name.clone_from(target),
            }
        }
        None
    }
}

/// An unpacked copy that is being written.
pub(super) struct Copy {
    file: NamedTempFile,
    left: u64,
    limit: u64,
}

impl Copy {
    pub(super) fn begin(limits: &Limits) -> Result<Self, ErrorKind> {
        Ok(Self {
            file: NamedTempFile::new().map_err(|error| unreadable(&error))?,
            left: limits.archive_size,
            limit: limits.archive_size,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ErrorKind> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or(ErrorKind::TooLarge {
            what: "the archive is",
            limit: self.limit,
            setting: "limits.archive-size",
        })?;
        self.file.write_all(bytes).map_err(|error| ErrorKind::File {
            cause: format!(
                "it cannot be unpacked into {}: {error}",
                self.file.path().display()
            ),
        })
    }

    /// Finds the files of what was written.
    pub(super) fn finish(self, limits: &Limits) -> Result<Archive, ErrorKind> {
        let copy = self.file.into_temp_path();
        let path = Utf8PathBuf::from_path_buf(copy.to_path_buf()).map_err(|path| ErrorKind::File {
            cause: format!("{} is not Unicode", path.display()),
        })?;
        Archive::index(path, Some(copy), limits)
    }
}

/// Looks at each header before the library reads it: long names and extensions are held in memory wholly, and their number
/// is what the archive says.
fn check_headers(path: &Utf8Path, limits: &Limits) -> Result<(), ErrorKind> {
    let mut archive = tar::Archive::new(open(path)?);
    let entries = archive.entries_with_seek().map_err(|error| broken(&error))?;
    for (count, entry) in entries.raw(true).enumerate() {
        let entry = entry.map_err(|error| broken(&error))?;
        if count >= limits.archive_entries {
            return Err(ErrorKind::TooLarge {
                what: "the number of the archive's entries is",
                limit: limits.archive_entries as u64,
                setting: "limits.archive-entries",
            });
        }
        let header = entry.header().entry_type();
        let is_held = header.is_gnu_longname()
            || header.is_gnu_longlink()
            || header.is_pax_global_extensions()
            || header.is_pax_local_extensions();
        if is_held && entry.size() > LONGEST_HEADER {
            return Err(Invalid::Archive {
                problem: format!("a header of {} bytes", entry.size()),
            }
            .into());
        }
    }
    Ok(())
}

/// What an entry is to a layout, and under which name; nothing where it is neither file nor link.
fn stored(entry: &Entry<'_, impl Read>) -> Option<(String, Stored)> {
    let path = entry.path_bytes();
    let name = plain(std::str::from_utf8(&path).ok()?)?;
    let link = || {
        let target = entry.link_name_bytes()?;
        String::from_utf8(target.into_owned()).ok()
    };
    let stored = match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => Some(Stored::Here {
            start: entry.raw_file_position(),
            size: entry.size(),
        }),
        // A hard link names its target from the archive's root.
        EntryType::Link => link().and_then(|target| plain(&target)).map(Stored::Link),
        EntryType::Symlink => link().and_then(|target| beside(&name, &target)).map(Stored::Link),
        _ => None,
    };
    stored.map(|stored| (name, stored))
}

/// A name without `.` and `..`; nothing where it leaves the archive.
fn plain(name: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The name that a symbolic link in the place of `name` leads to.
fn beside(name: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return plain(target);
    }
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    plain(&format!("{folder}/{target}"))
}

fn open(path: &Utf8Path) -> Result<File, ErrorKind> {
    File::open(path).map_err(|error| unreadable(&error))
}

/// An archive that is not there at all.
fn missing(kind: ErrorKind) -> ErrorKind {
    match kind {
        ErrorKind::NotFound { .. } => ErrorKind::NotFound {
            missing: Missing::File,
        },
        other => other,
    }
}

fn broken(error: &io::Error) -> ErrorKind {
    Invalid::Archive {
        problem: error.to_string(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_archive() {
        for (name, read) in [
            ("./blobs//sha256/a", Some("blobs/sha256/a")),
            ("/index.json", Some("index.json")),
            ("a/../b", Some("b")),
            ("../b", None),
            ("a/../../b", None),
        ] {
            assert_eq!(plain(name).as_deref(), read, "{name}");
        }
        for (name, target, read) in [
            ("a/layer.tar", "../b/layer.tar", Some("b/layer.tar")),
            ("layer.tar", "b/layer.tar", Some("b/layer.tar")),
            ("a/layer.tar", "/b/layer.tar", Some("b/layer.tar")),
            ("a/layer.tar", "../../b/layer.tar", None),
        ] {
            assert_eq!(beside(name, target).as_deref(), read, "{name} -> {target}");
        }
    }
}
