//! Why a metadata file is refused, and what is odd about one that is not.

use thiserror::Error;

use crate::image_path::ImagePathParse;
use crate::text::quote;

/// A metadata file that is not what it should be. Each variant is a refusal with exit code 6 (contract).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MetadataParse {
    /// It is larger than the limit.
    #[error("metadata.json has {size} bytes, and the limit is {limit} (setting limits.metadata-size)")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Objects and lists stand inside each other more often than the limit.
    #[error("metadata.json is nested deeper than {limit} levels (setting limits.metadata-nesting)")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More tabs or host binaries than the limit.
    #[error("metadata.json: {} has more than {limit} entries (setting limits.metadata-entries)", quote(.place))]
    TooMany {
        /// The JSON path of the list or object.
        place: String,
        /// The limit.
        limit: usize,
    },
    /// It is not JSON in UTF-8.
    #[error("metadata.json is not JSON: {problem}")]
    NotJson {
        /// The parser's complaint, with line and column.
        problem: String,
    },
    /// A known key holds a value of another type than its meaning needs.
    #[error("metadata.json: {} is {found}, and must be {needed}", quote(.place))]
    WrongType {
        /// The JSON path, such as `ui.dashboard-tab.root`.
        place: String,
        /// The type that is there.
        found: &'static str,
        /// What may stand there.
        needed: &'static str,
    },
    /// A key without which the rest has no meaning is not there.
    #[error("metadata.json: {} is missing", quote(.place))]
    Missing {
        /// The JSON path.
        place: String,
    },
    /// A path that leaves the image or is not plain.
    #[error("metadata.json: {}: {problem}", quote(.place))]
    NotAPath {
        /// The JSON path.
        place: String,
        /// What is wrong with it.
        problem: ImagePathParse,
    },
    /// A path that is the root of the image, where a file is needed.
    #[error("metadata.json: {} names the root of the image, and must name a file", quote(.place))]
    NotAFile {
        /// The JSON path.
        place: String,
    },
    /// A tab's key that cannot be the name of a folder.
    #[error("metadata.json: the tab name {} is not a plain file name", quote(.name))]
    TabName {
        /// The key.
        name: String,
    },
}

impl MetadataParse {
    /// The JSON path of the value that is wrong, where it is one value.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::TooMany { place, .. }
            | Self::WrongType { place, .. }
            | Self::Missing { place }
            | Self::NotAPath { place, .. }
            | Self::NotAFile { place } => Some(place),
            Self::TabName { .. } => Some("ui"),
            Self::TooLarge { .. } | Self::TooDeep { .. } | Self::NotJson { .. } => None,
        }
    }

    /// The setting of the limit that was passed, where it is one.
    pub fn setting(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some("limits.metadata-size"),
            Self::TooDeep { .. } => Some("limits.metadata-nesting"),
            Self::TooMany { .. } => Some("limits.metadata-entries"),
            Self::NotJson { .. }
            | Self::WrongType { .. }
            | Self::Missing { .. }
            | Self::NotAPath { .. }
            | Self::NotAFile { .. }
            | Self::TabName { .. } => None,
        }
    }
}

/// Something in a metadata file that was ignored or guessed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MetadataWarning {
    /// A key of 2021 that means nothing today.
    #[error("metadata.json: {} is obsolete and ignored", quote(.place))]
    Obsolete {
        /// The JSON path.
        place: String,
    },
    /// Something beside the dashboard tab that is not a tab.
    #[error("metadata.json: {} is not a tab and ignored", quote(.place))]
    NotATab {
        /// The JSON path.
        place: String,
    },
    /// A tab that does not name its entry page.
    #[error("metadata.json: {} is missing; index.html is taken", quote(.place))]
    NoEntryPage {
        /// The JSON path.
        place: String,
    },
    /// A `vm` section that names nothing to run.
    #[error("metadata.json: `vm` names neither an image nor a compose file, so that nothing runs")]
    NothingToRun,
    /// A `vm` section that names two things to run.
    #[error("metadata.json: `vm` names an image and a compose file; the compose file counts")]
    TwoBackends,
    /// An entry of `host.binaries` of 2021 that runs an installer instead of bringing a file. It is not run.
    #[error("metadata.json: {} brings no file and is ignored", quote(.place))]
    NoFile {
        /// The JSON path.
        place: String,
    },
    /// A socket that is not a plain file name.
    #[error("metadata.json: {} is not a plain file name and ignored", quote(.place))]
    Socket {
        /// The JSON path.
        place: String,
    },
}

impl MetadataWarning {
    /// The JSON path that it is about.
    pub fn place(&self) -> &str {
        match self {
            Self::Obsolete { place }
            | Self::NotATab { place }
            | Self::NoEntryPage { place }
            | Self::NoFile { place }
            | Self::Socket { place } => place,
            Self::NothingToRun | Self::TwoBackends => "vm",
        }
    }
}
