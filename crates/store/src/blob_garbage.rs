//! What may go from the cache of layers: beginnings that nobody is writing, and what is over the limit.

use std::time::SystemTime;

use camino::Utf8PathBuf;

use crate::blobs::BlobCache;
use crate::partial_blob::{is_in_use, is_partial, remove_if_dead};

impl BlobCache {
    /// The beginnings of blobs that nobody is writing, with their bytes.
    pub(crate) fn dead_partials(&self) -> Vec<(Utf8PathBuf, u64)> {
        let files = self.files().into_iter();
        files
            .filter(|(_, _, path)| is_partial(path) && !is_in_use(path))
            .map(|(_, size, path)| (path, size))
            .collect()
    }

    /// The whole blobs that would have to go for the rest to keep the limit, the longest unused first, with their bytes.
    pub(crate) fn over_limit(&self) -> Vec<(Utf8PathBuf, u64)> {
        let mut blobs = self.files();
        blobs.retain(|(_, _, path)| !is_partial(path));
        blobs.sort_unstable();
        let mut left: u64 = blobs.iter().map(|(_, size, _)| size).sum();
        let over = blobs.into_iter().take_while(|(_, size, _)| {
            let is_over = left > self.limit();
            left = left.saturating_sub(*size);
            is_over
        });
        over.map(|(_, size, path)| (path, size)).collect()
    }

    /// Removes both, as far as possible. Whoever reads a blob meanwhile keeps it open, and reads on.
    pub(crate) fn collect(&self) {
        for (path, _) in self.dead_partials() {
            remove_if_dead(&path);
        }
        for (path, _) in self.over_limit() {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, %path, "a layer over the limit stays behind");
            }
        }
    }

    /// Every file of the cache: when it was used last, its bytes, its path.
    fn files(&self) -> Vec<(SystemTime, u64, Utf8PathBuf)> {
        let entries = self.folder().read_dir_utf8().into_iter().flatten().flatten();
        let file = |path: Utf8PathBuf| {
            let metadata = path.symlink_metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), path))
        };
        entries.filter_map(|entry| file(entry.into_path())).collect()
    }
}
