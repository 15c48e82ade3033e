//! What one layer holds, without its bytes.

use std::fmt;

/// Which entry of which layer holds a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey {
    /// The layer, as its [`LayerSource`](crate::LayerSource) numbers it.
    pub layer: u32,
    /// The entry, from 0 in the order of the archive.
    pub entry: u32,
}

/// An entry that is neither file, folder nor link. Legal in an image, refused in a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// A character device; with the numbers 0/0 also a whiteout in overlayfs' own form, which no image may use.
    CharacterDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A file with holes, in GNU's old form.
    Sparse,
    /// A type that the tar format does not define, by its byte.
    Unknown(u8),
}

impl fmt::Display for Special {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CharacterDevice => formatter.write_str("a character device"),
            Self::BlockDevice => formatter.write_str("a block device"),
            Self::Fifo => formatter.write_str("a named pipe"),
            Self::Sparse => formatter.write_str("a sparse file in GNU's form"),
            Self::Unknown(byte) => write!(formatter, "an entry of the unknown type {byte:#04x}"),
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File { size: u64, executable: bool },
    Folder,
    SymbolicLink,
    HardLink,
    Special(Special),
}

/// One entry of an index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// Its number in the archive.
    pub(crate) number: u32,
    /// Its normalised path below the root; empty for the root.
    pub(crate) path: &'a [u8],
    /// The target, of a link.
    pub(crate) link: &'a [u8],
    /// What it is.
    pub(crate) kind: EntryKind,
}

/// The entries of one layer: 32 bytes each, and their names in one piece of memory.
#[derive(Debug, Clone)]
pub struct LayerIndex {
    layer: u32,
    size: u64,
    records: Vec<Record>,
    names: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    /// Where the path begins in `names`; the link's target stands right behind it.
    start: usize,
    path: u32,
    link: u32,
    kind: EntryKind,
}

impl LayerIndex {
    /// An index without entries.
    pub(crate) fn new(layer: u32) -> Self {
        Self {
            layer,
            size: 0,
            records: Vec::new(),
            names: Vec::new(),
        }
    }

    /// The number of the layer, as its [`LayerSource`](crate::LayerSource) said.
    pub fn layer(&self) -> u32 {
        self.layer
    }

    /// The bytes that the layer unpacks to.
    pub fn uncompressed_size(&self) -> u64 {
        self.size
    }

    /// The number of entries. Headers that only describe other entries are none.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The names of its regular files, below the root, as the archive writes them; a name may come twice.
    pub fn file_names(&self) -> impl Iterator<Item = &[u8]> {
        let files = self
            .entries()
            .filter(|entry| matches!(entry.kind, EntryKind::File { .. }));
        files.map(|entry| entry.path)
    }

    /// Whether the layer changes nothing.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The bytes that names and link targets take.
    pub(crate) fn names_size(&self) -> u64 {
        self.names.len() as u64
    }

    /// Appends the next entry. Its lengths fit: an entry has at most 1 MiB of headers.
    pub(crate) fn push(&mut self, path: &[u8], link: &[u8], kind: EntryKind) {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.records.push(Record {
            start: self.names.len(),
            path: length(path),
            link: length(link),
            kind,
        });
        self.names.extend_from_slice(path);
        self.names.extend_from_slice(link);
    }

    /// Records how many bytes came out, at the end.
    pub(crate) fn set_uncompressed_size(&mut self, size: u64) {
        self.size = size;
    }

    /// The entries, in the order of the archive.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..).zip(&self.records).map(|(number, record)| {
            let middle = record.start + record.path as usize;
            Entry {
                number,
                path: &self.names[record.start..middle],
                link: &self.names[middle..middle + record.link as usize],
                kind: record.kind,
            }
        })
    }
}
