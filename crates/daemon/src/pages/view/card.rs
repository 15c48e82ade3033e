//! One extension in the marketplace, and how it stands here.

use std::collections::BTreeMap;

use desktop::{Hit, Listed, Listing, Outdated};
use model::findings::{Finding, FindingKind};
use model::verdict::ReasonCode;
use model::{ExtensionId, Labels};

use super::mark::Mark;
use crate::pages::address;

/// What identifies an extension to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Face {
    /// The extension.
    pub(crate) id: ExtensionId,
    /// What it calls itself, or the last part of its repository.
    pub(crate) title: String,
    /// Who provides it.
    pub(crate) vendor: Option<String>,
    /// Its own mark.
    pub(crate) mark: Mark,
    /// Where its icon is served, if it is installed.
    pub(crate) icon: Option<String>,
}

impl Face {
    /// The face of `id` with these labels.
    pub(crate) fn of(id: &ExtensionId, labels: &Labels) -> Self {
        Self::named(
            id,
            labels.title.as_deref().unwrap_or_default(),
            labels.vendor.clone(),
        )
    }

    /// The face of what is installed.
    pub(crate) fn of_installed(listed: &Listed) -> Self {
        let current = &listed.installed.current;
        let id = &listed.installed.id;
        Self {
            icon: (!listed.is_damaged).then(|| address::icon(id, current.manifest.short())),
            ..Self::named(id, &current.title, current.vendor.clone())
        }
    }

    fn named(id: &ExtensionId, title: &str, vendor: Option<String>) -> Self {
        let name = id.repository().rsplit('/').next().unwrap_or_default();
        let title = if title.is_empty() { name } else { title };
        Self {
            id: id.clone(),
            title: title.to_owned(),
            vendor,
            mark: Mark::of(id, title),
            icon: None,
        }
    }
}

/// How an extension stands on this desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can be installed.
    Offered {
        /// The newest release that fits.
        version: String,
    },
    /// It is installed, and nothing newer fits.
    Installed {
        /// The installed version.
        version: String,
    },
    /// It is installed, and a newer release fits.
    Update {
        /// The installed version.
        from: String,
        /// The newer one.
        to: String,
    },
    /// It is installed, and somebody said that no update may move it.
    Held {
        /// The installed version.
        version: String,
    },
    /// No release of it fits this desktop.
    Unfit {
        /// Why the newest does not.
        reasons: Vec<String>,
    },
}

impl Standing {
    /// How what is installed stands.
    pub(crate) fn of_installed(listed: &Listed) -> Self {
        let version = listed.installed.current.version();
        let update = listed.update.as_ref().and_then(|finding| finding.version.clone());
        match (listed.installed.held, update) {
            (true, _) => Self::Held { version },
            (false, Some(to)) => Self::Update { from: version, to },
            (false, None) => Self::Installed { version },
        }
    }
}

/// One extension in the marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// What identifies it.
    pub(crate) face: Face,
    /// What it does, on one line.
    pub(crate) description: Option<String>,
    /// Its categories, in lower case.
    pub(crate) categories: Vec<String>,
    /// How it stands here.
    pub(crate) standing: Standing,
}

/// The cards of what the last scan found, in its order.
pub(crate) fn cards(hits: Vec<Hit>, listing: &Listing, outdated: Option<&Outdated>) -> Vec<Card> {
    let listed = listing.extensions.iter();
    let listed: BTreeMap<_, _> = listed.map(|listed| (&listed.installed.id, listed)).collect();
    let blocked = Blocked::of(outdated);
    let card = |hit: Hit| {
        let (face, standing) = match listed.get(&hit.id) {
            Some(listed) => (Face::of_installed(listed), Standing::of_installed(listed)),
            None => (Face::of(&hit.id, &hit.labels), standing(&hit, &blocked)),
        };
        Card {
            face,
            description: hit.labels.description,
            categories: hit.labels.categories,
            standing,
        }
    };
    hits.into_iter().map(card).collect()
}

fn standing(hit: &Hit, blocked: &Blocked<'_>) -> Standing {
    match &hit.version {
        Some(version) => Standing::Offered {
            version: version.clone(),
        },
        None => Standing::Unfit {
            reasons: blocked.reasons(&hit.id),
        },
    }
}

/// Why releases are refused, as the last scan found.
#[derive(Debug)]
pub(crate) struct Blocked<'a>(BTreeMap<&'a ExtensionId, &'a Finding>);

impl<'a> Blocked<'a> {
    /// The refusals among what was found.
    pub(crate) fn of(outdated: Option<&'a Outdated>) -> Self {
        let findings = outdated.into_iter().flat_map(|outdated| &outdated.findings);
        let blocked = findings.filter(|finding| finding.kind == FindingKind::UpdateBlocked);
        Self(blocked.map(|finding| (&finding.id, finding)).collect())
    }

    /// The sentences about `id`; one that says nothing more where the scan did not tell.
    pub(crate) fn reasons(&self, id: &ExtensionId) -> Vec<String> {
        let reasons = self.0.get(id).map(|finding| &finding.reasons);
        let sentences: Vec<_> = reasons
            .into_iter()
            .flatten()
            .map(|reason| reason.message.clone())
            .collect();
        if sentences.is_empty() {
            return vec!["no release of it fits this desktop".to_owned()];
        }
        sentences
    }

    /// The version above the installed one that is refused, and why; a hold is no news to who set it.
    pub(crate) fn beyond(&self, id: &ExtensionId) -> Option<(String, Vec<String>)> {
        let finding = self.0.get(id)?;
        let reasons = finding
            .reasons
            .iter()
            .filter(|reason| reason.code != ReasonCode::Held);
        let sentences: Vec<_> = reasons.map(|reason| reason.message.clone()).collect();
        let version = finding.version.clone()?;
        (!sentences.is_empty()).then_some((version, sentences))
    }
}
