//! Reminding a user of the command line of updates that wait.

use model::findings::{Finding, FindingKind};
use model::reminder::is_due;

use crate::Desktop;

impl Desktop {
    /// The updates that the last scan found and that still hold, where it is time to remind of them, at most once a day; and notes
    /// that this was done. Where nothing can be noted, nobody is reminded: otherwise it would be at each command.
    pub fn remind(&self) -> Vec<Finding> {
        let now = (self.settings.clock)();
        if !is_due(self.store.reminded_at(), now) || !self.has_found_updates() {
            return Vec::new();
        }
        let mut waiting = match self.outdated() {
            Ok(known) => known.map(|known| known.findings).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        waiting.retain(is_update);
        if waiting.is_empty() || self.store.note_reminder(now).is_err() {
            return Vec::new();
        }
        waiting
    }

    /// Whether it is worth reading what is installed.
    fn has_found_updates(&self) -> bool {
        let found = self.found();
        found.is_some_and(|found| found.findings.iter().any(is_update))
    }
}

fn is_update(finding: &Finding) -> bool {
    finding.kind == FindingKind::UpdateAvailable
}
