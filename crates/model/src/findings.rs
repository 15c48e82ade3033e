//! What an update scan finds, decided from what it saw.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::choice::Choice;
use crate::digest::Digest;
use crate::in_use::InUse;
use crate::installed::Installed;
use crate::policy::Policy;
use crate::reference::ExtensionId;
use crate::rollback::reason_against;
use crate::verdict::{Reason, ReasonCode};

/// One thing that a scan found. Absent values are null in JSON (contract `cli.md`, "JSON").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The extension it is about.
    pub id: ExtensionId,
    /// The installed version, if it is installed.
    pub installed: Option<String>,
    /// The version that the finding is about.
    pub version: Option<String>,
    /// The digest of that version.
    pub digest: Option<Digest>,
    /// Why, where there is something to explain.
    pub reasons: Vec<Reason>,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// The newest acceptable release is newer than the installed one.
    UpdateAvailable,
    /// The newest release above what is offered or installed that host or policy refuse.
    UpdateBlocked,
    /// Allowed, not installed, and a release fits.
    NewExtension,
    /// The installed tag now resolves to another digest.
    TagMoved,
    /// The installed tag is no longer there.
    TagGone,
    /// Installed, and the allow-list no longer admits it.
    NotAllowed,
    /// The repository, or a release of it, could not be looked at.
    Unreachable,
}

impl FindingKind {
    /// Whether it tells of a release above the installed one, as `outdated` lists them.
    pub fn is_about_updates(self) -> bool {
        matches!(self, Self::UpdateAvailable | Self::UpdateBlocked)
    }

    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpdateAvailable => "update-available",
            Self::UpdateBlocked => "update-blocked",
            Self::NewExtension => "new-extension",
            Self::TagMoved => "tag-moved",
            Self::TagGone => "tag-gone",
            Self::NotAllowed => "not-allowed",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Where the tag of an installed extension points now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstalledTag {
    /// Where it pointed when it was installed, or it was installed by digest.
    Same,
    /// Somewhere else.
    Moved(Digest),
    /// Nowhere.
    Gone,
}

/// The findings about one repository that could be looked at.
pub fn findings(
    id: &ExtensionId,
    installed: Option<&Installed>,
    tag: &InstalledTag,
    choice: &Choice,
) -> Vec<Finding> {
    let finding = |kind, version: Option<String>, digest: Option<&Digest>, reasons: Vec<Reason>| Finding {
        kind,
        id: id.clone(),
        installed: installed.map(|installed| installed.current.version()),
        version,
        digest: digest.cloned(),
        reasons,
    };
    let mut found = Vec::new();
    if let Some(offer) = &choice.offer {
        let kind = if installed.is_some() {
            FindingKind::UpdateAvailable
        } else {
            FindingKind::NewExtension
        };
        found.push(finding(
            kind,
            Some(offer.tag.to_string()),
            Some(&offer.digest),
            Vec::new(),
        ));
    }
    if let Some((blocked, reasons)) = &choice.blocked {
        let version = Some(blocked.tag.to_string());
        found.push(finding(
            FindingKind::UpdateBlocked,
            version,
            Some(&blocked.digest),
            reasons.clone(),
        ));
    }
    let installed_version = installed.map(|installed| installed.current.version());
    match tag {
        InstalledTag::Same => {}
        InstalledTag::Moved(digest) => {
            found.push(finding(
                FindingKind::TagMoved,
                installed_version,
                Some(digest),
                Vec::new(),
            ));
        }
        InstalledTag::Gone => {
            found.push(finding(FindingKind::TagGone, installed_version, None, Vec::new()));
        }
    }
    for (tag, reason) in &choice.broken {
        found.push(finding(
            FindingKind::Unreachable,
            Some(tag.to_string()),
            None,
            vec![reason.clone()],
        ));
    }
    found
}

/// The finding about an installed extension that the allow-list no longer admits.
pub fn not_allowed(installed: &InUse, policy: &Policy) -> Option<Finding> {
    let list = policy.allow_list.as_ref()?;
    let digests = [&installed.digest, &installed.manifest];
    if list
        .admits(&installed.id, installed.tag.as_ref(), &digests)
        .is_some()
    {
        return None;
    }
    let message = "it is installed, and the allow-list no longer admits it";
    Some(Finding {
        kind: FindingKind::NotAllowed,
        id: installed.id.clone(),
        installed: Some(installed.version()),
        version: None,
        digest: None,
        reasons: vec![Reason::new(ReasonCode::NotAllowed, message)],
    })
}

/// The finding about a repository that could not be looked at.
pub fn unreachable(id: &ExtensionId, installed: Option<&Installed>, reason: Reason) -> Finding {
    Finding {
        kind: FindingKind::Unreachable,
        id: id.clone(),
        installed: installed.map(|installed| installed.current.version()),
        version: None,
        digest: None,
        reasons: vec![reason],
    }
}

/// Findings in the order in which they are told: by extension, then by kind.
pub fn sorted(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut findings: Vec<_> = findings.into_iter().collect();
    findings.sort_by(|one, other| (&one.id, one.kind).cmp(&(&other.id, other.kind)));
    findings
}

/// Those findings of an earlier scan about updates that still hold for what is installed and allowed now.
///
/// An update of what was held, left by a rollback, or is no longer allowed, since then is blocked for that reason.
pub fn outdated(mut findings: Vec<Finding>, installed: &[InUse], policy: &Policy) -> Vec<Finding> {
    let installed: BTreeMap<_, _> = installed
        .iter()
        .map(|installed| (&installed.id, installed))
        .collect();
    findings.retain(|finding| finding.kind.is_about_updates());
    let is_blocked = |finding: &&Finding| finding.kind == FindingKind::UpdateBlocked;
    let blocked: BTreeSet<_> = findings
        .iter()
        .filter(is_blocked)
        .map(|finding| finding.id.clone())
        .collect();
    let now = |finding: Finding| {
        let now = installed.get(&finding.id).copied();
        if finding.installed != now.map(InUse::version) {
            return None;
        }
        let reasons = new_reasons(&finding, now, policy);
        let is_available = finding.kind == FindingKind::UpdateAvailable;
        if is_available && !reasons.is_empty() && blocked.contains(&finding.id) {
            return None; // the release above it is told, with the same reasons
        }
        Some(blocked_by(finding, reasons))
    };
    findings.into_iter().filter_map(now).collect()
}

/// Why an update that a scan found is refused now.
fn new_reasons(finding: &Finding, installed: Option<&InUse>, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if installed.is_some_and(|installed| installed.held) {
        reasons.push(Reason::held());
    }
    let tag = finding.version.as_ref().and_then(|version| version.parse().ok());
    let left = installed.map_or(&[][..], |installed| &installed.left);
    let digest = finding.digest.as_ref();
    reasons.extend(digest.and_then(|digest| reason_against(left, tag.as_ref(), digest)));
    let digests: Vec<&Digest> = finding.digest.iter().collect();
    let list = policy.allow_list.as_ref();
    if list.is_some_and(|list| list.admits(&finding.id, tag.as_ref(), &digests).is_none()) {
        let message = "the allow-list no longer admits it";
        reasons.push(Reason::new(ReasonCode::NotAllowed, message));
    }
    reasons
}

fn blocked_by(mut finding: Finding, reasons: Vec<Reason>) -> Finding {
    for reason in reasons {
        finding.kind = FindingKind::UpdateBlocked;
        if !finding.reasons.iter().any(|known| known.code == reason.code) {
            finding.reasons.push(reason);
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(version: &str, left: &[&str]) -> InUse {
        let left: Vec<_> = left
            .iter()
            .map(|tag| serde_json::json!({ "tag": tag, "digest": Digest::of(tag.as_bytes()) }))
            .collect();
        let value = serde_json::json!({
            "id": "docker.io/acme/whale", "tag": version, "digest": Digest::of(b"i"), "manifest": Digest::of(b"m"),
            "system": "linux", "title": "Whale", "vendor": null, "apiVersion": null, "tabs": [], "backend": false,
            "binaries": [], "size": 0, "installedAt": "2026-01-01T00:00:00Z", "held": false, "left": left,
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn an_update_of_an_earlier_scan_is_told_as_what_it_is_now() {
        let finding = Finding {
            kind: FindingKind::UpdateAvailable,
            id: "acme/whale".parse().unwrap(),
            installed: Some("1.0.0".to_owned()),
            version: Some("1.1.0".to_owned()),
            digest: Some(Digest::of(b"1.1.0")),
            reasons: Vec::new(),
        };
        let told = |now: &[InUse]| {
            let told = outdated(vec![finding.clone()], now, &Policy::default());
            told.first()
                .map(|finding| (finding.kind, finding.reasons.first().map(|reason| reason.code)))
        };
        for (now, expected) in [
            (vec![], None),
            (vec![installed("1.1.0", &[])], None),
            (
                vec![installed("1.0.0", &[])],
                Some((FindingKind::UpdateAvailable, None)),
            ),
            (
                vec![installed("1.0.0", &["1.2.0"])],
                Some((FindingKind::UpdateAvailable, None)),
            ),
            (
                vec![installed("1.0.0", &["1.1.0"])],
                Some((FindingKind::UpdateBlocked, Some(ReasonCode::RolledBack))),
            ),
        ] {
            assert_eq!(told(&now), expected);
        }
    }
}
