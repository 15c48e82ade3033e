//! What is known of releases without their layers, and remembered between scans.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::findings::{self, Finding};
use crate::platform::Platform;
use crate::reference::{ExtensionId, Tag};

/// The facts of one digest for one host: they never change, and are therefore never asked for twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFacts {
    /// The platforms that it is published for; attestations are left out.
    pub platforms: Vec<Platform>,
    /// The image for this host, unless none fits.
    pub image: Option<ImageFacts>,
}

/// The facts of the image that a host would install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// Its manifest.
    pub manifest: Digest,
    /// Its platform.
    pub platform: Platform,
    /// Its labels that the contract knows, bounded.
    pub labels: BTreeMap<String, String>,
    /// When it says that it was made.
    pub created: Option<Timestamp>,
    /// The bytes of its layers as they are transferred.
    pub download_size: u64,
}

/// What earlier scans saw of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RepositoryMemory {
    /// The end of the last scan that reached it.
    pub scanned_at: Option<Timestamp>,
    /// The tags that scan listed.
    pub listed: BTreeSet<Tag>,
    /// Which digest each tag that was looked at pointed to.
    pub sightings: BTreeMap<Tag, Sighting>,
}

/// A digest seen under a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// What the tag pointed to.
    pub digest: Digest,
    /// Since when it is known to, if its appearance was witnessed; `None` where the tag was already there when this
    /// home first looked, so that only the image's own date tells its age.
    pub since: Option<Timestamp>,
}

impl RepositoryMemory {
    /// Records that `tag` points to `digest` now.
    pub fn see(&mut self, tag: &Tag, digest: &Digest, now: Timestamp) {
        let appeared = match self.sightings.get(tag) {
            Some(sighting) if sighting.digest == *digest => return,
            Some(_) => true,
            None => self.scanned_at.is_some() && !self.listed.contains(tag),
        };
        let sighting = Sighting {
            digest: digest.clone(),
            since: appeared.then_some(now),
        };
        self.sightings.insert(tag.clone(), sighting);
    }

    /// Records the end of a pass: the tags listed in it, and no sightings of tags that are gone.
    pub fn finish_scan(&mut self, listed: &[Tag], now: Timestamp) {
        self.listed = listed.iter().cloned().collect();
        self.sightings.retain(|tag, _| self.listed.contains(tag));
        self.scanned_at = Some(now);
    }
}

/// The result of the last scan, as it is used without network. In two parts, since what is offered here may be a
/// thousand times what is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRecord {
    /// What it found, for `outdated` and `ls`.
    pub found: Found,
    /// The newest acceptable release of every repository that it reached, for `search`.
    pub offers: Vec<Offer>,
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// When it ended.
    pub finished_at: Timestamp,
    /// What there is to tell.
    pub findings: Vec<Finding>,
    /// The repositories that it left to the next pass.
    pub unfinished: BTreeSet<ExtensionId>,
}

/// What a pass learnt of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The repository.
    pub id: ExtensionId,
    /// What there is to tell of it.
    pub findings: Vec<Finding>,
    /// What it offers, if it was reached.
    pub offer: Option<Offer>,
    /// How far the pass came with it.
    pub reach: Reach,
}

/// How far a pass came with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything that had to be looked at was.
    Whole,
    /// Its tags were listed, and the rest was left to the next pass, because its registry limits how often it may be asked.
    Partly,
    /// It could not be reached.
    Failed,
}

/// How much a pass was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything: what was not visited is no longer of interest.
    Everything,
    /// Some repositories: what is known of the others stays.
    Some,
}

impl ScanRecord {
    /// The record after a pass. What was reached replaces what was known of it; of what could not be reached, or only
    /// partly, the updates and offers of before stay beside what was found now.
    #[must_use]
    pub fn after(earlier: Option<Self>, extent: Extent, visits: &[Visit], now: Timestamp) -> Self {
        let reached: BTreeMap<_, _> = visits.iter().map(|visit| (&visit.id, visit.reach)).collect();
        let stays = |id: &ExtensionId| match reached.get(id) {
            Some(reach) => *reach != Reach::Whole,
            None => extent == Extent::Some,
        };
        let (mut findings, mut offers, mut unfinished) = earlier
            .map(|scan| (scan.found.findings, scan.offers, scan.found.unfinished))
            .unwrap_or_default();
        findings.retain(|finding| {
            let was_visited = reached.contains_key(&finding.id);
            stays(&finding.id) && (!was_visited || finding.kind.is_about_updates())
        });
        offers.retain(|offer| stays(&offer.id));
        unfinished.retain(|id| !reached.contains_key(id) && stays(id));
        let found = visits.iter().flat_map(|visit| visit.findings.iter().cloned());
        offers.extend(visits.iter().filter_map(|visit| visit.offer.clone()));
        offers.sort_by(|one, other| one.id.cmp(&other.id));
        let partly = visits.iter().filter(|visit| visit.reach == Reach::Partly);
        unfinished.extend(partly.map(|visit| visit.id.clone()));
        let found = Found {
            finished_at: now,
            findings: findings::sorted(findings.into_iter().chain(found)),
            unfinished,
        };
        Self { found, offers }
    }
}

/// An extension that the allow-list offers, as the last scan saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The extension.
    pub id: ExtensionId,
    /// The newest release that fits, if any does; the installed one where nothing newer fits.
    pub version: Option<String>,
    /// The digest of that release.
    pub digest: Option<Digest>,
    /// The labels of that release, or where none fits of the newest one that was looked at.
    pub labels: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FindingKind;

    fn visit(id: &str, kind: FindingKind) -> Visit {
        let id: ExtensionId = id.parse().unwrap();
        let reach = match kind {
            FindingKind::Unreachable => Reach::Failed,
            _ => Reach::Whole,
        };
        let finding = Finding {
            kind,
            id: id.clone(),
            installed: Some("1.0.0".to_owned()),
            version: None,
            digest: None,
            reasons: Vec::new(),
        };
        let offer = Offer {
            id: id.clone(),
            version: None,
            digest: None,
            labels: BTreeMap::new(),
        };
        Visit {
            id,
            findings: vec![finding],
            offer: (reach == Reach::Whole).then_some(offer),
            reach,
        }
    }

    fn told(record: &ScanRecord) -> Vec<(String, &'static str)> {
        let tell = |finding: &Finding| (finding.id.repository().to_owned(), finding.kind.as_str());
        record.found.findings.iter().map(tell).collect()
    }

    #[test]
    fn an_outage_takes_nothing_away_from_what_is_known() {
        let now = Timestamp::UNIX_EPOCH;
        let (update, outage) = (FindingKind::UpdateAvailable, FindingKind::Unreachable);
        let first = [
            visit("acme/one", update),
            visit("acme/two", update),
            visit("acme/gone", update),
        ];
        let record = ScanRecord::after(None, Extent::Everything, &first, now);

        let second = [visit("acme/one", outage), visit("acme/two", FindingKind::TagGone)];
        let record = ScanRecord::after(Some(record), Extent::Everything, &second, now);
        assert_eq!(
            told(&record),
            [
                ("acme/one".to_owned(), "update-available"),
                ("acme/one".to_owned(), "unreachable"),
                ("acme/two".to_owned(), "tag-gone"),
            ]
        );
        assert_eq!(
            record.offers.len(),
            2,
            "what is out of reach is still offered, what is gone is not"
        );

        let third = [visit("acme/two", update)];
        let record = ScanRecord::after(Some(record), Extent::Some, &third, now);
        assert_eq!(told(&record).len(), 3, "a scan of one leaves the others");

        let fourth = [visit("acme/one", outage), visit("acme/two", update)];
        let record = ScanRecord::after(Some(record), Extent::Everything, &fourth, now);
        assert_eq!(
            told(&record).len(),
            3,
            "an outage is told once however long it lasts"
        );
    }

    #[test]
    fn what_a_pass_left_to_the_next_one_is_known_as_before() {
        let now = Timestamp::UNIX_EPOCH;
        let first = [
            visit("acme/one", FindingKind::UpdateAvailable),
            visit("acme/two", FindingKind::NewExtension),
        ];
        let record = ScanRecord::after(None, Extent::Everything, &first, now);
        let left = |id| Visit {
            offer: None,
            reach: Reach::Partly,
            ..visit(id, FindingKind::TagMoved)
        };
        let second = [left("acme/one"), left("acme/two")];
        let record = ScanRecord::after(Some(record), Extent::Everything, &second, now);
        assert_eq!(
            told(&record),
            [
                ("acme/one".to_owned(), "update-available"),
                ("acme/one".to_owned(), "tag-moved"),
                ("acme/two".to_owned(), "tag-moved"),
            ]
        );
        assert_eq!((record.offers.len(), record.found.unfinished.len()), (2, 2));

        let third = [visit("acme/two", FindingKind::UpdateAvailable)];
        let record = ScanRecord::after(Some(record), Extent::Some, &third, now);
        let unfinished: Vec<_> = record
            .found
            .unfinished
            .iter()
            .map(ExtensionId::repository)
            .collect();
        assert_eq!(unfinished, ["acme/one"], "a scan of one leaves the others");

        let fourth = [visit("acme/one", FindingKind::TagGone)];
        let record = ScanRecord::after(Some(record), Extent::Everything, &fourth, now);
        assert_eq!((told(&record).len(), record.found.unfinished.len()), (1, 0));
    }

    #[test]
    fn an_age_is_counted_only_from_what_this_home_saw_appear() {
        let tag = |text: &str| text.parse::<Tag>().unwrap();
        let (one, two) = (Digest::of(b"1"), Digest::of(b"2"));
        let [first, second, third] = [100, 200, 300].map(|second| Timestamp::from_second(second).unwrap());
        let mut memory = RepositoryMemory::default();

        memory.see(&tag("1.0.0"), &one, first);
        memory.finish_scan(&[tag("1.0.0"), tag("0.9.0")], first);
        assert_eq!(
            memory.sightings[&tag("1.0.0")].since,
            None,
            "it was there before us"
        );

        memory.see(&tag("1.1.0"), &two, second);
        memory.see(&tag("0.9.0"), &two, second);
        memory.see(&tag("1.0.0"), &one, second);
        memory.finish_scan(&[tag("1.0.0"), tag("1.1.0"), tag("0.9.0")], second);
        assert_eq!(memory.sightings[&tag("1.1.0")].since, Some(second), "it is new");
        assert_eq!(
            memory.sightings[&tag("0.9.0")].since,
            None,
            "listed before, looked at only now"
        );
        assert_eq!(memory.sightings[&tag("1.0.0")].since, None);

        memory.see(&tag("1.0.0"), &two, third);
        memory.finish_scan(&[tag("1.0.0")], third);
        assert_eq!(memory.sightings[&tag("1.0.0")].since, Some(third), "it moved");
        assert!(
            !memory.sightings.contains_key(&tag("1.1.0")),
            "gone tags are forgotten"
        );
    }
}
