//! What can go wrong under the home folder.

use std::fmt::Display;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use model::ExtensionId;
use thiserror::Error;

/// A failed operation of the store. Every variant says where; nothing that was active before has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused: no space, no permission, a file where a folder is needed and the like.
    #[error("cannot {operation} {path}: {source}")]
    Disk {
        /// What was tried, as a verb with its object: `create the file`.
        operation: &'static str,
        /// Where.
        path: Utf8PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A folder's path is not UTF-8, which no path of this program is.
    #[error("{path} is not valid UTF-8, so it cannot be a home folder")]
    PathNotText {
        /// The path, with the illegal parts replaced.
        path: String,
    },
    /// Neither the environment nor the system says where this user keeps data.
    #[error("this user has no home directory; name a folder with --home or OUTRIGGER_HOME")]
    NoHomeDirectory,
    /// The environment names a home directory by a relative path, so that every working directory would have
    /// a home folder of its own.
    #[error(
        "the home folder would be {path}, which is not an absolute path; set HOME to one, or name a folder with --home or OUTRIGGER_HOME"
    )]
    RelativeHome {
        /// The home folder that follows from it.
        path: Utf8PathBuf,
    },
    /// The home folder has a format of a later program.
    #[error(
        "the home folder {home} has format {found}, and this program knows formats up to {known}; use the newer program"
    )]
    NewerFormat {
        /// The home folder.
        home: Utf8PathBuf,
        /// The format that was found.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// The home folder uses something that this program would misread.
    #[error(
        "the home folder {home} uses {}, which this program does not know; use the newer program",
        features.join(", ")
    )]
    UnknownFeatures {
        /// The home folder.
        home: Utf8PathBuf,
        /// The names of the features.
        features: Vec<String>,
    },
    /// The home folder uses something that this program would damage by writing; reading is fine.
    #[error(
        "the home folder {home} can only be read by this program, because it uses {}; use the newer program",
        features.join(", ")
    )]
    ReadOnly {
        /// The home folder.
        home: Utf8PathBuf,
        /// The names of the features.
        features: Vec<String>,
    },
    /// A file of the store does not hold what it should.
    #[error("{path} cannot be understood: {problem}")]
    Malformed {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file is larger than anything that the store or the caller accepts there.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A destination of a payload is not a plain relative path.
    #[error("`{}` is not a plain relative path, so nothing can be placed there", destination.escape_default())]
    IllegalDestination {
        /// The destination as given.
        destination: String,
    },
    /// Two files of a payload have one destination.
    #[error("two files of the payload would both be {destination}")]
    PlacedTwice {
        /// The destination.
        destination: String,
    },
    /// A payload names content that was never staged.
    #[error("the content of {destination} was not staged")]
    NotStaged {
        /// The destination that lacks content.
        destination: String,
    },
    /// A manifest or config that is to be recorded is not text, so it cannot be JSON either.
    #[error("the {document} of the image is not valid UTF-8")]
    DocumentNotText {
        /// `manifest` or `config`.
        document: &'static str,
    },
    /// A transaction was asked to activate another extension than the one that it locked.
    #[error("a change of {locked} cannot activate {given}")]
    AnotherExtension {
        /// The extension whose lock is held.
        locked: ExtensionId,
        /// The extension that was to be activated.
        given: ExtensionId,
    },
    /// The data base of facts refused; what it holds can be rebuilt.
    #[error("the facts in {path} cannot be used: {source}")]
    Facts {
        /// The data base.
        path: Utf8PathBuf,
        /// What SQLite answered.
        source: rusqlite::Error,
    },
}

impl Error {
    /// Whether the disk or its quota is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(
            self.io_kind(),
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        )
    }

    pub(crate) fn is_permission_denied(&self) -> bool {
        self.io_kind() == Some(io::ErrorKind::PermissionDenied)
    }

    pub(crate) fn disk(operation: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk {
            operation,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn malformed(path: &Utf8Path, problem: &dyn Display) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }

    fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Disk { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

/// Keeps the kind, so that a caller that only sees an [`io::Error`] still recognises a full disk.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = error.io_kind().unwrap_or(io::ErrorKind::Other);
        Self::new(kind, error)
    }
}
