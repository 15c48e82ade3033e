//! The temporary folder of a run: everything that the engine and the tests leave behind lies in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// A folder that takes the place of the system's temporary folder, here and in the tests. It goes with what is in it,
/// also where a test or a server was killed and could not clean up for itself.
pub(super) struct RunFolder {
    folder: TempDir,
}

impl RunFolder {
    /// Makes the folder; from now on the temporary folders of this process lie in it.
    pub(super) fn create() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("outrigger-run-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        if let Err(other) = tempfile::env::override_temp_dir(folder.path()) {
            bail!(
                "the temporary folder of this process is {} already",
                other.display()
            );
        }
        Ok(Self { folder })
    }

    /// To be given to children as `TMPDIR`.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // An engine that was killed leaves its mounts, and nothing below a mount may be deleted.
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        for mount in mounts_below(self.path(), &mounts) {
            // What is busy now is let go as soon as it is not.
            let _ = Command::new("umount").arg("--lazy").arg(mount).status();
        }
    }
}

/// The mount points below a folder, the last mounted first. `mounts` is in the form of `/proc/self/mounts`.
fn mounts_below(folder: &Path, mounts: &str) -> Vec<PathBuf> {
    let points = mounts.lines().rev().filter_map(|line| line.split(' ').nth(1));
    points
        .map(PathBuf::from)
        .filter(|point| point.starts_with(folder))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mounts_below_the_folder_are_taken_down_the_last_first() {
        let mounts = "/dev/vda / ext4 rw 0 0\n\
                      overlay /tmp/run/a overlay rw 0 0\n\
                      nsfs /tmp/run/a/b nsfs rw 0 0\n\
                      tmpfs /tmp/run-of-another tmpfs rw 0 0\n";
        let found = mounts_below(Path::new("/tmp/run"), mounts);
        assert_eq!(found, [Path::new("/tmp/run/a/b"), Path::new("/tmp/run/a")]);
    }
}
