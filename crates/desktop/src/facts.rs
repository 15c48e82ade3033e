//! The memory between scans, which may always fail: without it everything is asked for again.

use std::collections::HashMap;

use jiff::Timestamp;
use model::facts::{Found, Offer, ReleaseFacts, RepositoryMemory, ScanRecord};
use model::{Digest, ExtensionId, Tag};
use store::{FactStore, Store};

/// The store's facts, with failures logged instead of passed on: what can be rebuilt must not stop an install.
pub(crate) struct Memory {
    facts: Option<FactStore>,
    /// What the disk does not keep is at least not asked twice by this process.
    unkept: HashMap<(Digest, String), ReleaseFacts>,
}

impl Memory {
    pub(crate) fn open(store: &Store) -> Self {
        Self {
            facts: usable(store.facts(), "open the facts of earlier scans"),
            unkept: HashMap::new(),
        }
    }

    pub(crate) fn release(&self, digest: &Digest, host_key: &str) -> Option<ReleaseFacts> {
        let kept = self.facts.as_ref().and_then(|store| {
            usable(store.release(digest, host_key), "read the facts of a release").flatten()
        });
        kept.or_else(|| self.unkept.get(&(digest.clone(), host_key.to_owned())).cloned())
    }

    pub(crate) fn remember_release(&mut self, digest: &Digest, host_key: &str, facts: &ReleaseFacts) {
        let kept = self.facts.as_ref().and_then(|store| {
            usable(
                store.remember_release(digest, host_key, facts),
                "keep the facts of a release",
            )
        });
        if kept.is_none() {
            let key = (digest.clone(), host_key.to_owned());
            self.unkept.insert(key, facts.clone());
        }
    }

    pub(crate) fn repository(&self, id: &ExtensionId) -> RepositoryMemory {
        self.facts
            .as_ref()
            .and_then(|facts| usable(facts.repository(id), "read the facts of a repository"))
            .unwrap_or_default()
    }

    pub(crate) fn remember_repository(&mut self, id: &ExtensionId, memory: &RepositoryMemory) {
        self.remember_repositories([(id, memory)]);
    }

    /// Remembers many in one step, which is much faster than one by one.
    pub(crate) fn remember_repositories<'a>(
        &mut self,
        memories: impl IntoIterator<Item = (&'a ExtensionId, &'a RepositoryMemory)>,
    ) {
        if let Some(facts) = &mut self.facts {
            usable(
                facts.remember_repositories(memories),
                "keep the facts of repositories",
            );
        }
    }

    /// Remembers where tags of a repository were seen to point, if that is news.
    pub(crate) fn remember_sightings<'a>(
        &mut self,
        id: &ExtensionId,
        before: &RepositoryMemory,
        seen: impl IntoIterator<Item = (&'a Tag, &'a Digest)>,
        now: Timestamp,
    ) {
        let mut memory = before.clone();
        for (tag, digest) in seen {
            memory.see(tag, digest, now);
        }
        if memory != *before {
            self.remember_repository(id, &memory);
        }
    }

    pub(crate) fn last_scan(&self) -> Option<ScanRecord> {
        usable(self.facts.as_ref()?.last_scan(), "read the last scan").flatten()
    }

    /// What the last scan found: a small part of it.
    pub(crate) fn found(&self) -> Option<Found> {
        usable(self.facts.as_ref()?.found(), "read what the last scan found").flatten()
    }

    /// What the last scan saw on offer.
    pub(crate) fn offers(&self) -> Option<Vec<Offer>> {
        usable(
            self.facts.as_ref()?.offers(),
            "read what the last scan saw on offer",
        )
        .flatten()
    }

    /// Says whether it could be kept.
    pub(crate) fn save_scan(&mut self, record: &ScanRecord) -> bool {
        let facts = self.facts.as_mut();
        facts.is_some_and(|facts| usable(facts.save_scan(record), "keep this scan").is_some())
    }

    pub(crate) fn postponed(&self, registry: &str) -> Option<Timestamp> {
        usable(
            self.facts.as_ref()?.postponed(registry),
            "read until when a registry is left alone",
        )
        .flatten()
    }

    pub(crate) fn postpone(&mut self, registry: &str, until: Timestamp) {
        if let Some(facts) = &mut self.facts {
            usable(
                facts.postpone(registry, until),
                "keep until when a registry is left alone",
            );
        }
    }
}

fn usable<T>(result: Result<T, store::Error>, what: &str) -> Option<T> {
    result
        .inspect_err(|error| tracing::warn!(%error, "failed to {what}"))
        .ok()
}
