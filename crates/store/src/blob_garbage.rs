//! What may go from the cache of layers: beginnings that nobody is writing, and what is over the limit.

use camino::Utf8PathBuf;

use crate::blobs::BlobCache;
use crate::partial_blob::{is_partial, remove_if_dead};

impl BlobCache {
    /// The beginnings of blobs that nobody is writing, with their bytes.
    pub(crate) fn dead_partials(&self) -> Vec<(Utf8PathBuf, u64)> {
        // A cache that cannot be looked at has nothing to collect; installs say what is wrong with it.
        let kept = self.kept().unwrap_or_default().into_iter();
        kept.filter(|blob| is_partial(&blob.path))
            .map(|blob| (blob.path, blob.size))
            .collect()
    }

    /// The whole blobs that would have to go for the rest to keep the limit, in their turn, with their bytes.
    pub(crate) fn over_limit(&self) -> Vec<(Utf8PathBuf, u64)> {
        let mut blobs = self.in_turn().unwrap_or_default();
        blobs.retain(|blob| !is_partial(&blob.path));
        let mut left: u64 = blobs.iter().map(|blob| blob.size).sum();
        let over = blobs.into_iter().take_while(|blob| {
            let is_over = left > self.limit();
            left = left.saturating_sub(blob.size);
            is_over
        });
        over.map(|blob| (blob.path, blob.size)).collect()
    }

    /// Removes both, as far as possible.
    pub(crate) fn collect(&self) {
        for (path, _) in self.dead_partials() {
            remove_if_dead(&path);
        }
        match self.shrink(0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "layers over the limit stay behind");
            }
            _ => {}
        }
    }
}
