//! Looking at a release by manifest and config alone: no layer is ever asked for here.

use std::collections::BTreeMap;

use model::facts::{ImageFacts, ReleaseFacts};
use model::labels::Labels;
use model::{Digest, ExtensionId, Platform, System, Tag};
use registry::{Content, Descriptor, ImageConfig, ImageManifest, Selector};

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
    /// The facts of a tag or digest, from memory where its digest is known there.
    ///
    /// `prefix` is the system prefix of the tag, which widens the choice of platforms.
    pub(crate) async fn look(
        &self,
        id: &ExtensionId,
        selector: &Selector,
        prefix: Option<System>,
    ) -> Result<Looked, Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        if let Selector::Digest(digest) = selector
            && let Some(facts) = self.remembered(digest, prefix)
        {
            return Ok(Looked {
                digest: digest.clone(),
                facts,
                image: None,
            });
        }
        let document = self.registry.document(id, selector).await.map_err(failed)?;
        let digest = document.digest.clone();
        if let Some(facts) = self.remembered(&digest, prefix) {
            return Ok(Looked {
                digest,
                facts,
                image: None,
            });
        }
        let (facts, image) = match document.content {
            Content::Index(entries) => self.look_into_index(id, entries, prefix).await?,
            Content::Manifest(manifest) => {
                let config = self.registry.config(id, &manifest).await.map_err(failed)?;
                self.judge_by_config(manifest, config, prefix)
            }
        };
        self.memory()
            .remember_release(&digest, &self.host_key(prefix), &facts);
        Ok(Looked { digest, facts, image })
    }

    /// Manifest and config of an image whose manifest's digest is known.
    pub(crate) async fn image(&self, id: &ExtensionId, manifest: &Digest) -> Result<Image, Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let selector = Selector::Digest(manifest.clone());
        match self
            .registry
            .document(id, &selector)
            .await
            .map_err(failed)?
            .content
        {
            Content::Index(_) => Err(Error::new(Phase::Resolve, Cause::NestedIndex(manifest.clone()))),
            Content::Manifest(manifest) => {
                let config = self.registry.config(id, &manifest).await.map_err(failed)?;
                Ok(Image { manifest, config })
            }
        }
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
            let (of_entry, image) = self.judge_by_config(image.manifest, image.config, prefix);
            facts.platforms.extend(of_entry.platforms);
            if image.is_some() {
                facts.image = of_entry.image;
                return Ok((facts, image));
            }
        }
        Ok((facts, None))
    }

    /// An image without an index, or an entry without a platform, is judged by its config.
    fn judge_by_config(
        &self,
        manifest: ImageManifest,
        config: ImageConfig,
        prefix: Option<System>,
    ) -> (ReleaseFacts, Option<Image>) {
        let platform = config.platform.clone();
        let fits = self
            .settings
            .host
            .choose(prefix, &[Some(platform.clone())])
            .is_some();
        let image = fits.then_some(Image { manifest, config });
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

/// How a failed look appears among the reasons of a finding.
pub(crate) fn reason_of(error: &Error) -> model::verdict::Reason {
    let code = match error.cause() {
        Cause::Registry(error) => error::registry_reason(error.kind()),
        _ => model::verdict::ReasonCode::Invalid,
    };
    model::verdict::Reason::new(code, error.to_string())
}
