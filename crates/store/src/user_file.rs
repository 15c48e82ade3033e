//! Files that belong to the user: read with a bound, and replaced in one step without losing their mode or
//! the link that leads to them.

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk;
use crate::document::read_bounded;
use crate::error::Error;

/// The largest configuration or allow-list, in bytes: some ten thousand patterns are 1 MiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The text of a file, if it is there.
pub(crate) fn read(path: &Utf8Path) -> Result<Option<String>, Error> {
    let Some(bytes) = read_bounded(path, LARGEST)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Error::malformed(path, &format!("byte {place} is not valid UTF-8"))
    })?;
    Ok(Some(text))
}

/// Replaces the file, or creates it with the folder around it.
pub(crate) fn replace(path: &Utf8Path, text: &str) -> Result<(), Error> {
    // People keep their configuration elsewhere and link to it: the link stays, what it leads to changes.
    let target = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    disk::make_home(folder_of(&target))?;
    disk::replace_user_file(&target, folder_of(&target), text.as_bytes())
}

fn folder_of(path: &Utf8PathBuf) -> &Utf8Path {
    let parent = path.parent().filter(|parent| !parent.as_str().is_empty());
    parent.unwrap_or(Utf8Path::new("."))
}
