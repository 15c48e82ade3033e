//! Looking at a release by manifest and config alone: no layer is ever asked for here.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::facts::{ImageFacts, ReleaseFacts, RepositoryMemory};
use model::labels::Labels;
use model::version::ReleaseTag;
use model::{Digest, ExtensionId, Platform, System, Tag};
use registry::{
    Content, Descriptor, Document, Fetch as _, ImageConfig, ImageManifest, Resolve as _, Selector,
};

use crate::error::{Cause, Error};
use crate::words::Phase;
use crate::{Desktop, error};

/// How many entries of an index that do not state their platform are looked at: each costs two requests.
const MOST_UNSTATED: usize = 16;

/// Manifest and config of the image that this host would install.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) manifest: ImageManifest,
    pub(crate) config: ImageConfig,
}

/// A release as it was found: where its tag points, and what is there.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    pub(crate) digest: Digest,
    pub(crate) facts: ReleaseFacts,
    /// Present where it was read now, rather than remembered.
    pub(crate) image: Option<Image>,
}

impl Desktop {
    /// The facts behind a tag. Where those of the digest that it pointed to are known, it is only asked whether it still
    /// does: registries limit how often manifests are read, and not how often tags are resolved.
    pub(crate) async fn look_at_tag(
        &self,
        id: &ExtensionId,
        tag: &Tag,
        memory: &RepositoryMemory,
    ) -> Result<Looked, Error> {
        let prefix = prefix_of(tag);
        let is_known = memory
            .sightings
            .get(tag)
            .is_some_and(|sighting| self.remembered(&sighting.digest, prefix).is_some());
        let selector = if is_known {
            let failed = |error| Error::from_registry(Phase::Resolve, error);
            Selector::Digest(self.resolve(id, tag).await.map_err(failed)?)
        } else {
            Selector::Tag(tag.clone())
        };
        self.look(id, &selector, prefix).await
    }

    /// The facts of a tag or digest. Those of a digest are asked for once, however many want them at once and in
    /// whichever repository it stands: a digest fixes what they are.
    ///
    /// `prefix` is the system prefix of the tag, which widens the choice of platforms.
    pub(crate) async fn look(
        &self,
        id: &ExtensionId,
        selector: &Selector,
        prefix: Option<System>,
    ) -> Result<Looked, Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        match selector {
            Selector::Tag(_) => {
                let document = self.registry.document(id, selector).await.map_err(failed)?;
                let _turn = self.turns.wait(&document.digest).await;
                match self.recall_look(&document.digest, prefix) {
                    Some(looked) => Ok(looked),
                    None => self.look_into(id, document, prefix).await,
                }
            }
            Selector::Digest(digest) => {
                let _turn = self.turns.wait(digest).await;
                if let Some(looked) = self.recall_look(digest, prefix) {
                    return Ok(looked);
                }
                let document = self.registry.document(id, selector).await.map_err(failed)?;
                self.look_into(id, document, prefix).await
            }
        }
    }

    fn recall_look(&self, digest: &Digest, prefix: Option<System>) -> Option<Looked> {
        Some(Looked {
            digest: digest.clone(),
            facts: self.remembered(digest, prefix)?,
            image: None,
        })
    }

    async fn look_into(
        &self,
        id: &ExtensionId,
        document: Document,
        prefix: Option<System>,
    ) -> Result<Looked, Error> {
        let digest = document.digest;
        let (facts, image) = match document.content {
            Content::Index(entries) => self.look_into_index(id, entries, prefix).await?,
            Content::Manifest(manifest) => {
                let image = self.fetch_config(id, manifest).await?;
                self.judge_by_config(image, prefix)
            }
        };
        self.memory()
            .remember_release(&digest, &self.host_key(prefix), &facts);
        Ok(Looked { digest, facts, image })
    }

    /// Manifest and config of an image whose manifest's digest is known.
    pub(crate) async fn image(&self, id: &ExtensionId, manifest: &Digest) -> Result<Image, Error> {
        if let Some(image) = self.kept_image(manifest) {
            return Ok(image);
        }
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let selector = Selector::Digest(manifest.clone());
        let document = self.registry.document(id, &selector).await.map_err(failed)?;
        match document.content {
            Content::Index(_) => Err(Error::new(Phase::Resolve, Cause::NestedIndex(manifest.clone()))),
            Content::Manifest(manifest) => self.fetch_config(id, manifest).await,
        }
    }

    /// Completes an image whose manifest is here, and keeps both documents: a manifest is what large hubs count.
    async fn fetch_config(&self, id: &ExtensionId, manifest: ImageManifest) -> Result<Image, Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let config = self.registry.config(id, &manifest).await.map_err(failed)?;
        for (digest, bytes) in [
            (&manifest.digest, &manifest.bytes),
            (&manifest.config.digest, &config.bytes),
        ] {
            if let Err(error) = self.blobs().keep(digest, bytes) {
                tracing::debug!(%error, "a document could not be kept for later");
            }
        }
        Ok(Image { manifest, config })
    }

    /// An image whose documents an earlier look kept; they are verified again.
    fn kept_image(&self, manifest: &Digest) -> Option<Image> {
        let limits = &self.settings.registry.limits;
        let read = |digest: &Digest, most| self.blobs().read(digest, most).map(Bytes::from);
        let bytes = read(manifest, limits.manifest_size)?;
        let manifest = ImageManifest::verify(manifest.clone(), bytes, limits).ok()?;
        let bytes = read(&manifest.config.digest, limits.config_size)?;
        let config = ImageConfig::verify(bytes, &manifest).ok()?;
        Some(Image { manifest, config })
    }

    async fn look_into_index(
        &self,
        id: &ExtensionId,
        entries: Vec<Descriptor>,
        prefix: Option<System>,
    ) -> Result<(ReleaseFacts, Option<Image>), Error> {
        let offered: Vec<_> = entries.iter().map(|entry| entry.platform.clone()).collect();
        let platforms: Vec<Platform> = offered
            .iter()
            .flatten()
            .filter(|platform| !platform.is_unknown())
            .cloned()
            .collect();
        let Some(chosen) = self.settings.host.choose(prefix, &offered) else {
            let facts = ReleaseFacts {
                platforms,
                image: None,
            };
            let unstated = entries.iter().filter(|entry| entry.platform.is_none());
            return self.ask_unstated(id, unstated, facts, prefix).await;
        };
        let image = self.image(id, &entries[chosen].digest).await?;
        let facts = ReleaseFacts {
            platforms,
            image: Some(image.facts()),
        };
        Ok((facts, Some(image)))
    }

    /// Entries that do not state their platform are asked one by one, where no stated one fits.
    async fn ask_unstated(
        &self,
        id: &ExtensionId,
        entries: impl Iterator<Item = &Descriptor>,
        mut facts: ReleaseFacts,
        prefix: Option<System>,
    ) -> Result<(ReleaseFacts, Option<Image>), Error> {
        for entry in entries.take(MOST_UNSTATED) {
            let image = self.image(id, &entry.digest).await?;
            let (of_entry, image) = self.judge_by_config(image, prefix);
            facts.platforms.extend(of_entry.platforms);
            if image.is_some() {
                facts.image = of_entry.image;
                return Ok((facts, image));
            }
        }
        Ok((facts, None))
    }

    /// An image without an index, or an entry without a platform, is judged by its config.
    fn judge_by_config(&self, image: Image, prefix: Option<System>) -> (ReleaseFacts, Option<Image>) {
        let platform = image.config.platform.clone();
        let fits = self
            .settings
            .host
            .choose(prefix, &[Some(platform.clone())])
            .is_some();
        let image = fits.then_some(image);
        let facts = ReleaseFacts {
            platforms: vec![platform],
            image: image.as_ref().map(Image::facts),
        };
        (facts, image)
    }

    pub(crate) fn remembered(&self, digest: &Digest, prefix: Option<System>) -> Option<ReleaseFacts> {
        self.memory().release(digest, &self.host_key(prefix))
    }

    /// What the choice of an image depends on besides the digest.
    fn host_key(&self, prefix: Option<System>) -> String {
        let platform = &self.settings.host.platform;
        prefix.map_or_else(|| platform.to_string(), |prefix| format!("{platform} {prefix}-"))
    }

    /// Where a tag points, by HEAD.
    pub(crate) async fn resolve(&self, id: &ExtensionId, tag: &Tag) -> Result<Digest, registry::Error> {
        self.registry.head(id, tag).await
    }
}

impl Image {
    /// The digests of its layers, the lowest first.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Digest> {
        self.manifest.layers.iter().map(|layer| &layer.digest)
    }

    fn facts(&self) -> ImageFacts {
        let known: BTreeMap<_, _> = Labels::read(&self.config.labels).known().clone();
        ImageFacts {
            manifest: self.manifest.digest.clone(),
            platform: self.config.platform.clone(),
            labels: known,
            created: self.config.created,
            download_size: self
                .manifest
                .layers
                .iter()
                .map(|layer| layer.size)
                .fold(0, u64::saturating_add),
        }
    }
}

/// The system that a tag is for, where its name says so.
pub(crate) fn prefix_of(tag: &Tag) -> Option<System> {
    ReleaseTag::parse(tag).and_then(|release| release.prefix)
}

/// How a failed look appears among the reasons of a finding.
pub(crate) fn reason_of(error: &Error) -> model::verdict::Reason {
    let code = match error.cause() {
        Cause::Registry(error) => error::registry_reason(error.kind()),
        _ => model::verdict::ReasonCode::Invalid,
    };
    model::verdict::Reason::new(code, error.to_string())
}
