//! Freeing what nothing references.

use store::Collection;

use crate::Desktop;
use crate::error::Error;

impl Desktop {
    /// What [`Desktop::collect_garbage`] would free now.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read.
    pub fn garbage(&self) -> Result<Collection, Error> {
        Ok(self.store.garbage(self.blobs())?)
    }

    /// Frees what nothing references. What another process is working on is left alone.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read or written.
    pub fn collect_garbage(&self) -> Result<Collection, Error> {
        Ok(self.store.collect(self.blobs())?)
    }
}
