//! Why a release could not be looked at or made.

use camino::Utf8PathBuf;
use model::Platform;
use model::metadata::MetadataParse;
use thiserror::Error;

/// A failure of this room. Each text is a fragment with what, where and why; what it rests on is its source.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or folder cannot be read. The cause names it.
    #[error("a file cannot be read")]
    Read(#[source] std::io::Error),
    /// A file that is read as a whole is larger than anything that it could be.
    #[error("{path} has {size} bytes, and only {limit} are read")]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A folder holds more than this program looks at.
    #[error("{path} holds more than {limit} files")]
    TooManyFiles {
        /// The folder.
        path: Utf8PathBuf,
        /// The limit.
        limit: usize,
    },
    /// Folders stand inside each other deeper than any system allows, as links make it that lead in a circle.
    #[error("{path} lies deeper than {limit} folders; does a link lead in a circle?")]
    TooDeep {
        /// The folder that is too deep.
        path: Utf8PathBuf,
        /// The limit.
        limit: usize,
    },
    /// A name that is not UTF-8, which nothing that names files could name.
    #[error("{path} has a name that is not UTF-8")]
    NameNotText {
        /// The path, with replacements.
        path: String,
    },
    /// The build file does not parse, or says what makes no sense.
    #[error("{file}:{line}:{column}: {problem}")]
    BuildFile {
        /// The build file.
        file: Utf8PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong, as a fragment.
        problem: String,
    },
    /// There is no build file where one is needed.
    #[error("{folder} has no outrigger.toml, which says what is built; `outrigger init` writes one")]
    NoBuildFile {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// What the build file says cannot be done.
    #[error("{file}: {problem}")]
    BuildFileSays {
        /// The build file.
        file: Utf8PathBuf,
        /// Why, as a fragment.
        problem: String,
    },
    /// A base image cannot be used.
    #[error("the base image {base} cannot be used: {problem}")]
    Base {
        /// The base image, as the build file writes it.
        base: String,
        /// Why, as a fragment.
        problem: String,
    },
    /// A registry or an image layout cannot be read or written.
    #[error("an image cannot be read or written")]
    Registry(#[source] Box<registry::Error>),
    /// The layers of an image are not what they should be.
    #[error("the image's content cannot be used")]
    Content(#[source] archive::Error),
    /// A repository has no release.
    #[error("{repository} has no tag that is a version, and no `latest`")]
    NoRelease {
        /// The repository.
        repository: String,
    },
    /// What is to be looked at or built is not there.
    #[error("there is no file or folder {path}")]
    NotThere {
        /// The path, as the user named it.
        path: Utf8PathBuf,
    },
    /// There is no `metadata.json` where one is needed.
    #[error("{folder} has no metadata.json")]
    NoMetadata {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// The metadata cannot be understood.
    #[error("{file}")]
    Metadata {
        /// The file.
        file: Utf8PathBuf,
        /// Why.
        source: MetadataParse,
    },
    /// The build file or the metadata names a file that is not there.
    #[error("{path} is not there, and is wanted {wanted}{}", for_platform(.platform.as_ref()))]
    Missing {
        /// The file in the folder.
        path: Utf8PathBuf,
        /// Who wants it.
        wanted: String,
        /// For which image, where not for all.
        platform: Option<Platform>,
    },
    /// A link leads out of the folder, so that the release would hold what the author did not put there.
    #[error("{path} is a link that leads out of the folder, to {target}")]
    LinkOutside {
        /// The link.
        path: Utf8PathBuf,
        /// Where it leads.
        target: Utf8PathBuf,
    },
    /// A device, a pipe or a socket stands among the files.
    #[error("{path} is neither a file nor a folder")]
    Special {
        /// The path.
        path: Utf8PathBuf,
    },
    /// A file stands where a new one would be written.
    #[error("{path} is there already")]
    Occupied {
        /// The file.
        path: Utf8PathBuf,
    },
    /// Names that stand in the image and that desktops of some system cannot hold, or not beside each other.
    #[error("in the image of {folder}, {problem}")]
    Names {
        /// The folder.
        folder: Utf8PathBuf,
        /// Which name, on which system, and why.
        problem: String,
    },
    /// A name in the image that desktops of some system cannot hold.
    #[error("{path} cannot be the name of a file on every desktop: {problem}")]
    Name {
        /// The path in the folder.
        path: String,
        /// Why.
        problem: String,
    },
}

fn for_platform(platform: Option<&Platform>) -> String {
    platform
        .map(|platform| format!(" (for {platform})"))
        .unwrap_or_default()
}

impl Error {
    pub(crate) fn from_registry(error: registry::Error) -> Self {
        Self::Registry(Box::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}
