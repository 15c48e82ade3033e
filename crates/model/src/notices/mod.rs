//! What the user of a desktop service is told: a function from what was told before, what is known now, what is configured and
//! the time, to at most one notice of each kind.
//!
//! Each release is told once, over restarts too. What is muted is not told; what comes in quiet hours is told at their end, if it
//! still holds then.

mod notice;
mod quiet;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

pub use notice::{Change, Notice, NoticeKind};
pub use quiet::{Quiet, QuietParse};

use crate::reference::ExtensionId;

/// How many releases of an extension are remembered as told: whoever pushes and removes without end fills no disk.
const REMEMBERED: usize = 16;
/// How many automatic updates wait for the end of quiet hours at most; the oldest make way.
const WAITING: usize = 200;

/// Who wants to be told what, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRules {
    /// Whether there is any way on which something is told.
    pub is_on: bool,
    /// The extensions of which nothing is told.
    pub muted: BTreeSet<ExtensionId>,
    /// The hours in which nothing is told.
    pub quiet: Option<Quiet>,
}

/// What is known at the moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What is installed, in which version.
    pub installed: BTreeMap<ExtensionId, String>,
    /// The updates that fit and that nothing holds back.
    pub available: Vec<Change>,
    /// What was updated without being asked for, since the last decision.
    pub updated: Vec<Change>,
}

/// What is remembered of what was told, also over restarts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeMemory {
    /// The versions that were told, of what is installed; the last one last.
    #[serde(default)]
    told: BTreeMap<ExtensionId, Vec<String>>,
    /// The automatic updates that are told when quiet hours end.
    #[serde(default)]
    waiting: Vec<Change>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is told now, at most one notice of a kind.
    pub notices: Vec<Notice>,
    /// What is remembered once that is told.
    pub memory: NoticeMemory,
    /// When to decide again although nothing new is known: the end of quiet hours, where something waits for it.
    pub again: Option<Timestamp>,
}

impl NoticeMemory {
    /// Decides what is told at `now`, in the time zone of the user.
    pub fn decide(mut self, known: Known, rules: &NoticeRules, now: &Zoned) -> Decision {
        let Known {
            installed,
            available,
            updated,
        } = known;
        self.told.retain(|id, _| installed.contains_key(id));
        let is_muted = |change: &Change| rules.muted.contains(&change.id);
        for change in updated {
            self.wait_for(change);
        }
        self.waiting.retain(|change| {
            rules.is_on && !is_muted(change) && installed.get(&change.id) == Some(&change.to)
        });
        let is_new = |change: &Change| {
            installed.get(&change.id) == Some(&change.from) && !is_muted(change) && !self.was_told(change)
        };
        let mut fresh: Vec<_> = available.into_iter().filter(is_new).collect();
        if !rules.is_on {
            fresh.clear();
        }
        let quiet = rules.quiet.filter(|quiet| quiet.covers(now.time()));
        if let Some(quiet) = quiet {
            let is_something = !fresh.is_empty() || !self.waiting.is_empty();
            return Decision {
                notices: Vec::new(),
                memory: self,
                again: is_something.then(|| quiet.end_after(now)),
            };
        }
        for change in &fresh {
            self.remember(change);
        }
        let updated = std::mem::take(&mut self.waiting);
        Decision {
            notices: [Notice::of_updated(updated), Notice::of_available(fresh)]
                .into_iter()
                .flatten()
                .collect(),
            memory: self,
            again: None,
        }
    }

    fn was_told(&self, change: &Change) -> bool {
        let told = self.told.get(&change.id);
        told.is_some_and(|versions| versions.contains(&change.to))
    }

    fn remember(&mut self, change: &Change) {
        let versions = self.told.entry(change.id.clone()).or_default();
        versions.push(change.to.clone());
        let old = versions.len().saturating_sub(REMEMBERED);
        versions.drain(..old);
    }

    /// Two updates of one extension are told as one.
    fn wait_for(&mut self, mut change: Change) {
        if let Some(place) = self.waiting.iter().position(|other| other.id == change.id) {
            let earlier = self.waiting.remove(place);
            if earlier.to == change.from {
                change.from = earlier.from;
            }
        }
        self.waiting.push(change);
        let old = self.waiting.len().saturating_sub(WAITING);
        self.waiting.drain(..old);
    }
}
