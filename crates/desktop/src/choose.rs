//! Driving `model`'s walk over a repository's releases: it says what to look at, here it is looked at.

use std::collections::BTreeMap;

use model::choice::{Choice, Known, MOST_LOOKED_AT, Step, Walk};
use model::facts::{RepositoryMemory, Sighting};
use model::installed::Installed;
use model::operation::ReleaseName;
use model::version::ReleaseTag;
use model::{Digest, ExtensionId, Tag};
use registry::Selector;

use crate::error::{Cause, Error};
use crate::look::{Image, reason_of};
use crate::{Desktop, Phase};

/// A repository whose releases are walked over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repository<'a> {
    pub(crate) id: &'a ExtensionId,
    pub(crate) tags: &'a [Tag],
    pub(crate) installed: Option<&'a Installed>,
    /// What a rollback has left, and is not offered.
    pub(crate) left: &'a [ReleaseName],
}

/// A repository after a walk: the answer, and what was learnt on the way.
pub(crate) struct Choosing {
    pub(crate) choice: Choice,
    pub(crate) has_releases: bool,
    /// Manifest and config of releases that were read now, by tag.
    pub(crate) images: BTreeMap<Tag, Image>,
}

/// Where tags pointed when an earlier scan looked, as far as that may be relied on.
pub(crate) type Trusted = BTreeMap<Tag, Sighting>;

impl Desktop {
    /// The newest release of a repository that this host may and can take. What is `trusted` costs no request.
    ///
    /// # Errors
    ///
    /// When the registry cannot be asked any further. A single release that cannot be looked at is part of the answer.
    pub(crate) async fn choose(
        &self,
        repository: Repository<'_>,
        memory: &mut RepositoryMemory,
        trusted: &Trusted,
    ) -> Result<Choosing, Error> {
        let Repository {
            id,
            tags,
            installed,
            left,
        } = repository;
        let settings = &self.settings;
        let walk = Walk::new(
            id,
            tags,
            installed,
            (&settings.host, &settings.policy),
            self.now(),
        )
        .without(left);
        let mut known = BTreeMap::new();
        let mut images = BTreeMap::new();
        loop {
            match walk.next(&known) {
                Step::Done(choice) => {
                    return Ok(Choosing {
                        choice: *choice,
                        has_releases: walk.has_releases(),
                        images,
                    });
                }
                Step::Resolve(tag) => {
                    let learnt = self.learn_digest(id, &tag, memory, trusted).await?;
                    known.insert(tag, learnt);
                }
                Step::Look(tag) => {
                    let resolved = known
                        .get(&tag)
                        .and_then(Known::digest)
                        .or_else(|| trusted.get(&tag).map(|sighting| &sighting.digest))
                        .cloned();
                    let (learnt, image) = self.learn_facts(id, &tag, resolved, memory).await?;
                    images.extend(image.map(|image| (tag.clone(), image)));
                    known.insert(tag, learnt);
                }
            }
        }
    }

    /// As [`Desktop::choose`], for an operation that relies on the answer: no tag is trusted to point where it did.
    pub(crate) async fn choose_afresh(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
        left: &[ReleaseName],
    ) -> Result<(Choosing, Vec<Tag>), Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let tags = self.registry.tags(id).await.map_err(failed)?;
        let mut memory = self.memory().repository(id);
        let repository = Repository {
            id,
            tags: &tags,
            installed,
            left,
        };
        let choosing = self.choose(repository, &mut memory, &Trusted::new()).await?;
        self.memory().remember_repository(id, &memory);
        if choosing.choice.is_cut {
            self.warn(format!(
                "{id}: only its newest {MOST_LOOKED_AT} releases were looked at, and none fits"
            ));
        }
        Ok((choosing, tags))
    }

    async fn learn_digest(
        &self,
        id: &ExtensionId,
        tag: &Tag,
        memory: &mut RepositoryMemory,
        trusted: &Trusted,
    ) -> Result<Known, Error> {
        if let Some(sighting) = trusted.get(tag) {
            return Ok(Known::Digest(sighting.digest.clone()));
        }
        match self.resolve(id, tag).await {
            Ok(digest) => {
                memory.see(tag, &digest, self.now());
                Ok(Known::Digest(digest))
            }
            Err(error) => broken(Error::from_registry(Phase::Resolve, error)),
        }
    }

    async fn learn_facts(
        &self,
        id: &ExtensionId,
        tag: &Tag,
        resolved: Option<Digest>,
        memory: &mut RepositoryMemory,
    ) -> Result<(Known, Option<Image>), Error> {
        let selector = resolved.map_or_else(|| Selector::Tag(tag.clone()), Selector::Digest);
        let prefix = ReleaseTag::parse(tag).and_then(|release| release.prefix);
        match self.look(id, &selector, prefix).await {
            Ok(looked) => {
                memory.see(tag, &looked.digest, self.now());
                let since = memory.sightings.get(tag).and_then(|sighting| sighting.since);
                let facts = Box::new(looked.facts);
                Ok((
                    Known::Facts {
                        digest: looked.digest,
                        facts,
                        since,
                    },
                    looked.image,
                ))
            }
            Err(error) => Ok((broken(error)?, None)),
        }
    }
}

/// One release that cannot be used is no reason to stop; a registry that does not answer is.
fn broken(error: Error) -> Result<Known, Error> {
    let goes_on = match error.cause() {
        Cause::Registry(error) => matches!(
            error.kind(),
            registry::ErrorKind::Invalid(_)
                | registry::ErrorKind::TooLarge { .. }
                | registry::ErrorKind::NotFound { .. }
        ),
        _ => true,
    };
    if goes_on {
        Ok(Known::Broken(reason_of(&error)))
    } else {
        Err(error)
    }
}
