//! The roles of whatever holds images: a registry, an image layout.
//!
//! One suite of tests (`tests/roles`) says what every holder of a role does.

use std::fmt;
use std::sync::Arc;

use model::{Digest, ExtensionId, Tag};

use crate::error::Error;
use crate::{BlobPrefix, BlobStream, Descriptor, Document, ImageConfig, ImageManifest, Selector};

/// Lists what a repository names.
pub trait Tags: Sync {
    /// All tags of a repository, each once, in no order that means anything. What is not a legal tag is left out.
    fn tags(&self, id: &ExtensionId) -> impl Future<Output = Result<Vec<Tag>, Error>> + Send;
}

/// Turns names into documents.
pub trait Resolve: Sync {
    /// The digest that a tag points to, without its document where that can be had.
    fn head(&self, id: &ExtensionId, tag: &Tag) -> impl Future<Output = Result<Digest, Error>> + Send;

    /// The manifest or index that a tag points to, or that has a digest; verified.
    fn document(
        &self,
        id: &ExtensionId,
        what: &Selector,
    ) -> impl Future<Output = Result<Document, Error>> + Send;
}

/// Brings content by digest.
pub trait Fetch: Sync {
    /// The config of an image; verified.
    fn config(
        &self,
        id: &ExtensionId,
        manifest: &ImageManifest,
    ) -> impl Future<Output = Result<ImageConfig, Error>> + Send;

    /// What comes behind `prefix` of a blob, as a stream that verifies the whole blob against its descriptor.
    fn rest_of_blob(
        &self,
        id: &ExtensionId,
        descriptor: &Descriptor,
        prefix: BlobPrefix,
    ) -> impl Future<Output = Result<BlobStream, Error>> + Send;

    /// A blob, as a stream that verifies itself against its descriptor.
    fn blob(
        &self,
        id: &ExtensionId,
        descriptor: &Descriptor,
    ) -> impl Future<Output = Result<BlobStream, Error>> + Send {
        self.rest_of_blob(id, descriptor, BlobPrefix::none_of(descriptor))
    }
}

/// Takes content in. Nothing that is pushed has a name before [`push_document`](Self::push_document) gave it one: whoever
/// pushes the parts first and the tag last never shows half of an image.
pub trait Push: Sync {
    /// Whether the repository holds a blob already.
    fn has_blob(
        &self,
        id: &ExtensionId,
        blob: &Descriptor,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// What a tag or digest names here, so that nobody need push it again; nothing where there is no such thing. Asked of whoever
    /// takes things in, and not of those that stand in for it.
    fn pushed(
        &self,
        id: &ExtensionId,
        what: &Selector,
    ) -> impl Future<Output = Result<Option<Digest>, Error>> + Send;

    /// Takes in one blob. Where it ends early or is not what its descriptor says, nothing of it is there afterwards.
    fn push_blob<Source: Fetch>(
        &self,
        id: &ExtensionId,
        parcel: &Parcel<'_, Source>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Takes in a manifest or an index, all of whose parts are there, and points `tag` to it if there is one.
    fn push_document(
        &self,
        id: &ExtensionId,
        document: &Document,
        tag: Option<&Tag>,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Told how many bytes of a blob have come so far. Called from several threads, and must not block.
pub type Sent = Arc<dyn Fn(u64) + Send + Sync>;

/// A blob that is to be pushed, and where it is to be had, as often as it takes.
pub struct Parcel<'a, Source> {
    /// Who has it.
    pub source: &'a Source,
    /// The repository in which it has it.
    pub from: &'a ExtensionId,
    /// The blob.
    pub blob: &'a Descriptor,
    /// Another repository of the destination's registry that may hold it, so that it need not travel.
    pub mount: Option<&'a str>,
    /// Who is told how far it is.
    pub sent: Sent,
}

impl<Source> fmt::Debug for Parcel<'_, Source> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Parcel")
            .field("from", self.from)
            .field("blob", self.blob)
            .finish_non_exhaustive()
    }
}
