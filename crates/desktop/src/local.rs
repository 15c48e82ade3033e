//! Images outside of registries, in the place of a repository.
//!
//! What is installed from a file is what its name says: the same id, the same allow-list, the same digests. So a later
//! update finds it in its registry. But nobody vouches for a name in a file, and that is told.

use std::fmt;

use model::Reference;
use registry::{Layout, LocalRepository, LocalSource, Wanted};

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::words::Phase;

impl Desktop {
    /// Opens images outside of registries.
    ///
    /// # Errors
    ///
    /// When they are not there, or are not what the source says.
    pub async fn open(&self, source: &LocalSource) -> Result<Layout, Error> {
        let layout = source.open(&self.settings.registry).await;
        layout.map_err(|error| Error::from_registry(Phase::Resolve, error))
    }

    /// The same use cases, with the images of `source` in the place of the repository whose they are: of the one that they
    /// are `taken_for`, else of the one that the source names. Answers also with what is meant: the one image by tag and
    /// digest, or of several releases the repository.
    ///
    /// # Errors
    ///
    /// When the source cannot be read, holds nothing of that name, or does not say which extension it is.
    pub async fn over(
        mut self,
        source: &LocalSource,
        taken_for: Option<Reference>,
    ) -> Result<(Self, Reference), Error> {
        let is_claim = taken_for.is_none();
        let layout = self.open(source).await?;
        let repository = select(layout, source, &source.wanted(taken_for))?;
        let reference = repository.reference().clone();
        if is_claim {
            let id = &reference.id;
            self.warn(format!(
                "{source} says itself that it holds {id}; only a digest in the allow-list vouches for that"
            ));
        }
        self.registry = self.registry.with(repository);
        self.reads_files = true;
        Ok((self, reference))
    }
}

/// Takes what is wanted of a layout that is named as `source`.
pub(crate) fn select(
    layout: Layout,
    source: &impl fmt::Display,
    wanted: &Wanted,
) -> Result<LocalRepository, Error> {
    LocalRepository::new(layout, wanted).map_err(|problem| {
        let source = source.to_string();
        Error::new(Phase::Resolve, Cause::Unselected { source, problem })
    })
}
