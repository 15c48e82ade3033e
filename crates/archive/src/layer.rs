//! One layer, read once from its first to its last byte.

use std::collections::BTreeSet;
use std::io::{self, Read};

use model::{Digest, ImagePath};
use tar::EntryType;

use crate::compression::Decompressed;
use crate::error::{Error, shown, unpack};
use crate::index::{ContentKey, EntryKind, LayerIndex, Special};
use crate::limits::Limits;
use crate::name::normalise;
use crate::second::FirstReading;
use crate::tap::Tap;

/// Takes the bytes of wanted files as they come by.
///
/// What it was given counts only once [`read_layer`] has returned without error: the `DiffID` is checked at the end.
pub trait Sink {
    /// Takes one file of `size` bytes. What it leaves unread is skipped. An error ends the reading as [`Error::Sink`].
    fn store(&mut self, key: ContentKey, size: u64, content: &mut dyn Read) -> io::Result<()>;
}

/// Which regular files' bytes go to the sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Those whose names are one of these paths or stand below one; the root wants all. Names are taken as they are
    /// written: what is reached over links is wanted by [`Want::Entries`], once a selection has named it.
    Below(Vec<ImagePath>),
    /// Those of these numbers; numbers of entries that are no regular files are ignored.
    Entries(BTreeSet<u32>),
}

impl Want {
    fn wants(&self, number: u32, path: &[u8]) -> bool {
        match self {
            Self::Below(folders) => folders.iter().any(|folder| {
                folder.is_root()
                    || path
                        .strip_prefix(folder.as_str().as_bytes())
                        .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
            }),
            Self::Entries(numbers) => numbers.contains(&number),
        }
    }
}

/// What the image says about a layer.
#[derive(Debug, Clone, Copy)]
pub struct LayerSource<'a> {
    /// Its number, which comes back in every [`ContentKey`] and error; by custom from 0 at the bottom.
    pub layer: u32,
    /// The digest of its unpacked bytes (OCI image specification, "Layer `DiffID`").
    pub diff_id: &'a Digest,
    /// Its size as it is sent, in bytes, for [`Limits::ratio`].
    pub compressed_size: u64,
}

/// Reads a layer: checks it, indexes its entries and hands the wanted files to `sink`.
///
/// Compression is recognised by the bytes, whatever a media type says. `input` is read to its end, also behind the
/// end of the archive, since the `DiffID` covers that too. Memory: the index, and at most 1 MiB of headers.
///
/// # Errors
///
/// [`Error::Input`] and [`Error::Sink`] with the untouched error of the reader or sink. All others are the content's
/// fault: compression, tar, `DiffID`, limits, names, parsers that disagree.
pub fn read_layer(
    input: impl Read,
    source: &LayerSource<'_>,
    want: &Want,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<LayerIndex, Error> {
    let tap = Tap::new(Decompressed::open(input, source.layer, limits)?, source, limits);
    let mut reading = Reading {
        index: LayerIndex::new(source.layer),
        want,
        limits,
        sink,
    };
    reading.read_entries(&tap)?;
    let mut index = reading.index;
    let (size, found) = tap.finish()?;
    if found != *source.diff_id {
        return Err(Error::DiffId {
            layer: source.layer,
            expected: source.diff_id.clone(),
            found,
        });
    }
    index.set_uncompressed_size(size);
    Ok(index)
}

/// A layer half read.
struct Reading<'a> {
    index: LayerIndex,
    want: &'a Want,
    limits: &'a Limits,
    sink: &'a mut dyn Sink,
}

impl Reading<'_> {
    fn read_entries(&mut self, tap: &Tap<'_>) -> Result<(), Error> {
        let mut archive = tar::Archive::new(tap);
        for entry in archive.entries().map_err(|error| self.failed(error))? {
            let mut entry = entry.map_err(|error| self.failed(error))?;
            // Defaults for all later entries, which neither parser applies and no engine honours.
            if entry.header().entry_type() != EntryType::XGlobalHeader {
                self.read_entry(tap, &mut entry)?;
            }
        }
        Ok(())
    }

    fn read_entry(&mut self, tap: &Tap<'_>, entry: &mut tar::Entry<'_, &Tap<'_>>) -> Result<(), Error> {
        let name = entry.path_bytes().into_owned();
        let link = entry.link_name_bytes().unwrap_or_default().into_owned();
        tap.compare(&FirstReading {
            path: &name,
            link: &link,
            kind: entry.header().entry_type().as_byte(),
            size: entry.size(),
        })?;
        self.check_length(&name)?;
        self.check_length(&link)?;
        let kind = self.kind_of(entry, &name)?;
        let number = self.number();
        let path = normalise(&name).map_err(|problem| Error::EntryName {
            layer: self.index.layer(),
            entry: number,
            name: shown(&name),
            problem,
        })?;
        let link = match kind {
            EntryKind::SymbolicLink | EntryKind::HardLink => link.as_slice(),
            _ => b"",
        };
        self.index.push(&path, link, kind);
        self.check_totals()?;
        match kind {
            EntryKind::File { size, .. } if self.want.wants(number, &path) => self.store(number, size, entry),
            _ => Ok(()),
        }
    }

    fn kind_of(&self, entry: &tar::Entry<'_, &Tap<'_>>, name: &[u8]) -> Result<EntryKind, Error> {
        let header = entry.header();
        let kind = match header.entry_type() {
            // The tar of before 1988 has no type for folders.
            EntryType::Regular if header.as_bytes()[156] == 0 && name.ends_with(b"/") => EntryKind::Folder,
            EntryType::Regular | EntryType::Continuous => EntryKind::File {
                size: entry.size(),
                executable: header.mode().map_err(|error| self.failed(error))? & 0o111 != 0,
            },
            EntryType::Directory => EntryKind::Folder,
            EntryType::Symlink => EntryKind::SymbolicLink,
            EntryType::Link => EntryKind::HardLink,
            EntryType::Char => EntryKind::Special(Special::CharacterDevice),
            EntryType::Block => EntryKind::Special(Special::BlockDevice),
            EntryType::Fifo => EntryKind::Special(Special::Fifo),
            EntryType::GNUSparse => EntryKind::Special(Special::Sparse),
            other => EntryKind::Special(Special::Unknown(other.as_byte())),
        };
        let has_content = matches!(
            kind,
            EntryKind::File { .. } | EntryKind::Special(Special::Sparse | Special::Unknown(_))
        );
        // Go's reader, and with it every engine, takes such a size for 0 and the content for headers.
        if !has_content && entry.size() > 0 {
            return Err(Error::ParsersDisagree {
                layer: self.index.layer(),
                entry: self.number(),
                difference: "it is no file and claims to have content".to_owned(),
            });
        }
        Ok(kind)
    }

    fn store(&mut self, number: u32, size: u64, reader: &mut dyn Read) -> Result<(), Error> {
        let key = ContentKey {
            layer: self.index.layer(),
            entry: number,
        };
        let mut content = Content {
            reader,
            left: size,
            failure: None,
        };
        let stored = self.sink.store(key, size, &mut content);
        match content.failure {
            Some(failure) => Err(unpack(failure, |source| Error::Archive {
                layer: key.layer,
                entry: key.entry,
                source,
            })),
            None => stored.map_err(Error::Sink),
        }
    }

    fn check_length(&self, name: &[u8]) -> Result<(), Error> {
        self.limits.check_path(name.len(), || {
            format!(
                "a name of entry {} of layer {}",
                self.number(),
                self.index.layer()
            )
        })
    }

    fn check_totals(&self) -> Result<(), Error> {
        let subject = || format!("layer {}", self.index.layer());
        self.limits.check_entries(self.index.len(), subject)?;
        self.limits.check_names(self.index.names_size(), subject)
    }

    /// The number of the entry that comes next. It fits, since [`Limits::entries`] does.
    fn number(&self) -> u32 {
        u32::try_from(self.index.len()).unwrap_or(u32::MAX)
    }

    fn failed(&self, error: io::Error) -> Error {
        unpack(error, |source| Error::Archive {
            layer: self.index.layer(),
            entry: self.number(),
            source,
        })
    }
}

/// A file's bytes on their way to the sink. Remembers why it failed, whatever the sink makes of that.
struct Content<'a> {
    reader: &'a mut dyn Read,
    left: u64,
    failure: Option<io::Error>,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let failure = match self.reader.read(buffer) {
            // The parser does not tell the end of a file from that of the archive.
            Ok(0) if self.left > 0 && !buffer.is_empty() => {
                io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside of a file")
            }
            Ok(count) => {
                self.left -= count as u64;
                return Ok(count);
            }
            Err(error) => error,
        };
        self.failure = Some(failure);
        Err(io::Error::other("the layer could not be read"))
    }
}
