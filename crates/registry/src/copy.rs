//! Copying images from one holder to another, so that nobody ever sees half of one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use model::event::Event;
use model::{Digest, ExtensionId, Platform, Tag};

use crate::error::{Error, Fault, Operation};
use crate::roles::{Fetch, Parcel, Push, Resolve, Sent};
use crate::{Content, Descriptor, Document, ImageManifest, Invalid, Selector};

/// How many blobs are on their way at once.
const AT_ONCE: usize = 4;
/// How deep indexes may stand in indexes. One level is what there is.
const DEEPEST: usize = 4;

/// Who listens to what comes forward. Called from several threads, and must not block.
pub type CopyListener = Arc<dyn Fn(Event) + Send + Sync>;

/// From where to where.
pub struct Copying<'a, From, To> {
    source: &'a From,
    from: &'a ExtensionId,
    destination: &'a To,
    to: &'a ExtensionId,
    mount: Option<&'a str>,
    platforms: Option<&'a [Platform]>,
    listener: CopyListener,
    done: Mutex<BTreeSet<Digest>>,
}

impl<From, To> std::fmt::Debug for Copying<'_, From, To> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Copying")
            .field("from", self.from)
            .field("to", self.to)
            .finish_non_exhaustive()
    }
}

impl<'a, From: Resolve + Fetch, To: Push> Copying<'a, From, To> {
    /// All of an image, from one repository of a holder to one of another.
    pub fn new(
        (source, from): (&'a From, &'a ExtensionId),
        (destination, to): (&'a To, &'a ExtensionId),
        listener: CopyListener,
    ) -> Self {
        Self {
            source,
            from,
            destination,
            to,
            mount: None,
            platforms: None,
            listener,
            done: Mutex::default(),
        }
    }

    /// Another repository of the destination's registry may hold blobs of it, which then need not travel.
    #[must_use]
    pub fn mounting(self, mount: Option<&'a str>) -> Self {
        Self { mount, ..self }
    }

    /// Only these platforms of an index are wanted, if they are said. The index itself stays as it is, since its digest is what is
    /// known: what it lists besides is not there.
    #[must_use]
    pub fn limited_to(self, platforms: Option<&'a [Platform]>) -> Self {
        Self { platforms, ..self }
    }

    /// Brings everything that `root` names. What is there already is not sent.
    ///
    /// # Errors
    ///
    /// What either side says. Then nothing has a name that had none before.
    pub async fn content(&self, root: &Document) -> Result<(), Error> {
        self.parts(root, DEEPEST).await
    }

    /// Gives a name to an image whose content is there.
    ///
    /// # Errors
    ///
    /// What the destination says.
    pub async fn name(&self, root: &Document, tag: &Tag) -> Result<(), Error> {
        self.destination.push_document(self.to, root, Some(tag)).await
    }

    /// What a document names: of an index its images, of an image its blobs.
    async fn parts(&self, document: &Document, depth: usize) -> Result<(), Error> {
        match &document.content {
            Content::Manifest(manifest) => self.blobs(manifest).await,
            Content::Index(_) if depth == 0 => {
                let subject = format!("{}@{}", self.from, document.digest);
                let fault = Fault::from(Invalid::TooDeep);
                Err(Error::new(
                    Operation::Document,
                    subject,
                    self.from.registry(),
                    fault,
                ))
            }
            Content::Index(entries) => {
                // One after the other: a platform is whole before the next begins, and blobs that two share travel once.
                for entry in entries.iter().filter(|entry| self.wants(entry)) {
                    Box::pin(self.entry(entry, depth - 1)).await?;
                }
                Ok(())
            }
        }
    }

    fn wants(&self, entry: &Descriptor) -> bool {
        match (self.platforms, &entry.platform) {
            (None, _) | (_, None) => true,
            (Some(wanted), Some(platform)) => wanted.contains(platform),
        }
    }

    async fn entry(&self, entry: &Descriptor, depth: usize) -> Result<(), Error> {
        let selector = Selector::Digest(entry.digest.clone());
        // A manifest is only taken in when all of its blobs are there.
        if self.destination.pushed(self.to, &selector).await?.is_some() {
            (self.listener)(Event::AlreadyThere {
                digest: entry.digest.clone(),
            });
            return Ok(());
        }
        let document = self.source.document(self.from, &selector).await?;
        self.parts(&document, depth).await?;
        self.destination.push_document(self.to, &document, None).await
    }

    /// Config and layers, some side by side. The config comes with the others: it has no meaning before its manifest is there.
    async fn blobs(&self, manifest: &ImageManifest) -> Result<(), Error> {
        let blobs = manifest.layers.iter().chain([&manifest.config]);
        let new: Vec<_> = blobs.filter(|blob| self.is_first(&blob.digest)).collect();
        stream::iter(new)
            .map(|blob| self.blob(blob))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    fn is_first(&self, digest: &Digest) -> bool {
        // It is changed in one step.
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.insert(digest.clone())
    }

    async fn blob(&self, blob: &Descriptor) -> Result<(), Error> {
        let digest = &blob.digest;
        if self.destination.has_blob(self.to, blob).await? {
            let digest = digest.clone();
            (self.listener)(Event::AlreadyThere { digest });
            return Ok(());
        }
        let (listener, told) = (Arc::clone(&self.listener), digest.clone());
        let sent: Sent = Arc::new(move |bytes| {
            let digest = told.clone();
            listener(Event::BlobProgressed { digest, bytes });
        });
        let parcel = Parcel {
            source: self.source,
            from: self.from,
            blob,
            mount: self.mount,
            sent,
        };
        let size = blob.size;
        (self.listener)(Event::BlobStarted {
            digest: digest.clone(),
            size,
        });
        self.destination.push_blob(self.to, &parcel).await?;
        let digest = digest.clone();
        (self.listener)(Event::BlobFinished { digest });
        Ok(())
    }
}
