//! What is installed, and what the last scan knew about it; without network.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use model::ExtensionId;
use model::facts::Found;
use model::findings::{Finding, FindingKind, not_allowed, outdated};
use model::in_use::InUse;
use model::installed::Installed;

use crate::Desktop;
use crate::error::Error;

/// Everything that is installed.
#[derive(Debug, Clone)]
pub struct Listing<Extension = Installed> {
    /// The extensions, by id.
    pub extensions: Vec<Listed<Extension>>,
    /// What is installed and cannot be understood. It hides nothing else.
    pub broken: Vec<Broken>,
}

/// An extension whose activation cannot be understood: only its name is known.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What its files are called.
    pub name: String,
    /// Which extension it is, where that name tells.
    pub id: Option<ExtensionId>,
    /// The file that cannot be understood, and why.
    pub problem: String,
}

/// One installed extension.
#[derive(Debug, Clone)]
pub struct Listed<Extension = Installed> {
    /// What it is.
    pub installed: Extension,
    /// The folder of its current generation.
    pub path: Utf8PathBuf,
    /// Whether that folder is gone: then it has to be installed again.
    pub is_damaged: bool,
    /// Whether the allow-list, as it is now, admits it.
    pub is_allowed: bool,
    /// The update that the last scan found, unless it is held.
    pub update: Option<Finding>,
}

/// The updates that the last scan knew of.
#[derive(Debug, Clone)]
pub struct Outdated {
    /// When that scan ended.
    pub finished_at: Timestamp,
    /// Those that still hold for what is installed now.
    pub findings: Vec<Finding>,
    /// How many repositories that scan could not reach.
    pub unreachable: usize,
    /// How many repositories that scan left to the next one.
    pub unfinished: usize,
}

impl<Extension> Listing<Extension> {
    fn new(listing: store::Listing<Extension>, known: Vec<Listed<()>>) -> Self {
        let each = listing.installed.into_iter().zip(known);
        Self {
            extensions: each.map(|(installed, known)| known.about(installed)).collect(),
            broken: listing.broken.iter().map(Broken::of).collect(),
        }
    }
}

impl<Extension> Listed<Extension> {
    fn about<Other>(self, installed: Other) -> Listed<Other> {
        Listed {
            installed,
            path: self.path,
            is_damaged: self.is_damaged,
            is_allowed: self.is_allowed,
            update: self.update,
        }
    }
}

impl From<Listed> for Listed<InUse> {
    fn from(listed: Listed) -> Self {
        let in_use = InUse::from(&listed.installed);
        listed.about(in_use)
    }
}

impl Broken {
    pub(crate) fn of(broken: &store::Broken) -> Self {
        Self {
            name: broken.name().to_owned(),
            id: broken.id(),
            problem: broken.problem.to_string(),
        }
    }
}

impl Desktop {
    /// Lists what is installed.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn list(&self) -> Result<Listing, Error> {
        let listing = self.store.installed()?;
        let in_use: Vec<_> = listing.installed.iter().map(InUse::from).collect();
        Ok(Listing::new(listing, self.known(&in_use)))
    }

    /// Lists what is in use of what is installed, without what could be gone back to, which would be most of the work.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn list_in_use(&self) -> Result<Listing<InUse>, Error> {
        let listing = self.store.in_use()?;
        let known = self.known(&listing.installed);
        Ok(Listing::new(listing, known))
    }

    /// One extension, if it is installed and its activation can be understood: of one that cannot, only
    /// [`list`](Self::list) tells. Reads no other extension's.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read.
    pub fn listed(&self, id: &ExtensionId) -> Result<Option<Listed>, Error> {
        let installed = match self.store.find(id) {
            Err(store::Error::Malformed { .. } | store::Error::TooLarge { .. }) => None,
            found => found?,
        };
        let Some(installed) = installed else {
            return Ok(None);
        };
        let known = self.known(&[InUse::from(&installed)]).into_iter().next();
        Ok(known.map(|known| known.about(installed)))
    }

    /// What is known of each beyond what is installed.
    fn known(&self, in_use: &[InUse]) -> Vec<Listed<()>> {
        let outdated = self.outdated_of(in_use);
        let mut updates: BTreeMap<ExtensionId, Finding> = outdated
            .into_iter()
            .flat_map(|outdated| outdated.findings)
            .filter(|finding| finding.kind == FindingKind::UpdateAvailable)
            .map(|finding| (finding.id.clone(), finding))
            .collect();
        let known = |in_use: &InUse| {
            let path = self.store.folder_in_use(in_use);
            Listed {
                installed: (),
                is_damaged: !path.is_dir(),
                path,
                is_allowed: not_allowed(in_use, &self.settings.policy).is_none(),
                update: updates.remove(&in_use.id),
            }
        };
        in_use.iter().map(known).collect()
    }

    /// The updates that the last scan found and that still hold; `None` where nothing was scanned yet.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn outdated(&self) -> Result<Option<Outdated>, Error> {
        Ok(self.outdated_of(&self.store.in_use()?.installed))
    }

    /// Everything that the last scan found, as it was then; `None` where nothing was scanned yet.
    pub fn found(&self) -> Option<Found> {
        self.memory().found()
    }

    fn outdated_of(&self, installed: &[InUse]) -> Option<Outdated> {
        let found = self.memory().found()?;
        let is_unreachable =
            |finding: &&Finding| finding.kind == FindingKind::Unreachable && finding.version.is_none();
        Some(Outdated {
            finished_at: found.finished_at,
            unreachable: found.findings.iter().filter(is_unreachable).count(),
            unfinished: found.unfinished.len(),
            findings: outdated(found.findings, installed, &self.settings.policy),
        })
    }

    /// What is installed; what cannot be read is told, and hides nothing else.
    pub(crate) fn installed(&self) -> Result<Vec<Installed>, Error> {
        let listing = self.store.installed()?;
        for broken in &listing.broken {
            self.warn(broken.problem.to_string());
        }
        Ok(listing.installed)
    }
}
