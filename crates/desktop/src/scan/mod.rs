//! The update scan: one pass over the allow-list and what is installed.

mod rounds;
mod visit;

use std::collections::BTreeSet;

use model::ExtensionId;
use model::event::Event;
use model::facts::{Extent, Reach, ScanRecord, Visit};
use model::findings::{self, Finding};
use model::installed::Installed;
use model::quota::Purpose;

use crate::cost::Cost;
use crate::error::{Cause, Error};
use crate::{Desktop, Phase};
use rounds::Pass;

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
    /// Those that are left to the next scan, because their registry limits how often it may be asked.
    pub unfinished: Vec<ExtensionId>,
    /// How many registries would not list their repositories although the allow-list admits them whole.
    pub unlisted: usize,
    /// What it cost.
    pub cost: Cost,
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
        let before = self.registry.usage();
        let installed = self.installed()?;
        let (extent, purpose) = if only.is_empty() {
            (Extent::Everything, Purpose::Pass)
        } else {
            (Extent::Some, Purpose::ByHand)
        };
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
        let pass = Pass::new(self, &installed, purpose);
        let visits = pass.visit_all(&ids).await;
        self.remember_scan(extent, &visits);
        let with = |reach| visits.iter().filter(move |visit: &&Visit| visit.reach == reach);
        Ok(ScanReport {
            visited: visits.len(),
            failed: with(Reach::Failed).count(),
            unfinished: with(Reach::Partly).map(|visit| visit.id.clone()).collect(),
            unlisted,
            cost: self.cost_since(before, ids.iter().map(ExtensionId::registry)),
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
}
