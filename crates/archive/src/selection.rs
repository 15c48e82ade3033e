//! What is wanted of an image, and what that comes to.

use std::fmt;

use model::ImagePath;
use model::text::quote;

use crate::index::ContentKey;

/// A path in an image that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Where it stands in the image. It and the folders above it may be links.
    pub source: ImagePath,
    /// Where it goes: a relative path with `/` between its parts. A folder's content goes below it, and then it may be
    /// empty for the top.
    pub destination: String,
    /// What it must be.
    pub kind: SelectionKind,
}

/// What a selected path must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// One of the two.
    Either,
}

/// What a selection comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The files, sorted by destination; no two have the same. Empty folders leave no trace.
    pub files: Vec<SelectedFile>,
    /// What had to be left out, in the order of selections and paths.
    pub warnings: Vec<LeftOut>,
}

/// One file of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedFile {
    /// Where it goes, relative, with `/` between the parts; this system can hold each.
    pub destination: String,
    /// Which entry's bytes it has. Several files may share one.
    pub content: ContentKey,
    /// Whether anyone may execute it. Nothing else of its mode, owner or attributes is kept.
    pub executable: bool,
    /// Its length in bytes.
    pub size: u64,
}

/// A link inside a selected folder that could not be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path in the image as the selection reaches it, without leading slash.
    pub path: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a link was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// It leads to nothing in the image.
    Broken,
    /// It leads over more than 40 links, or in a circle.
    TooManyLinks,
    /// It leads to a folder that it stands in, so that its content would have no end.
    Cycle,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            LeftOutReason::Broken => "it is a link to nothing in the image",
            LeftOutReason::TooManyLinks => "it leads over too many links, or in a circle",
            LeftOutReason::Cycle => "it is a link to a folder that it stands in",
        };
        write!(formatter, "{} is left out: {reason}", quote(&self.path))
    }
}
