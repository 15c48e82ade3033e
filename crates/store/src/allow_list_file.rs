//! The allow-list as a file: loading it, and changing single lines of it while comments and order stay.

use camino::{Utf8Path, Utf8PathBuf};
use model::allow_list::{AllowList, AllowListParse, Pattern};
use thiserror::Error;

use crate::user_file;

/// The name that an allow-list gets beside the configuration where the user names none.
pub const FILE_NAME: &str = "allow.txt";

/// How a new list begins.
const HEADER: &str = "# What may be installed here: one pattern a line. An empty list admits nothing.\n";

/// An allow-list that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AllowListFileError {
    /// The list is configured and not there. Going on would mean to guess between "everything" and "nothing".
    #[error("the allow-list {path} does not exist")]
    Missing {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A list was to be created where a file is already.
    #[error("{path} exists already")]
    Exists {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A line is no pattern.
    #[error("{path}, {problem}")]
    Line {
        /// The file.
        path: Utf8PathBuf,
        /// The line and what is wrong with it.
        problem: AllowListParse,
    },
    /// The file cannot be read or replaced.
    #[error(transparent)]
    File(#[from] crate::Error),
}

/// Reads an allow-list.
///
/// # Errors
///
/// Where the file is missing, or at its first line that is no pattern.
pub fn load(path: &Utf8Path) -> Result<AllowList, AllowListFileError> {
    parse(path, &read(path)?)
}

/// Adds a pattern at the end, unless it is there. Says whether it was added.
///
/// # Errors
///
/// As [`load`]: a list that cannot be understood is not changed either.
pub fn add(path: &Utf8Path, pattern: &Pattern) -> Result<bool, AllowListFileError> {
    let mut text = read(path)?;
    if parse(path, &text)?.patterns().contains(pattern) {
        return Ok(false);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&pattern.to_string());
    text.push('\n');
    user_file::replace(path, &text)?;
    Ok(true)
}

/// Removes every line that holds this pattern, with the comment behind it. Says whether there was one.
///
/// # Errors
///
/// As [`add`].
pub fn remove(path: &Utf8Path, pattern: &Pattern) -> Result<bool, AllowListFileError> {
    let text = read(path)?;
    if !parse(path, &text)?.patterns().contains(pattern) {
        return Ok(false);
    }
    let kept: String = text
        .split_inclusive('\n')
        .filter(|line| !holds(line, pattern))
        .collect();
    user_file::replace(path, &kept)?;
    Ok(true)
}

/// Creates an empty list, which admits nothing.
///
/// # Errors
///
/// [`AllowListFileError::Exists`] where a file is already.
pub fn create(path: &Utf8Path) -> Result<(), AllowListFileError> {
    if path.symlink_metadata().is_ok() {
        return Err(AllowListFileError::Exists {
            path: path.to_owned(),
        });
    }
    user_file::replace(path, HEADER)?;
    Ok(())
}

fn read(path: &Utf8Path) -> Result<String, AllowListFileError> {
    user_file::read(path)?.ok_or_else(|| AllowListFileError::Missing {
        path: path.to_owned(),
    })
}

fn parse(path: &Utf8Path, text: &str) -> Result<AllowList, AllowListFileError> {
    AllowList::parse(text).map_err(|problem| AllowListFileError::Line {
        path: path.to_owned(),
        problem,
    })
}

/// Whether a line holds this pattern: read as a list of its own, so that comments mean the same here and
/// there.
fn holds(line: &str, pattern: &Pattern) -> bool {
    AllowList::parse(line).is_ok_and(|list| list.patterns().contains(pattern))
}
