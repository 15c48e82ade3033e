//! Where states become folders, so that the real store can open them.

use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::image::Image;

/// A place for folders that live for a moment: in memory where the system offers that.
pub(crate) struct Workshop {
    folder: TempDir,
    next: AtomicUsize,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let in_memory = Utf8Path::new("/dev/shm");
        let folder = if in_memory.is_dir() {
            tempfile::tempdir_in(in_memory)
        } else {
            tempfile::tempdir()
        };
        Self {
            folder: folder.unwrap(),
            next: AtomicUsize::new(0),
        }
    }

    /// Makes a folder with this content, and removes it after use.
    pub(crate) fn on<T>(&self, image: &Image, act: impl FnOnce(&Utf8Path) -> T) -> T {
        let name = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        let folder = Utf8PathBuf::from_path_buf(self.folder.path().join(name)).unwrap();
        std::fs::create_dir(&folder).unwrap();
        image.write_to(&folder);
        let result = act(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        result
    }
}
