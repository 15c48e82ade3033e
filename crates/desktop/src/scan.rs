//! The update scan: one pass over the allow-list and what is installed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use model::choice::Choice;
use model::event::Event;
use model::facts::{Extent, Offer, ReleaseFacts, RepositoryMemory, ScanRecord, Visit};
use model::findings::{self, Finding, InstalledTag};
use model::installed::Installed;
use model::version::ReleaseTag;
use model::{ExtensionId, Tag};
use registry::ErrorKind;

use crate::choose::{Choosing, Repository};
use crate::error::{Cause, Error};
use crate::look::reason_of;
use crate::resting::Silences;
use crate::{Desktop, Phase};

/// How many repositories are visited side by side.
const AT_ONCE: usize = 16;
/// The most repositories that one registry's own list may add to a scan.
const MOST_DISCOVERED: usize = 1000;

/// What a scan came to.
#[derive(Debug, Clone)]
pub struct ScanReport {
    /// What it found, by extension and kind.
    pub findings: Vec<Finding>,
    /// How many repositories it visited.
    pub visited: usize,
    /// How many of them could not be reached.
    pub failed: usize,
    /// How many registries would not list their repositories although the allow-list admits them whole.
    pub unlisted: usize,
    /// How many requests it took.
    pub requests: u64,
}

impl ScanReport {
    /// The report, unless not a single repository could be reached although there were some.
    ///
    /// # Errors
    ///
    /// [`Cause::NothingReached`].
    pub fn check_reached(&self) -> Result<(), Error> {
        if self.visited + self.unlisted > 0 && self.failed == self.visited {
            return Err(Error::new(Phase::Scan, Cause::NothingReached));
        }
        Ok(())
    }
}

impl Desktop {
    /// Scans `only`, or where that is empty everything that is installed or allowed.
    ///
    /// A registry or release that fails is a finding, and the rest goes on.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read, or one of `only` is not allowed.
    pub async fn scan(&self, only: &[ExtensionId]) -> Result<ScanReport, Error> {
        let before = self.requests();
        let installed = self.installed()?;
        let (ids, unlisted) = if only.is_empty() {
            self.everything(&installed).await
        } else {
            self.refuse_foreign(only, &installed)?;
            (only.iter().cloned().collect(), 0)
        };
        let ids = self.longest_unseen_first(ids);
        self.registry.expect(&ids);
        self.emit(Event::ScanStarted {
            repositories: ids.len(),
        });
        let silences = Silences::default();
        let visits: Vec<Visit> = stream::iter(ids)
            .map(|id| self.visit(id, &installed, &silences))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let extent = if only.is_empty() {
            Extent::Everything
        } else {
            Extent::Some
        };
        self.remember_scan(extent, &visits);
        Ok(ScanReport {
            visited: visits.len(),
            failed: visits.iter().filter(|visit| visit.has_failed).count(),
            unlisted,
            requests: self.requests() - before,
            findings: findings::sorted(visits.into_iter().flat_map(|visit| visit.findings)),
        })
    }

    fn refuse_foreign(&self, only: &[ExtensionId], installed: &[Installed]) -> Result<(), Error> {
        only.iter()
            .filter(|id| !installed.iter().any(|installed| installed.id == **id))
            .try_for_each(|id| self.refuse_unlisted(id).map_err(|error| error.about(id)))
    }

    /// What is installed, what the allow-list names, and what its registries list of what it admits.
    /// Besides the number of registries that could not be asked for their list.
    async fn everything(&self, installed: &[Installed]) -> (BTreeSet<ExtensionId>, usize) {
        let mut ids: BTreeSet<_> = installed.iter().map(|installed| installed.id.clone()).collect();
        let mut unlisted = 0;
        let Some(list) = &self.settings.policy.allow_list else {
            return (ids, unlisted);
        };
        ids.extend(list.repositories());
        for registry in list.listed_registries() {
            match self.registry.repositories(registry).await {
                Ok(Some(listed)) => {
                    let admitted = listed.into_iter().filter(|id| list.covers(id).is_some());
                    ids.extend(admitted.take(MOST_DISCOVERED));
                }
                Ok(None) => {}
                Err(error) => {
                    unlisted += 1;
                    self.warn(error.to_string());
                }
            }
        }
        (ids, unlisted)
    }

    /// Those that were not reached for the longest time come first, so that a scan goes on where the last one ended.
    fn longest_unseen_first(&self, ids: BTreeSet<ExtensionId>) -> Vec<ExtensionId> {
        let memory = self.memory();
        let mut ids: Vec<_> = ids
            .into_iter()
            .map(|id| (memory.repository(&id).scanned_at, id))
            .collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    async fn visit(&self, id: ExtensionId, all: &[Installed], silences: &Silences) -> Visit {
        let installed = all.iter().find(|installed| installed.id == id);
        let policy = &self.settings.policy;
        let is_covered = policy
            .allow_list
            .as_ref()
            .is_none_or(|list| list.covers(&id).is_some());
        let mut visit = if is_covered {
            self.visit_allowed(&id, installed, silences).await
        } else {
            Visit {
                id: id.clone(),
                findings: Vec::new(),
                offer: None,
                has_failed: false,
            }
        };
        visit
            .findings
            .extend(installed.and_then(|installed| findings::not_allowed(installed, policy)));
        self.emit(Event::RepositoryScanned { id });
        visit
    }

    async fn visit_allowed(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
        silences: &Silences,
    ) -> Visit {
        let looked = match self.is_resting(id.registry(), silences) {
            Some(reason) => Err(reason),
            None => self.look_around(id, installed).await.map_err(|error| {
                self.note_failure(id.registry(), &error, silences);
                reason_of(&error)
            }),
        };
        let has_failed = looked.is_err();
        let (findings, offer) = match looked {
            Ok((tag, choosing)) => (
                findings::findings(id, installed, &tag, &choosing.choice),
                Some(self.offer(id, installed, &choosing.choice)),
            ),
            Err(reason) => (vec![findings::unreachable(id, installed, reason)], None),
        };
        Visit {
            id: id.clone(),
            findings,
            offer,
            has_failed,
        }
    }

    async fn look_around(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
    ) -> Result<(InstalledTag, Choosing), Error> {
        let tags = self
            .registry
            .tags(id)
            .await
            .map_err(|error| Error::from_registry(Phase::Scan, error))?;
        let mut memory = self.memory().repository(id);
        let installed_tag = self.look_at_installed(id, installed, &tags, &mut memory).await?;
        let trusted = memory.sightings.clone();
        let repository = Repository {
            id,
            tags: &tags,
            installed,
            left: installed.map_or(&[], |installed| &installed.left),
        };
        let chosen = self.choose(repository, &mut memory, &trusted).await?;
        memory.finish_scan(&tags, self.now());
        self.memory().remember_repository(id, &memory);
        Ok((installed_tag, chosen))
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
        match self.resolve(id, tag).await {
            Ok(digest) => {
                memory.see(tag, &digest, self.now());
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

    /// Keeps what a scan found. One that nobody was asked in is none.
    fn remember_scan(&self, extent: Extent, visits: &[Visit]) {
        if self.settings.registry.offline {
            return;
        }
        let mut memory = self.memory();
        let record = ScanRecord::after(memory.last_scan(), extent, visits, self.now());
        if !memory.save_scan(&record) {
            drop(memory);
            self.warn(
                "what this scan found could not be kept: `outdated`, `search` and `ls` will not know of it",
            );
        }
    }

    /// What a repository offers: a newer release, else the installed one, which then is the newest that fits.
    fn offer(&self, id: &ExtensionId, installed: Option<&Installed>, choice: &Choice) -> Offer {
        if let (None, Some(installed)) = (&choice.offer, installed) {
            let current = &installed.current;
            let prefix = current.tag.as_ref().and_then(ReleaseTag::parse);
            let facts = self.remembered(&current.digest, prefix.and_then(|release| release.prefix));
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
