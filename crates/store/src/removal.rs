//! Removing an extension of which only the name of its files is known.

use camino::Utf8Path;
use model::ExtensionId;

use crate::aside::set_aside;
use crate::disk::Disk;
use crate::error::Error;
use crate::folder_name::id_of;
use crate::home::Store;
use crate::layout::Layout;
use crate::lock;
use crate::staging::Staging;

impl Store {
    /// Which extension the files called `name` belong to, where the name tells: that of a long id ends in a hash and does not.
    pub fn id_of_name(&self, name: &str) -> Option<ExtensionId> {
        id_of(name)
    }

    /// Whether there is an activation called `name`, whatever it holds.
    pub fn has_named(&self, name: &str) -> bool {
        is_plain(name) && self.layout().named_activation(name).symlink_metadata().is_ok()
    }

    /// Removes whatever is called `name` in the home folder: for an activation that cannot be understood and whose name does
    /// not tell its extension. `waiting` is called before a wait for another process.
    ///
    /// # Errors
    ///
    /// As for [`begin`](Self::begin).
    pub fn remove_named(&self, name: &str, waiting: impl FnOnce()) -> Result<(), Error> {
        self.access().permit_writing(self.layout())?;
        self.disk().make_folder(&self.layout().locks())?;
        let _lock = lock::wait_for(self.disk(), &self.layout().named_lock(name), waiting)?;
        let (staging, dead) = self.prepare()?;
        for dead in dead {
            dead.remove(self.disk());
        }
        remove(self.disk(), self.layout(), &staging, name)
    }
}

/// Removes the activation called `name`, which is the commit point, then the generations and records. The caller holds the
/// lock of that name.
pub(crate) fn remove(disk: &Disk, layout: &Layout, staging: &Staging, name: &str) -> Result<(), Error> {
    let _commit = lock::commit(disk, layout)?;
    let activation = layout.named_activation(name);
    if is_folder(&activation) {
        set_aside(staging, &activation)?;
        disk.flush_folder(&layout.activations())?;
    } else if disk.remove_file(&activation)? {
        disk.flush_folder(&layout.activations())?;
    }
    set_aside(staging, &layout.extensions().join(name))?;
    set_aside(staging, &layout.all_records().join(name))
}

fn is_folder(path: &Utf8Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// A name that leads nowhere else.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != ".."
}
