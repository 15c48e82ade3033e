//! What can be wrong with a configuration.

use camino::Utf8PathBuf;
use model::platform::PlatformParse;
use thiserror::Error;

use crate::allow_list_file::AllowListFileError;

/// A configuration that cannot be used. Nothing of it takes effect then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The file that was asked for by name is not there.
    #[error("the configuration {path} does not exist")]
    Missing {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file was asked for by an empty name, as from a variable that is set to nothing.
    #[error("the path of the configuration is empty; name a file")]
    EmptyPath,
    /// The file cannot be read or replaced.
    #[error(transparent)]
    File(#[from] crate::Error),
    /// The file is no TOML.
    #[error("{at}: this is not valid TOML: {problem}")]
    Syntax {
        /// Where reading ended.
        at: Position,
        /// What was expected there.
        problem: String,
    },
    /// A key that this program does not know.
    #[error("{at}: unknown key `{key}`{}", suggestion(.nearest.as_deref()))]
    UnknownKey {
        /// Where the key stands.
        at: Position,
        /// The key with the tables around it.
        key: String,
        /// A known key that is spelt nearly so.
        nearest: Option<String>,
    },
    /// A value of another type than the key needs.
    #[error("{at}: `{key}` must be {needed}, and this is {found}")]
    WrongType {
        /// Where the value stands.
        at: Position,
        /// The key with the tables around it.
        key: String,
        /// What is needed, in words.
        needed: &'static str,
        /// The TOML type that was found.
        found: &'static str,
    },
    /// A value of the right type that means nothing.
    #[error("{at}: `{key}`: {problem}")]
    IllegalValue {
        /// Where the value stands.
        at: Position,
        /// The key with the tables around it.
        key: String,
        /// Why it cannot be used.
        problem: String,
    },
    /// No platform is configured, and this machine's own is none that a desktop runs on.
    #[error("`host.platform` must be set, because {0}")]
    ThisMachine(PlatformParse),
    /// The configured allow-list is missing or cannot be understood.
    #[error(transparent)]
    AllowList(#[from] AllowListFileError),
}

/// A place in a file. Displayed as `path:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file.
    pub path: Utf8PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}:{}", self.path, self.line, self.column)
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}
