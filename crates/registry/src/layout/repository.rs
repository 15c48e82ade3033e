//! A layout that stands in for a repository.

use std::collections::BTreeMap;

use model::{Digest, ExtensionId, Reference, Tag};

use super::Layout;
use super::select::{self, Unselected, Wanted};
use crate::error::{Error, ErrorKind, Fault, Missing, Operation};
use crate::roles::{Fetch, Resolve, Tags};
use crate::{BlobPrefix, BlobStream, Descriptor, Document, ImageConfig, ImageManifest, Selector};

/// Images of a layout, taken for the releases of one extension.
#[derive(Debug, Clone)]
pub struct LocalRepository {
    id: ExtensionId,
    tags: BTreeMap<Tag, Digest>,
    reference: Reference,
    layout: Layout,
}

impl LocalRepository {
    /// Takes what is `wanted` of a layout.
    ///
    /// # Errors
    ///
    /// Where the layout has no such image, has several, or does not say which extension it is.
    pub fn new(layout: Layout, wanted: &Wanted) -> Result<Self, Unselected> {
        let selected = select::select(layout.entries(), wanted)?;
        Ok(Self {
            id: selected.id,
            tags: selected.tags,
            reference: selected.reference,
            layout,
        })
    }

    /// The extension that its images are taken for.
    pub fn id(&self) -> &ExtensionId {
        &self.id
    }

    /// What is meant: the one image, by its digest and its tag if it has one; of several, the repository.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The layout behind it.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The digest behind a tag.
    fn find(&self, id: &ExtensionId, tag: &Tag) -> Result<&Digest, ErrorKind> {
        let found = self.tags.get(tag).filter(|_| *id == self.id);
        found.ok_or(ErrorKind::NotFound {
            missing: Missing::Content,
        })
    }

    fn resolve(&self, operation: Operation, id: &ExtensionId, tag: &Tag) -> Result<&Digest, Error> {
        self.find(id, tag).map_err(|kind| {
            let subject = format!("{id}:{tag} in {}", self.layout);
            Error::new(operation, subject, id.registry(), Fault::from(kind))
        })
    }
}

impl Tags for LocalRepository {
    async fn tags(&self, id: &ExtensionId) -> Result<Vec<Tag>, Error> {
        let tags = self.tags.keys().filter(|_| *id == self.id);
        Ok(tags.cloned().collect())
    }
}

impl Resolve for LocalRepository {
    async fn head(&self, id: &ExtensionId, tag: &Tag) -> Result<Digest, Error> {
        self.resolve(Operation::Head, id, tag).cloned()
    }

    async fn document(&self, id: &ExtensionId, what: &Selector) -> Result<Document, Error> {
        match what {
            Selector::Tag(tag) => self.layout.document(self.resolve(Operation::Document, id, tag)?),
            Selector::Digest(digest) => self.layout.document(digest),
        }
    }
}

impl Fetch for LocalRepository {
    async fn config(&self, _id: &ExtensionId, manifest: &ImageManifest) -> Result<ImageConfig, Error> {
        self.layout.config(manifest)
    }

    async fn rest_of_blob(
        &self,
        _id: &ExtensionId,
        descriptor: &Descriptor,
        prefix: BlobPrefix,
    ) -> Result<BlobStream, Error> {
        self.layout.rest_of_blob(descriptor, prefix)
    }
}
