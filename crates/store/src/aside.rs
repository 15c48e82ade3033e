//! Taking things out of sight in one step.

use camino::Utf8Path;

use crate::error::Error;
use crate::platform;
use crate::staging::Staging;

/// The folder in a staging folder that takes what is to be removed.
const ASIDE: &str = "aside";

/// Moves something, whatever it is, into the staging folder; it is deleted with that, at leisure or by a later process.
/// What is not there is fine.
pub(crate) fn set_aside(staging: &Staging, path: &Utf8Path) -> Result<(), Error> {
    let Ok(found) = path.symlink_metadata() else {
        return Ok(());
    };
    let disk = staging.disk();
    let aside = staging.path().join(ASIDE);
    disk.make_folder(&aside)?;
    let destination = disk.make_random_folder(&aside)?.join("removed");
    if found.is_dir() {
        // A folder that may not be written cannot be moved to another one, and its files could not be deleted there.
        platform::make_removable(path);
    }
    disk.rename(path, &destination)
}
