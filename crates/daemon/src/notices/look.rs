//! What is known at a moment, and whom to tell of it.

use std::sync::Arc;

use desktop::Desktop;
use model::automatic::Level;
use model::notices::{Change, Known, NoticeRules};
use model::version::ReleaseVersion;
use store::configuration::NoticeSettings;

use super::{AutomaticallyUpdated, Left};
use crate::problem::Problem;
use crate::use_cases::UseCases;

/// One look at configuration and home folder.
#[derive(Debug)]
pub(super) struct Look {
    /// For what goes beyond this machine.
    pub(super) desktop: Desktop,
    /// Whom to tell.
    pub(super) settings: NoticeSettings,
    /// What is installed, and what is newer.
    pub(super) known: Known,
}

impl Look {
    /// Reads files: call it where blocking is allowed.
    pub(super) fn at(
        use_cases: &UseCases,
        updated: Vec<AutomaticallyUpdated>,
        left: &Left,
    ) -> Result<Self, Problem> {
        let configured = use_cases.configured()?;
        let (settings, levels) = (configured.notices, configured.updates);
        // What the service is about to take is told when it has taken it.
        let will_be_taken = |change: &Change| {
            let is_left = left.get(&change.id) == Some(&change.to);
            !use_cases.offline && !is_left && is_within(levels.of(&change.id), change)
        };
        let desktop = use_cases.open(Arc::new(|_| {}))?;
        let listed = desktop.list_in_use()?.extensions;
        let mut known = Known::default();
        for updated in updated {
            let AutomaticallyUpdated { id, from, to } = updated;
            let mut now = listed.iter().map(|listed| &listed.installed);
            let title = now.find(|installed| installed.id == id);
            let title = title.map(|installed| installed.title.clone());
            known.updated.push(Change {
                title: title.unwrap_or_default(),
                id,
                from,
                to,
            });
        }
        for listed in listed {
            let installed = listed.installed;
            let version = installed.version();
            if let Some(to) = listed.update.and_then(|update| update.version) {
                let change = Change {
                    id: installed.id.clone(),
                    title: installed.title,
                    from: version.clone(),
                    to,
                };
                if !will_be_taken(&change) {
                    known.available.push(change);
                }
            }
            known.installed.insert(installed.id, version);
        }
        Ok(Self {
            desktop,
            settings,
            known,
        })
    }

    /// Who wants to be told what, and when.
    pub(super) fn rules(&self) -> NoticeRules {
        let NoticeSettings {
            is_shown,
            webhook,
            command,
            quiet,
            muted,
        } = &self.settings;
        NoticeRules {
            is_on: *is_shown || webhook.is_some() || !command.is_empty(),
            muted: muted.clone(),
            quiet: *quiet,
        }
    }
}

/// Whether an update goes no further than an automatic one may.
fn is_within(level: Level, change: &Change) -> bool {
    let versions = ReleaseVersion::parse(&change.from).zip(ReleaseVersion::parse(&change.to));
    versions.is_some_and(|(from, to)| level.admits(&from, &to))
}
