//! One repository in a scan: its tags, where the installed one points, and the walk over its releases.

use std::collections::BTreeMap;

use model::choice::Choice;
use model::facts::{Offer, Reach, ReleaseFacts, RepositoryMemory, Visit};
use model::findings::{self, InstalledTag};
use model::installed::Installed;
use model::verdict::Reason;
use model::{ExtensionId, Tag};
use registry::{ErrorKind, Tags as _};

use super::rounds::Pass;
use crate::choose::{Progress, Repository, Trust, Walking};
use crate::error::Error;
use crate::look::{prefix_of, reason_of};
use crate::{Desktop, Phase};

/// A repository whose tags are listed, and whose walk waits for a look at a release.
pub(super) struct Waiting<'a> {
    pub(super) listed: Listed<'a>,
    walking: Walking<'a>,
    wanted: Tag,
    /// How many releases it looked at in this pass.
    pub(super) looks: u32,
}

/// What a repository's list, and its installed tag, said.
pub(super) struct Listed<'a> {
    pub(super) id: &'a ExtensionId,
    installed: Option<&'a Installed>,
    tags: Vec<Tag>,
    tag: InstalledTag,
}

/// How far a visit came.
pub(super) enum Stage<'a> {
    Waiting(Waiting<'a>),
    Done(Done),
}

/// A visit that has ended in this pass, and what is to be remembered of the repository.
pub(super) struct Done {
    pub(super) visit: Visit,
    pub(super) memory: Option<RepositoryMemory>,
}

impl<'a> Pass<'a> {
    /// Lists a repository's tags, and walks as far as what is remembered leads.
    pub(super) async fn begin(&self, id: &'a ExtensionId) -> Stage<'a> {
        let installed = self.installed.iter().find(|installed| installed.id == *id);
        let policy = &self.desktop.settings.policy;
        let is_covered = policy
            .allow_list
            .as_ref()
            .is_none_or(|list| list.covers(id).is_some());
        if !is_covered {
            return Stage::Done(Done {
                visit: self.visit(id, Reach::Whole),
                memory: None,
            });
        }
        if let Some(reason) = self.desktop.is_resting(id.registry(), &self.silences) {
            return self.failed(id, reason);
        }
        match self.list(id, installed).await {
            Ok((listed, walking)) => self.advance(listed, walking, 0).await,
            Err(error) => self.fail(id, &error),
        }
    }

    /// Looks at the release that a repository waits for, and walks on.
    pub(super) async fn look(&self, waiting: Waiting<'a>) -> Stage<'a> {
        let Waiting {
            listed,
            mut walking,
            wanted,
            looks,
        } = waiting;
        match self.desktop.look_further(&mut walking, wanted).await {
            Ok(()) => self.advance(listed, walking, looks + 1).await,
            Err(error) => self.fail(listed.id, &error),
        }
    }

    /// Leaves a repository to the next pass. What was seen of it so far is kept.
    pub(super) fn leave(&self, waiting: Waiting<'a>) -> Done {
        let Waiting { listed, walking, .. } = waiting;
        let mut visit = self.visit(listed.id, Reach::Partly);
        let known = findings::findings(listed.id, listed.installed, &listed.tag, &Choice::default());
        visit.findings.extend(known);
        Done {
            visit,
            memory: Some(walking.memory),
        }
    }

    async fn list(
        &self,
        id: &'a ExtensionId,
        installed: Option<&'a Installed>,
    ) -> Result<(Listed<'a>, Walking<'a>), Error> {
        let desktop = self.desktop;
        let failed = |error| Error::from_registry(Phase::Scan, error);
        let tags = desktop.registry.tags(id).await.map_err(failed)?;
        let mut memory = desktop.memory().repository(id);
        let tag = self.look_at_installed(id, installed, &tags, &mut memory).await?;
        let repository = installed.map_or_else(|| Repository::new(id, &[]), Repository::of);
        let walking = desktop.walk(repository, &tags, memory, Trust::InSightings);
        let listed = Listed {
            id,
            installed,
            tags,
            tag,
        };
        Ok((listed, walking))
    }

    async fn advance(&self, listed: Listed<'a>, mut walking: Walking<'a>, looks: u32) -> Stage<'a> {
        match self.desktop.go_on(&mut walking).await {
            Ok(Progress::Done(choice)) => Stage::Done(self.finish(&listed, walking, &choice)),
            Ok(Progress::Waits(wanted)) => Stage::Waiting(Waiting {
                listed,
                walking,
                wanted,
                looks,
            }),
            Err(error) => self.fail(listed.id, &error),
        }
    }

    fn finish(&self, listed: &Listed<'a>, walking: Walking<'a>, choice: &Choice) -> Done {
        let Listed {
            id,
            installed,
            tags,
            tag,
        } = listed;
        let mut memory = walking.memory;
        memory.finish_scan(tags, self.desktop.now());
        let mut visit = self.visit(id, Reach::Whole);
        visit
            .findings
            .extend(findings::findings(id, *installed, tag, choice));
        visit.offer = Some(self.desktop.offer(id, *installed, choice));
        Done {
            visit,
            memory: Some(memory),
        }
    }

    fn fail(&self, id: &'a ExtensionId, error: &Error) -> Stage<'a> {
        self.desktop.note_failure(id.registry(), error, &self.silences);
        self.failed(id, reason_of(error))
    }

    fn failed(&self, id: &'a ExtensionId, reason: Reason) -> Stage<'a> {
        let mut visit = self.visit(id, Reach::Failed);
        let installed = self.installed.iter().find(|installed| installed.id == *id);
        visit.findings.push(findings::unreachable(id, installed, reason));
        Stage::Done(Done { visit, memory: None })
    }

    /// What is to be told of a repository without having asked anybody.
    fn visit(&self, id: &ExtensionId, reach: Reach) -> Visit {
        let installed = self.installed.iter().find(|installed| installed.id == *id);
        let policy = &self.desktop.settings.policy;
        Visit {
            id: id.clone(),
            findings: installed
                .and_then(|installed| findings::not_allowed(&installed.into(), policy))
                .into_iter()
                .collect(),
            offer: None,
            reach,
        }
    }

    /// Where the installed tag points now: one HEAD.
    async fn look_at_installed(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
        tags: &[Tag],
        memory: &mut RepositoryMemory,
    ) -> Result<InstalledTag, Error> {
        let Some((current, tag)) =
            installed.and_then(|installed| Some((&installed.current, installed.current.tag.as_ref()?)))
        else {
            return Ok(InstalledTag::Same);
        };
        if !tags.contains(tag) {
            return Ok(InstalledTag::Gone);
        }
        match self.desktop.resolve(id, tag).await {
            Ok(digest) => {
                memory.see(tag, &digest, self.desktop.now());
                Ok(if digest == current.digest {
                    InstalledTag::Same
                } else {
                    InstalledTag::Moved(digest)
                })
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound { .. }) => Ok(InstalledTag::Gone),
            Err(error) => Err(Error::from_registry(Phase::Scan, error)),
        }
    }
}

impl Desktop {
    /// What a repository offers: a newer release, else the installed one, which then is the newest that fits.
    fn offer(&self, id: &ExtensionId, installed: Option<&Installed>, choice: &Choice) -> Offer {
        if let (None, Some(installed)) = (&choice.offer, installed) {
            let current = &installed.current;
            let prefix = current.tag.as_ref().and_then(prefix_of);
            let facts = self.remembered(&current.digest, prefix);
            return Offer {
                id: id.clone(),
                version: Some(current.version()),
                digest: Some(current.digest.clone()),
                labels: labels_of(facts.as_ref()),
            };
        }
        let offer = choice.offer.as_ref();
        let shown = offer.or(choice.blocked.as_ref().map(|(blocked, _)| blocked));
        Offer {
            id: id.clone(),
            version: offer.map(|offer| offer.tag.to_string()),
            digest: offer.map(|offer| offer.digest.clone()),
            labels: labels_of(shown.map(|shown| &shown.facts)),
        }
    }
}

fn labels_of(facts: Option<&ReleaseFacts>) -> BTreeMap<String, String> {
    let image = facts.and_then(|facts| facts.image.as_ref());
    image.map(|image| image.labels.clone()).unwrap_or_default()
}
