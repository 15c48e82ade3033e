//! Driving `model`'s walk over a repository's releases: it says what to look at, here it is looked at.

use std::collections::BTreeMap;

use model::automatic::Within;
use model::choice::{Choice, Known, MOST_LOOKED_AT, Step, Walk};
use model::facts::{ReleaseFacts, RepositoryMemory, Sighting};
use model::installed::Installed;
use model::operation::ReleaseName;
use model::{Digest, ExtensionId, Tag};
use registry::{Selector, Tags as _};

use crate::error::{Cause, Error};
use crate::look::{Image, prefix_of, reason_of};
use crate::{Desktop, Phase};

/// A repository whose releases are walked over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repository<'a> {
    pub(crate) id: &'a ExtensionId,
    pub(crate) installed: Option<&'a Installed>,
    /// What a rollback has left, and is not offered.
    pub(crate) left: &'a [ReleaseName],
    /// What a release must keep to that nobody asks for.
    pub(crate) within: Option<Within<'a>>,
}

impl<'a> Repository<'a> {
    /// The repository of something that is installed.
    pub(crate) fn of(installed: &'a Installed) -> Self {
        Self {
            id: &installed.id,
            installed: Some(installed),
            left: &installed.left,
            within: None,
        }
    }

    /// The repository of something new, of which no rollback has `left` a release.
    pub(crate) fn new(id: &'a ExtensionId, left: &'a [ReleaseName]) -> Self {
        Self {
            id,
            installed: None,
            left,
            within: None,
        }
    }
}

/// Whether tags are relied on to point where they did when an earlier scan looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They are, and cost no request.
    InSightings,
    /// Each is asked for again.
    InNothing,
}

/// A walk on its way. It may rest before each look at a release, and go on later.
pub(crate) struct Walking<'a> {
    id: &'a ExtensionId,
    walk: Walk<'a>,
    known: BTreeMap<Tag, Known>,
    /// Manifest and config of releases that were read now, by tag.
    images: BTreeMap<Tag, Image>,
    /// What is remembered of the repository, with what the walk saw.
    pub(crate) memory: RepositoryMemory,
    /// Where tags pointed, as far as that is relied on.
    trusted: BTreeMap<Tag, Sighting>,
}

/// How far a walk came without looking at a release that is not known yet.
pub(crate) enum Progress {
    /// To its end.
    Done(Box<Choice>),
    /// To this release.
    Waits(Tag),
}

/// A repository after a walk: the answer, and what was learnt on the way.
pub(crate) struct Choosing {
    pub(crate) choice: Choice,
    pub(crate) has_releases: bool,
    /// Manifest and config of releases that were read now, by tag.
    pub(crate) images: BTreeMap<Tag, Image>,
}

impl Desktop {
    /// Begins a walk over the releases among `tags`.
    pub(crate) fn walk<'a>(
        &'a self,
        repository: Repository<'a>,
        tags: &[Tag],
        memory: RepositoryMemory,
        trust: Trust,
    ) -> Walking<'a> {
        let Repository {
            id,
            installed,
            left,
            within,
        } = repository;
        let desktop = (&self.settings.host, &self.settings.policy);
        let walk = Walk::new(id, tags, installed, desktop, self.now()).without(left);
        Walking {
            id,
            walk: match within {
                Some(within) => walk.within(within),
                None => walk,
            },
            known: BTreeMap::new(),
            images: BTreeMap::new(),
            trusted: match trust {
                Trust::InSightings => memory.sightings.clone(),
                Trust::InNothing => BTreeMap::new(),
            },
            memory,
        }
    }

    /// Goes on as far as no manifest has to be read for.
    ///
    /// # Errors
    ///
    /// When the registry cannot be asked any further. A single release that cannot be looked at is part of the answer.
    pub(crate) async fn go_on(&self, walking: &mut Walking<'_>) -> Result<Progress, Error> {
        loop {
            match walking.walk.next(&walking.known) {
                Step::Done(choice) => return Ok(Progress::Done(choice)),
                Step::Resolve(tag) => {
                    let learnt = self.learn_digest(walking, &tag).await?;
                    walking.known.insert(tag, learnt);
                }
                Step::Look(tag) => {
                    let Some((digest, facts)) = self.recall(walking, &tag) else {
                        return Ok(Progress::Waits(tag));
                    };
                    self.learn(walking, tag, digest, facts);
                }
            }
        }
    }

    /// Looks at the release that the walk waits for.
    ///
    /// # Errors
    ///
    /// As for [`Desktop::go_on`].
    pub(crate) async fn look_further(&self, walking: &mut Walking<'_>, tag: Tag) -> Result<(), Error> {
        let looked = match walking.resolved(&tag) {
            Some(digest) => {
                let selector = Selector::Digest(digest.clone());
                self.look(walking.id, &selector, prefix_of(&tag)).await
            }
            None => self.look_at_tag(walking.id, &tag, &walking.memory).await,
        };
        match looked {
            Ok(looked) => {
                walking
                    .images
                    .extend(looked.image.map(|image| (tag.clone(), image)));
                self.learn(walking, tag, looked.digest, looked.facts);
            }
            Err(error) => {
                walking.known.insert(tag, broken(error)?);
            }
        }
        Ok(())
    }

    /// The newest release that this host may and can take, for an operation that relies on the answer: no tag is trusted
    /// to point where it did.
    ///
    /// # Errors
    ///
    /// As for [`Desktop::go_on`].
    pub(crate) async fn choose_afresh(
        &self,
        repository: Repository<'_>,
    ) -> Result<(Choosing, Vec<Tag>), Error> {
        let id = repository.id;
        let failed = |error| Error::from_registry(Phase::Resolve, error);
        let tags = self.registry.tags(id).await.map_err(failed)?;
        let memory = self.memory().repository(id);
        let mut walking = self.walk(repository, &tags, memory, Trust::InNothing);
        let choice = loop {
            match self.go_on(&mut walking).await? {
                Progress::Done(choice) => break *choice,
                Progress::Waits(tag) => self.look_further(&mut walking, tag).await?,
            }
        };
        self.memory().remember_repository(id, &walking.memory);
        if choice.is_cut {
            self.warn(format!(
                "{id}: only its newest {MOST_LOOKED_AT} releases were looked at, and none fits"
            ));
        }
        let choosing = Choosing {
            choice,
            has_releases: walking.walk.has_releases(),
            images: walking.images,
        };
        Ok((choosing, tags))
    }

    async fn learn_digest(&self, walking: &mut Walking<'_>, tag: &Tag) -> Result<Known, Error> {
        if let Some(sighting) = walking.trusted.get(tag) {
            return Ok(Known::Digest(sighting.digest.clone()));
        }
        match self.resolve(walking.id, tag).await {
            Ok(digest) => {
                walking.memory.see(tag, &digest, self.now());
                Ok(Known::Digest(digest))
            }
            Err(error) => broken(Error::from_registry(Phase::Resolve, error)),
        }
    }

    /// The facts of a release whose digest is certain and whose facts are remembered.
    fn recall(&self, walking: &Walking<'_>, tag: &Tag) -> Option<(Digest, ReleaseFacts)> {
        let digest = walking.resolved(tag)?;
        let facts = self.remembered(digest, prefix_of(tag))?;
        Some((digest.clone(), facts))
    }

    fn learn(&self, walking: &mut Walking<'_>, tag: Tag, digest: Digest, facts: ReleaseFacts) {
        walking.memory.see(&tag, &digest, self.now());
        let sighting = walking.memory.sightings.get(&tag);
        let learnt = Known::Facts {
            digest,
            facts: Box::new(facts),
            since: sighting.and_then(|sighting| sighting.since),
        };
        walking.known.insert(tag, learnt);
    }
}

impl Walking<'_> {
    /// Where a tag points, if that was found out in this walk or may be relied on.
    fn resolved(&self, tag: &Tag) -> Option<&Digest> {
        let trusted = || self.trusted.get(tag).map(|sighting| &sighting.digest);
        self.known.get(tag).and_then(Known::digest).or_else(trusted)
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
