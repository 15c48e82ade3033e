//! Driving `model`'s walk over a repository's releases: it says what to look at, here it is looked at.

use std::collections::{BTreeMap, BTreeSet};

use model::choice::{Choice, Known, Step, Walk};
use model::facts::RepositoryMemory;
use model::installed::Installed;
use model::version::ReleaseTag;
use model::{ExtensionId, Tag};
use registry::Selector;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::look::{Image, reason_of};
use crate::words::Phase;

/// A repository after a walk: the answer, and what was learnt on the way.
pub(crate) struct Choosing {
    pub(crate) choice: Choice,
    pub(crate) has_releases: bool,
    /// The tags that were resolved now, not remembered.
    fresh: BTreeSet<Tag>,
    /// Manifest and config of releases that were read now, by tag.
    pub(crate) images: BTreeMap<Tag, Image>,
}

/// How often a choice is made anew because a tag moved; a registry that answers otherwise each time must not keep it going.
const MOST_ROUNDS: usize = 3;

impl Desktop {
    /// The newest release of a repository that this host may and can take.
    ///
    /// # Errors
    ///
    /// When the registry cannot be asked any further. A single release that cannot be looked at is part of the answer.
    pub(crate) async fn choose(
        &self,
        id: &ExtensionId,
        tags: &[Tag],
        installed: Option<&Installed>,
        memory: &mut RepositoryMemory,
    ) -> Result<Choosing, Error> {
        let settings = &self.settings;
        let walk = Walk::new(
            id,
            tags,
            installed,
            (&settings.host, &settings.policy),
            self.now(),
        );
        let remembered: BTreeSet<_> = memory.sightings.keys().cloned().collect();
        let mut known = BTreeMap::new();
        let mut images = BTreeMap::new();
        loop {
            match walk.next(&known) {
                Step::Done(choice) => {
                    let fresh = known
                        .into_keys()
                        .filter(|tag| !remembered.contains(tag))
                        .collect();
                    let has_releases = walk.has_releases();
                    return Ok(Choosing {
                        choice: *choice,
                        has_releases,
                        fresh,
                        images,
                    });
                }
                Step::Resolve(tag) => {
                    let learnt = self.learn_digest(id, &tag, memory).await?;
                    known.insert(tag, learnt);
                }
                Step::Look(tag) => {
                    let (learnt, image) = self.learn_facts(id, &tag, memory).await?;
                    images.extend(image.map(|image| (tag.clone(), image)));
                    known.insert(tag, learnt);
                }
            }
        }
    }

    /// As [`Desktop::choose`], for an operation that will rely on the answer: a tag that was only remembered is resolved
    /// again, and where it moved, the choice is made anew.
    pub(crate) async fn choose_afresh(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
    ) -> Result<(Choosing, Vec<Tag>), Error> {
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let tags = self.registry.tags(id).await.map_err(failed)?;
        let mut memory = self.memory().repository(id);
        for _ in 0..MOST_ROUNDS {
            let chosen = self.choose(id, &tags, installed, &mut memory).await?;
            let doubtful = chosen
                .choice
                .offer
                .as_ref()
                .filter(|offer| !chosen.fresh.contains(&offer.tag));
            let Some(offer) = doubtful else {
                self.memory().remember_repository(id, &memory);
                return Ok((chosen, tags));
            };
            let found = self.resolve(id, &offer.tag).await.map_err(failed)?;
            if found == offer.digest {
                return Ok((chosen, tags));
            }
            memory.see(&offer.tag, &found, self.now());
        }
        Err(Error::new(Phase::Resolve, Cause::KeepsMoving(id.clone())))
    }

    async fn learn_digest(
        &self,
        id: &ExtensionId,
        tag: &Tag,
        memory: &mut RepositoryMemory,
    ) -> Result<Known, Error> {
        if let Some(sighting) = memory.sightings.get(tag) {
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
        memory: &mut RepositoryMemory,
    ) -> Result<(Known, Option<Image>), Error> {
        let selector = match memory.sightings.get(tag) {
            Some(sighting) => Selector::Digest(sighting.digest.clone()),
            None => Selector::Tag(tag.clone()),
        };
        let prefix = ReleaseTag::parse(tag).and_then(|release| release.prefix);
        match self.look(id, &selector, prefix).await {
            Ok(looked) => {
                memory.see(tag, &looked.digest, self.now());
                let since = memory.sightings.get(tag).and_then(|sighting| sighting.since);
                Ok((
                    Known::Facts {
                        digest: looked.digest,
                        facts: Box::new(looked.facts),
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
