//! What is installed, and what the last scan knew about it; without network.

use camino::Utf8PathBuf;
use model::findings::{Finding, FindingKind, outdated};
use model::installed::Installed;

use crate::Desktop;
use crate::error::Error;

/// Everything that is installed.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The extensions, by id.
    pub extensions: Vec<Listed>,
    /// Sentences about what cannot be read; it hides nothing else.
    pub problems: Vec<String>,
}

/// One installed extension.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What it is.
    pub installed: Installed,
    /// The folder of its current generation.
    pub path: Utf8PathBuf,
    /// The update that the last scan found.
    pub update: Option<Finding>,
}

impl Desktop {
    /// Lists what is installed.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn list(&self) -> Result<Listing, Error> {
        let listing = self.store.installed()?;
        let updates = self.updates_for(&listing.installed);
        let listed = |installed: Installed| Listed {
            path: self.store.generation_folder(&installed.id, &installed.current),
            update: updates.iter().find(|finding| finding.id == installed.id).cloned(),
            installed,
        };
        Ok(Listing {
            extensions: listing.installed.into_iter().map(listed).collect(),
            problems: listing
                .broken
                .iter()
                .map(|broken| format!("{}: {}", broken.path, broken.problem))
                .collect(),
        })
    }

    /// The updates that the last scan found and that still hold.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn outdated(&self) -> Result<Vec<Finding>, Error> {
        let installed = self.store.installed()?.installed;
        Ok(self
            .memory()
            .last_scan()
            .map(|scan| outdated(&scan.findings, &installed))
            .unwrap_or_default())
    }

    fn updates_for(&self, installed: &[Installed]) -> Vec<Finding> {
        let Some(scan) = self.memory().last_scan() else {
            return Vec::new();
        };
        let mut findings = outdated(&scan.findings, installed);
        findings.retain(|finding| finding.kind == FindingKind::UpdateAvailable);
        findings
    }
}
