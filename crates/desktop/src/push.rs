//! Publishing a release: its parts, its platforms, and then its tags.
//!
//! Between two holders of images this is only an order of things, so it stands here; what makes a release good is not known
//! here.

use std::sync::Arc;

use model::event::Event;
use model::publish::{floating_tags, is_version};
use model::{Digest, ExtensionId, Reference, Tag};
use registry::{
    Client, Copying, Document, ErrorKind, Layout, LocalSource, Push as _, Resolve as _, Selector, Tags as _,
};

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::local::select;
use crate::words::Phase;

/// An image that is to be published, and who has it.
#[derive(Debug, Clone)]
pub struct Origin {
    client: Client,
    reference: Reference,
    is_local: bool,
}

/// How a release is to be published.
#[derive(Debug, Clone, Copy, Default)]
pub struct Publishing {
    /// Also under its floating names: `1.2`, `1`, `latest`.
    pub floating: bool,
    /// A version that is published already may come to mean another release.
    pub move_tag: bool,
}

/// What publishing a release will do: decided, and nothing done yet.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The repository.
    pub id: ExtensionId,
    /// What all the tags will point to.
    pub digest: Digest,
    /// The tag that was asked for, then the floating ones.
    pub tags: Vec<PublishedTag>,
    root: Document,
}

/// A tag, and what it points to before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedTag {
    /// The tag.
    pub tag: Tag,
    /// What it pointed to; nothing where it is new.
    pub before: Option<Digest>,
}

impl Publication {
    /// The tags that will change.
    pub fn changes(&self) -> impl Iterator<Item = &PublishedTag> {
        let digest = &self.digest;
        self.tags
            .iter()
            .filter(move |tag| tag.before.as_ref() != Some(digest))
    }
}

impl Origin {
    /// The repository of the image, where it is in a registry.
    fn repository(&self) -> Option<&ExtensionId> {
        (!self.is_local).then_some(&self.reference.id)
    }
}

impl Desktop {
    /// An image of an opened `source` that is to be published as `to`, whatever name it has there. Where `to` has no tag it is
    /// that of the source.
    ///
    /// # Errors
    ///
    /// When the source holds several images and does not say which is meant.
    pub fn local_origin(
        &self,
        (source, layout): (&LocalSource, &Layout),
        to: &Reference,
    ) -> Result<Origin, Error> {
        let repository = select(layout.clone(), source, &source.wanted(Some(to.clone())))?;
        Ok(Origin {
            reference: repository.reference().clone(),
            client: self.registry.with(repository),
            is_local: true,
        })
    }

    /// An image in a registry that is to be published elsewhere.
    pub fn remote_origin(&self, reference: &Reference) -> Origin {
        Origin {
            reference: reference.clone(),
            client: self.registry.clone(),
            is_local: false,
        }
    }

    /// Decides what publishing will do. Asks the registries, and sends nothing.
    ///
    /// # Errors
    ///
    /// [`Cause::NoTag`], [`Cause::TagTaken`], and what the registries say.
    pub async fn plan_push(
        &self,
        origin: &Origin,
        to: &Reference,
        publishing: Publishing,
    ) -> Result<Publication, Error> {
        let planned = self.decide_push(origin, to, publishing).await;
        planned.map_err(|error| error.about(to))
    }

    async fn decide_push(
        &self,
        origin: &Origin,
        to: &Reference,
        publishing: Publishing,
    ) -> Result<Publication, Error> {
        let from = &origin.reference;
        let tag = to.tag.as_ref().or(from.tag.as_ref());
        let tag = tag.ok_or_else(|| Error::new(Phase::Publish, Cause::NoTag(to.id.clone())))?;
        let what = match (&from.digest, &from.tag) {
            (Some(digest), _) => Selector::Digest(digest.clone()),
            (None, Some(tag)) => Selector::Tag(tag.clone()),
            (None, None) => return Err(Error::new(Phase::Resolve, Cause::NoTag(from.id.clone()))),
        };
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let root = origin.client.document(&from.id, &what).await.map_err(failed)?;
        let named = self.look_for(&to.id, tag).await?;
        if let Some(before) = &named.before
            && is_version(tag)
            && *before != root.digest
            && !publishing.move_tag
        {
            let (tag, found) = (tag.clone(), before.clone());
            let named = Reference::tagged(to.id.clone(), tag.clone());
            return Err(Error::new(Phase::Publish, Cause::TagTaken { tag, found }).about(&named));
        }
        let mut tags = vec![named];
        if publishing.floating {
            for floating in floating_tags(tag, &self.published(&to.id).await?) {
                tags.push(self.look_for(&to.id, &floating).await?);
            }
        }
        Ok(Publication {
            id: to.id.clone(),
            digest: root.digest.clone(),
            tags,
            root,
        })
    }

    /// Where a tag points before it is pushed.
    async fn look_for(&self, id: &ExtensionId, tag: &Tag) -> Result<PublishedTag, Error> {
        let before = self.registry.pushed(id, &Selector::Tag(tag.clone())).await;
        Ok(PublishedTag {
            tag: tag.clone(),
            before: before.map_err(|error| Error::from_registry(Phase::Publish, error))?,
        })
    }

    /// The tags of a repository that may not be there yet.
    async fn published(&self, id: &ExtensionId) -> Result<Vec<Tag>, Error> {
        match self.registry.tags(id).await {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound { .. }) => Ok(Vec::new()),
            tags => tags.map_err(|error| Error::from_registry(Phase::Publish, error)),
        }
    }

    /// Publishes: blobs, then platforms, then the tag that was asked for, and the floating ones last. What is there already is
    /// not sent; `neighbours` are repositories that are known to hold the image too, from which the registry may take it.
    ///
    /// # Errors
    ///
    /// What the registries say. Until the first tag moved, nobody sees anything of it.
    pub async fn push(
        &self,
        origin: &Origin,
        publication: &Publication,
        neighbours: &[ExtensionId],
    ) -> Result<(), Error> {
        let pushed = self.carry_out(origin, publication, neighbours).await;
        pushed.map_err(|error| Error::from_registry(Phase::Publish, error).about(&publication.id))
    }

    async fn carry_out(
        &self,
        origin: &Origin,
        publication: &Publication,
        neighbours: &[ExtensionId],
    ) -> Result<(), registry::Error> {
        let Publication { id, root, .. } = publication;
        let copying = Copying::new(
            (&origin.client, &origin.reference.id),
            (&self.registry, id),
            Arc::clone(&self.listener),
        );
        let known = origin.repository().into_iter().chain(neighbours);
        let copying = copying.mounting(mounted_from(id, known));
        // A tag that points to it already says that all of it is there.
        let is_there = publication.tags.len() > publication.changes().count();
        if !is_there {
            copying.content(root).await?;
        }
        for PublishedTag { tag, .. } in publication.changes() {
            copying.name(root, tag).await?;
            self.emit(Event::Published {
                reference: Reference::tagged(id.clone(), tag.clone()),
                digest: root.digest.clone(),
            });
        }
        Ok(())
    }
}

/// The repository from which a registry may take blobs for `id`: another one of the same registry.
fn mounted_from<'a>(id: &ExtensionId, mut known: impl Iterator<Item = &'a ExtensionId>) -> Option<&'a str> {
    let neighbour = known.find(|other| other.registry() == id.registry() && *other != id);
    neighbour.map(ExtensionId::repository)
}
