//! Files that belong to the user: read with a bound, changed by one process at a time, and replaced in one
//! step without losing their mode or the link that leads to them.

use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};

use crate::disk::Disk;
use crate::document::read_bounded;
use crate::error::Error;
use crate::lock;

/// The largest configuration or allow-list, in bytes: some ten thousand patterns are 1 MiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The lock beside the user's files. It is one for all files of a folder, and not one of them itself, because
/// they are replaced: whoever waited for an old one would hold a lock that nobody else looks at.
const LOCK: &str = ".outrigger.lock";

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

/// A change of files from reading to replacing, while no other process of this program changes them.
#[derive(Debug)]
pub(crate) struct Change {
    _locks: Vec<File>,
}

impl Change {
    /// Waits until nobody else changes one of these files. Makes the folders around them where they are
    /// missing.
    pub(crate) fn begin(paths: &[&Utf8Path]) -> Result<Self, Error> {
        let disk = Disk::default();
        let mut folders = Vec::new();
        for path in paths {
            let target = target_of(path);
            let folder = folder_of(&target);
            if disk.make_home(folder)? {
                disk.flush_way_to(folder)?;
            }
            folders.push(folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned()));
        }
        // Everybody takes them in one order and none twice: nobody waits in a circle, or for himself.
        folders.sort();
        folders.dedup();
        let locks = folders.iter().map(|folder| lock::take(&disk, &folder.join(LOCK)));
        Ok(Self {
            _locks: locks.collect::<Result<_, _>>()?,
        })
    }

    /// Replaces one of the files that this change began with, or creates it.
    #[expect(
        clippy::unused_self,
        reason = "whoever replaces a file shows that its lock is held"
    )]
    pub(crate) fn replace(&self, path: &Utf8Path, text: &str) -> Result<(), Error> {
        let target = target_of(path);
        Disk::default().replace_user_file(&target, folder_of(&target), text.as_bytes())
    }
}

/// People keep their configuration elsewhere and link to it: the link stays, what it leads to changes.
fn target_of(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Utf8Path) -> &Utf8Path {
    let parent = path.parent().filter(|parent| !parent.as_str().is_empty());
    parent.unwrap_or(Utf8Path::new("."))
}
