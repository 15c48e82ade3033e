//! Layers to files: the tarballs of an image become an index each, and together a tree from which paths are selected.
//!
//! This room knows tar, gzip, zstd, whiteouts, links and limits, and that all of them come from a stranger. It must
//! not know HTTP, registries, generations, or what a selection is for. It opens no path: bytes come from a reader,
//! and the wanted files go into a [`Sink`].
//!
//! Three steps, each bounded by the same [`Limits`]:
//!
//! 1. [`read_layer`] reads one layer to its end, checks its `DiffID`, reads it with two tar parsers that must agree,
//!    hands the wanted files to the sink and returns a [`LayerIndex`];
//! 2. [`ImageTree::merge`] applies the layers' indexes on each other, as an unpacker would do with their files;
//! 3. [`ImageTree::select`] resolves paths to files and names for each the [`ContentKey`] under which the sink got it.

mod compression;
mod destinations;
mod error;
mod file_names;
mod index;
mod layer;
mod limits;
mod merge;
mod name;
mod second;
mod select;
mod selection;
mod tap;
mod tree;
mod write;
mod written_through;

pub use compression::Compression;
pub use error::Error;
pub use file_names::{BadName, FileNames};
pub use index::{ContentKey, LayerIndex, Special};
pub use layer::{LayerSource, Sink, Want, read_layer};
pub use limits::{Bound, Limits};
pub use selection::{LeftOut, LeftOutReason, Selected, SelectedFile, Selection, SelectionKind};
pub use tree::ImageTree;
pub use write::{FileFacts, LayerWriter};
