//! The allow-list as a file: loading it, and changing single lines of it while comments and order stay.

use camino::{Utf8Path, Utf8PathBuf};
use model::allow_list::{AllowList, AllowListParse, Pattern};
use thiserror::Error;

use crate::user_file::{self, Change};

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

/// Adds a pattern at the end, unless it is there. Says whether it was added. Waits while another process
/// changes the file.
///
/// # Errors
///
/// As [`load`]: a list that cannot be understood is not changed either.
pub fn add(path: &Utf8Path, pattern: &Pattern) -> Result<bool, AllowListFileError> {
    change(path, |text, list| {
        if list.patterns().contains(pattern) {
            return None;
        }
        let separator = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        Some(format!("{text}{separator}{pattern}\n"))
    })
}

/// Removes every line that holds this pattern, with the comment behind it. Says whether there was one. Waits
/// while another process changes the file.
///
/// # Errors
///
/// As [`add`].
pub fn remove(path: &Utf8Path, pattern: &Pattern) -> Result<bool, AllowListFileError> {
    change(path, |text, list| {
        let lines = text.split_inclusive('\n');
        let is_there = list.patterns().contains(pattern);
        is_there.then(|| lines.filter(|line| !holds(line, pattern)).collect())
    })
}

/// Creates an empty list, which admits nothing.
///
/// # Errors
///
/// [`AllowListFileError::Exists`] where a file is already.
pub fn create(path: &Utf8Path) -> Result<(), AllowListFileError> {
    let change = Change::begin(&[path])?;
    if exists(path) {
        return Err(AllowListFileError::Exists {
            path: path.to_owned(),
        });
    }
    change.replace(path, HEADER)?;
    Ok(())
}

/// Creates an empty list unless there is one, which must then be a list.
pub(crate) fn ensure(change: &Change, path: &Utf8Path) -> Result<(), AllowListFileError> {
    if exists(path) {
        load(path)?;
    } else {
        change.replace(path, HEADER)?;
    }
    Ok(())
}

/// Changes the file to what `edit` makes of it, if anything. Says whether it did.
fn change(
    path: &Utf8Path,
    edit: impl Fn(&str, &AllowList) -> Option<String>,
) -> Result<bool, AllowListFileError> {
    let edited = || -> Result<_, AllowListFileError> {
        let text = read(path)?;
        Ok(edit(&text, &parse(path, &text)?))
    };
    // Without the lock first: where there is nothing to change nothing is written, not even the lock.
    if edited()?.is_none() {
        return Ok(false);
    }
    let change = Change::begin(&[path])?;
    // Another process may have been faster.
    let Some(text) = edited()? else {
        return Ok(false);
    };
    change.replace(path, &text)?;
    Ok(true)
}

/// Also a link that leads nowhere is something that must not be replaced.
fn exists(path: &Utf8Path) -> bool {
    path.symlink_metadata().is_ok()
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
