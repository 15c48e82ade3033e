//! What a job is to do.

use desktop::{AutomaticUpdate, Consent, Desktop, Installation, Outcome, Rollback, Selection};
use model::automatic::{Level, Refusal};
use model::rollback::Wanted;
use model::{ExtensionId, Reference};

use crate::problem::Problem;

/// What a job is to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Install a release, or the newest that fits.
    Install(Reference),
    /// Update one extension.
    Update(ExtensionId, Selection),
    /// Update one extension that nobody asked to be updated: so far, and to none of the releases that ask for more.
    UpdateByItself(ExtensionId, Level, Vec<Refusal>),
    /// Go back to an earlier generation.
    Rollback(ExtensionId, Option<Wanted>),
    /// Remove an extension.
    Remove(Reference),
    /// Look for updates, of these or of everything.
    Scan(Vec<ExtensionId>),
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) enum Done {
    /// What is installed now, and the version before where it was another one.
    Installed {
        version: String,
        from: Option<String>,
        is_unchanged: bool,
    },
    /// What came of an update that nobody asked for.
    UpdatedByItself(AutomaticUpdate),
    /// Whether it was removed; not where a release was named that is not installed.
    Removed(bool),
    /// What a scan came to.
    Scanned {
        visited: usize,
        failed: usize,
        unfinished: usize,
        findings: usize,
    },
}

impl Order {
    /// The word for the kind of it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Install(_) => "install",
            Self::Update(..) | Self::UpdateByItself(..) => "update",
            Self::Rollback(..) => "rollback",
            Self::Remove(_) => "remove",
            Self::Scan(_) => "scan",
        }
    }

    /// The extension that it changes.
    pub(crate) fn subject(&self) -> Option<&ExtensionId> {
        match self {
            Self::Install(reference) | Self::Remove(reference) => Some(&reference.id),
            Self::Update(id, _) | Self::UpdateByItself(id, ..) | Self::Rollback(id, _) => Some(id),
            Self::Scan(_) => None,
        }
    }

    /// Whether both cannot be done at once: changes of one extension, and scans, of which a registry should bear one.
    pub(crate) fn collides_with(&self, other: &Self) -> bool {
        self.subject() == other.subject()
    }

    pub(crate) async fn carry_out(self, desktop: &Desktop, consent: &Consent<'_>) -> Result<Done, Problem> {
        Ok(match self {
            Self::Install(reference) => desktop.install(&reference, consent).await?.into(),
            Self::Update(id, selection) => desktop.update(&id, &selection, consent).await?.into(),
            Self::UpdateByItself(id, level, refusals) => {
                let update = desktop.update_automatically(&id, level, &refusals);
                Done::UpdatedByItself(update.await?)
            }
            Self::Rollback(id, wanted) => desktop.rollback(&id.into(), wanted.as_ref()).await?.into(),
            Self::Remove(reference) => Done::Removed(desktop.remove(&reference).await?),
            Self::Scan(only) => {
                let report = desktop.scan(&only).await?;
                report.check_reached()?;
                Done::Scanned {
                    visited: report.visited,
                    failed: report.failed,
                    unfinished: report.unfinished.len(),
                    findings: report.findings.len(),
                }
            }
        })
    }
}

impl From<Installation> for Done {
    fn from(installation: Installation) -> Self {
        let is_unchanged = installation.outcome == Outcome::Unchanged;
        Self::Installed {
            from: installation.replaced().map(str::to_owned),
            version: installation.version,
            is_unchanged,
        }
    }
}

impl From<Rollback> for Done {
    fn from(rollback: Rollback) -> Self {
        rollback.installation.into()
    }
}
