//! The update scan: one pass over the allow-list and what is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures_util::{StreamExt as _, stream};
use model::event::Event;
use model::facts::{Offer, RepositoryMemory, ScanRecord};
use model::findings::{self, Finding, InstalledTag};
use model::installed::Installed;
use model::verdict::{Reason, ReasonCode};
use model::{ExtensionId, Tag};
use registry::ErrorKind;

use crate::Desktop;
use crate::choose::Choosing;
use crate::error::{Cause, Error};
use crate::look::reason_of;
use crate::words::Phase;

/// How many repositories are visited side by side.
const AT_ONCE: usize = 16;
/// The most repositories that one registry's own list may add to a scan.
const MOST_DISCOVERED: usize = 1000;
/// How long a registry that says 429 without a time is left alone, in seconds.
const LEFT_ALONE: i64 = 15 * 60;

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

/// One repository after a visit.
struct Visit {
    findings: Vec<Finding>,
    offer: Option<Offer>,
    has_failed: bool,
}

/// Registries that asked to be left alone during this scan.
type Resting = Mutex<BTreeSet<String>>;

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
        let installed = self.store.installed()?.installed;
        let (ids, unlisted) = if only.is_empty() {
            self.everything(&installed).await
        } else {
            self.refuse_foreign(only, &installed)?;
            (only.iter().cloned().collect(), 0)
        };
        let ids = self.longest_unseen_first(ids);
        self.emit(Event::ScanStarted {
            repositories: ids.len(),
        });
        let resting = Resting::default();
        let visits: Vec<(ExtensionId, Visit)> = stream::iter(ids)
            .map(|id| self.visit(id, &installed, &resting))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let report = ScanReport {
            visited: visits.len(),
            failed: visits.iter().filter(|(_, visit)| visit.has_failed).count(),
            requests: self.requests() - before,
            unlisted,
            findings: sorted(visits.iter().flat_map(|(_, visit)| visit.findings.clone())),
        };
        self.remember_scan(only, &report, visits);
        Ok(report)
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

    async fn visit(&self, id: ExtensionId, all: &[Installed], resting: &Resting) -> (ExtensionId, Visit) {
        let installed = all.iter().find(|installed| installed.id == id);
        let not_allowed =
            installed.and_then(|installed| findings::not_allowed(installed, &self.settings.policy));
        let is_covered = self
            .settings
            .policy
            .allow_list
            .as_ref()
            .is_none_or(|list| list.covers(&id).is_some());
        let mut visit = if is_covered {
            self.visit_allowed(&id, installed, resting).await
        } else {
            Visit {
                findings: Vec::new(),
                offer: None,
                has_failed: false,
            }
        };
        visit.findings.extend(not_allowed);
        self.emit(Event::RepositoryScanned { id: id.clone() });
        (id, visit)
    }

    async fn visit_allowed(
        &self,
        id: &ExtensionId,
        installed: Option<&Installed>,
        resting: &Resting,
    ) -> Visit {
        let looked = match self.is_resting(id, resting) {
            Some(reason) => Err(reason),
            None => self.look_around(id, installed).await.map_err(|error| {
                self.rest_after(id, &error, resting);
                reason_of(&error)
            }),
        };
        match looked {
            Ok((tag, chosen)) => Visit {
                findings: findings::findings(id, installed, &tag, &chosen.choice),
                offer: Some(offer(id, &chosen)),
                has_failed: false,
            },
            Err(reason) => Visit {
                findings: vec![findings::unreachable(id, installed, reason)],
                offer: None,
                has_failed: true,
            },
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
        let chosen = self.choose(id, &tags, installed, &mut memory).await?;
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

    fn is_resting(&self, id: &ExtensionId, resting: &Resting) -> Option<Reason> {
        let registry = id.registry();
        let said_now = lock(resting).contains(registry);
        let until = self
            .memory()
            .postponed(registry)
            .filter(|until| *until > self.now());
        if !said_now && until.is_none() {
            return None;
        }
        let until = until.map_or_else(String::new, |until| {
            format!(" until {}", until.strftime("%H:%M UTC"))
        });
        let message = format!("{registry} limits how often it may be asked, and is left alone{until}");
        Some(Reason::new(ReasonCode::RateLimited, message))
    }

    fn rest_after(&self, id: &ExtensionId, error: &Error, resting: &Resting) {
        let Cause::Registry(cause) = error.cause() else {
            return;
        };
        let ErrorKind::RateLimited { after } = cause.kind() else {
            return;
        };
        let seconds = after.map_or(LEFT_ALONE, |after| {
            i64::try_from(after.as_secs()).unwrap_or(LEFT_ALONE)
        });
        let pause = jiff::SignedDuration::from_secs(seconds.clamp(1, 24 * 3600));
        lock(resting).insert(id.registry().to_owned());
        if let Ok(until) = self.now().checked_add(pause) {
            self.memory().postpone(id.registry(), until);
        }
    }

    /// A scan of everything replaces what was known; one of some replaces what was known of those.
    fn remember_scan(&self, only: &[ExtensionId], report: &ScanReport, visits: Vec<(ExtensionId, Visit)>) {
        let earlier = self.memory().last_scan();
        let (mut kept_findings, earlier_offers) = earlier
            .map(|scan| (scan.findings, scan.offers))
            .unwrap_or_default();
        kept_findings.retain(|finding| !only.is_empty() && !only.contains(&finding.id));
        let visited: BTreeSet<_> = visits.iter().map(|(id, _)| id.clone()).collect();
        let mut offers: BTreeMap<ExtensionId, Offer> = earlier_offers
            .into_iter()
            .filter(|offer| !only.is_empty() || visited.contains(&offer.id))
            .map(|offer| (offer.id.clone(), offer))
            .collect();
        offers.extend(
            visits
                .into_iter()
                .filter_map(|(id, visit)| Some((id, visit.offer?))),
        );
        let record = ScanRecord {
            finished_at: self.now(),
            findings: sorted(kept_findings.into_iter().chain(report.findings.iter().cloned())),
            offers: offers.into_values().collect(),
        };
        self.memory().save_scan(&record);
    }
}

fn offer(id: &ExtensionId, chosen: &Choosing) -> Offer {
    let choice = &chosen.choice;
    let shown = choice
        .offer
        .as_ref()
        .or(choice.blocked.as_ref().map(|(blocked, _)| blocked));
    let labels = shown
        .and_then(|shown| shown.facts.image.as_ref())
        .map(|image| image.labels.clone());
    Offer {
        id: id.clone(),
        version: choice.offer.as_ref().map(|offer| offer.tag.to_string()),
        digest: choice.offer.as_ref().map(|offer| offer.digest.clone()),
        labels: labels.unwrap_or_default(),
    }
}

fn sorted(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by(|one, other| (&one.id, one.kind).cmp(&(&other.id, other.kind)));
    findings
}

fn lock(resting: &Resting) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
    // The set is whole after every insertion.
    resting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
