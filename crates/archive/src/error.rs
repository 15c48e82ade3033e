//! What can go wrong between a layer and a selection.

use std::io;

use model::Digest;
use model::text::quote;
use thiserror::Error as ThisError;

use crate::compression::Compression;
use crate::file_names::BadName;
use crate::index::Special;
use crate::limits::Bound;

/// Why a layer could not be read, or a selection not be made.
///
/// Layers are numbered as their [`LayerSource`](crate::LayerSource) says, entries from 0 in the order of the archive.
/// Paths are inside the image; bytes in them that are not UTF-8 are shown as `U+FFFD`.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The reader of the compressed bytes failed. The source is its error, untouched.
    #[error("the bytes of the layer could not be read")]
    Input(#[source] io::Error),
    /// The sink failed to take a file. The source is its error, untouched.
    #[error("a file of the layer could not be stored")]
    Sink(#[source] io::Error),
    /// The compressed stream is malformed or ends early.
    #[error("layer {layer} is not sound as {compression}")]
    Compression {
        /// The layer.
        layer: u32,
        /// What its first bytes say it is.
        compression: Compression,
        /// What the decompressor says.
        source: io::Error,
    },
    /// The archive is malformed or ends early.
    #[error("layer {layer} is not a sound tar archive at entry {entry}")]
    Archive {
        /// The layer.
        layer: u32,
        /// The entry that could not be read.
        entry: u32,
        /// What the parser says.
        source: io::Error,
    },
    /// The extension headers in front of one entry take more than 1 MiB, the most that other tools accept too.
    #[error("layer {layer} has more than 1 MiB of headers in front of entry {entry}")]
    HeaderTooLong {
        /// The layer.
        layer: u32,
        /// The entry.
        entry: u32,
    },
    /// Two tar parsers read different archives in the same bytes, so another tool may see other files than this one.
    #[error("layer {layer} can be read in two ways at entry {entry}: {difference}")]
    ParsersDisagree {
        /// The layer.
        layer: u32,
        /// The entry at which they part.
        entry: u32,
        /// In what they differ.
        difference: String,
    },
    /// The unpacked bytes are not those that the image's config names.
    #[error("layer {layer} unpacks to {found}, and the image promises {expected}")]
    DiffId {
        /// The layer.
        layer: u32,
        /// The `DiffID` in the config.
        expected: Digest,
        /// The digest of what came out.
        found: Digest,
    },
    /// One of the [`Limits`](crate::Limits) was passed.
    #[error("{subject} {} {allowed} {} (setting `{}`)", bound.verb(), bound.unit(), bound.setting())]
    Limit {
        /// What passed it.
        subject: String,
        /// Which one.
        bound: Bound,
        /// Its value.
        allowed: u64,
    },
    /// An entry's name is none: it leaves the image's root or holds a NUL.
    #[error("entry {entry} of layer {layer} has the name {}: {problem}", quote(.name))]
    EntryName {
        /// The layer.
        layer: u32,
        /// The entry.
        entry: u32,
        /// The name as it stands in the archive.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A whiteout that hides nothing in particular: its name goes on with nothing, `.` or `..`.
    #[error("layer {layer} has the whiteout {}, which hides nothing that has a name", quote(.path))]
    Whiteout {
        /// The layer.
        layer: u32,
        /// The whiteout's own path.
        path: String,
    },
    /// Nothing stands at a selected path.
    #[error("{} is not in the image", quote(.path))]
    Missing {
        /// The selected path.
        path: String,
    },
    /// A selected path is a folder, and a file was asked for.
    #[error("{} is a folder, not a file", quote(.path))]
    NotAFile {
        /// The selected path.
        path: String,
    },
    /// A selected path is a file, and a folder was asked for.
    #[error("{} is a file, not a folder", quote(.path))]
    NotAFolder {
        /// The selected path.
        path: String,
    },
    /// A selected path is, or goes through, a link that leads to nothing in the image.
    #[error("{} is reached through a link that leads to nothing in the image", quote(.path))]
    BrokenLink {
        /// The selected path.
        path: String,
    },
    /// A selected path is reached over more than 40 links, most likely in a circle, or over links of more than 4096 parts.
    #[error("{} is reached over too many links, or links in a circle", quote(.path))]
    TooManyLinks {
        /// The selected path.
        path: String,
    },
    /// Something that is neither file, folder nor link is selected.
    #[error("{} is {kind}", quote(.path))]
    Special {
        /// Its path, as the selection reaches it.
        path: String,
        /// What it is.
        kind: Special,
    },
    /// A layer writes into a selection through a link, which different unpackers do in different places.
    #[error("{} is touched by {}, which is written through a link", quote(.path), quote(.entry))]
    WrittenThroughLink {
        /// The selected path.
        path: String,
        /// The entry.
        entry: String,
    },
    /// A selected name is not UTF-8, so that not every system can hold it.
    #[error("the name {} is not UTF-8", quote(.path))]
    NotUtf8 {
        /// Its path.
        path: String,
    },
    /// This system has no room for a selected name.
    #[error("this system cannot hold {}: {problem}", quote(.destination))]
    FileName {
        /// Where the file should go.
        destination: String,
        /// What is wrong with a part of it.
        problem: BadName,
    },
    /// Two selected files would stand in the same place, or one where the other needs a folder. On systems where
    /// case does not count, their names may differ in it.
    #[error("{} and {} cannot stand beside each other", quote(.first), quote(.second))]
    Collision {
        /// The destination, or the folder on its way, that was there first.
        first: String,
        /// The destination that came later.
        second: String,
    },
}

impl Error {
    /// Whether the content is not what it should be (exit code 6 of the contract), rather than a reader or a
    /// sink having failed.
    pub fn is_about_content(&self) -> bool {
        !matches!(self, Self::Input(_) | Self::Sink(_))
    }

    /// Packs an error so that it passes through the readers of other crates; [`unpack`] takes it out again.
    pub(crate) fn pack(self) -> io::Error {
        io::Error::other(self)
    }
}

/// The error of this room that `error` carries; what carries none is made one by `foreign`.
pub(crate) fn unpack(error: io::Error, foreign: impl FnOnce(io::Error) -> Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(foreign)
}

/// A path for people.
pub(crate) fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
