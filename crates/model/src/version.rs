//! Releases are tags that parse as versions; their order decides what is newest.
//!
//! Source: contract `cli.md`, "Versions". Pre-releases are ordered by the `semver` crate; the numbers are compared
//! here, because tags have two to four of them, of any length.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version};

use crate::platform::System;
use crate::reference::Tag;

/// The version that a tag states: two to four numbers and perhaps a pre-release.
///
/// Two tags can state equal versions (`1.2`, `v1.2.0`): [`ReleaseVersion::precedence`] is the order of versions, the order
/// among tags is that of [`ReleaseTag`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseVersion {
    numbers: Vec<Numeral>,
    pre_release: Prerelease,
    has_v: bool,
}

impl ReleaseVersion {
    /// Reads a version, or says that the text is none: `1.2`, `v1.2.0`, `v.1.2.0-rc.1`, `2026.05.1`, `4.106.2.39_build`.
    pub fn parse(text: &str) -> Option<Self> {
        let (has_v, rest) = match text.strip_prefix('v') {
            Some(rest) => (true, rest.strip_prefix('.').unwrap_or(rest)),
            None => (false, text),
        };
        let (rest, build) = split_at_first(rest, '_');
        let (numbers, pre_release) = split_at_first(rest, '-');
        if let Some(build) = build {
            BuildMetadata::new(build).ok().filter(|build| !build.is_empty())?;
        }
        let pre_release = match pre_release {
            Some(text) => Prerelease::new(&without_leading_zeros(text))
                .ok()
                .filter(|pre| !pre.is_empty())?,
            None => Prerelease::EMPTY,
        };
        let numbers = numbers
            .split('.')
            .map(Numeral::parse)
            .collect::<Option<Vec<_>>>()?;
        (2..=4).contains(&numbers.len()).then_some(Self {
            numbers,
            pre_release,
            has_v,
        })
    }

    /// The order of versions: numbers as numbers, missing ones as 0, then pre-releases as semver says. Builds,
    /// a leading `v` and the count of numbers do not matter.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.compare_numbers(other)
            .then_with(|| self.pre_release.cmp(&other.pre_release))
    }

    /// Whether it is a pre-release (`1.2.0-rc.1`).
    pub fn is_pre_release(&self) -> bool {
        !self.pre_release.is_empty()
    }

    /// Whether both have the same numbers, whatever their pre-releases.
    pub fn has_numbers_of(&self, other: &Self) -> bool {
        self.compare_numbers(other) == Ordering::Equal
    }

    /// Whether its numbers begin with all those of `shorter`: `1.2.7` begins like `1.2`.
    pub fn begins_like(&self, shorter: &Self) -> bool {
        self.numbers.starts_with(&shorter.numbers)
    }

    /// The place of the first number that is not 0, counted from 1: a step there may break what relies on it (semver, section 4,
    /// as Cargo reads it). Of `0.0` it is the third.
    pub(crate) fn breaking_number(&self) -> usize {
        let zero = Numeral::zero();
        let zeros = self.numbers.iter().take_while(|number| **number == zero);
        (zeros.count() + 1).min(3)
    }

    /// Whether the first `count` numbers of both are the same; those that were not written are 0.
    pub(crate) fn shares_numbers(&self, other: &Self, count: usize) -> bool {
        let zero = Numeral::zero();
        (0..count).all(|index| {
            let ours = self.numbers.get(index).unwrap_or(&zero);
            ours == other.numbers.get(index).unwrap_or(&zero)
        })
    }

    /// How many numbers were written.
    pub fn number_count(&self) -> usize {
        self.numbers.len()
    }

    /// The first three numbers and the pre-release as a semver version, for ranges; `None` where a number is too
    /// large for that type.
    pub(crate) fn to_semver(&self) -> Option<Version> {
        let number = |index: usize| self.numbers.get(index).map_or(Some(0), Numeral::to_u64);
        let mut version = Version::new(number(0)?, number(1)?, number(2)?);
        version.pre = self.pre_release.clone();
        Some(version)
    }

    fn compare_numbers(&self, other: &Self) -> Ordering {
        let zero = Numeral::zero();
        (0..4)
            .map(|index| {
                let ours = self.numbers.get(index).unwrap_or(&zero);
                ours.cmp(other.numbers.get(index).unwrap_or(&zero))
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

fn split_at_first(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((front, behind)) => (front, Some(behind)),
        None => (text, None),
    }
}

/// Semver forbids leading zeros in numeric identifiers; tags have them (`2026.05-01`), and they mean the same number.
fn without_leading_zeros(pre_release: &str) -> String {
    let identifier = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            Numeral::trim(text).to_owned()
        } else {
            text.to_owned()
        }
    };
    pre_release
        .split('.')
        .map(identifier)
        .collect::<Vec<_>>()
        .join(".")
}

/// A number of any length, without leading zeros: a longer one is larger.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Numeral(String);

impl Numeral {
    fn zero() -> Self {
        Self("0".to_owned())
    }

    fn parse(text: &str) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(Self::trim(text).to_owned()))
    }

    fn trim(text: &str) -> &str {
        let trimmed = text.trim_start_matches('0');
        if trimmed.is_empty() { "0" } else { trimmed }
    }

    fn to_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }
}

impl PartialOrd for Numeral {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Numeral {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.cmp(&other.0))
    }
}

/// A tag that is a release: its version, and the system it is meant for where it has a prefix (`windows-1.2.0`).
///
/// The order among tags: precedence of the versions; on equal precedence a prefixed tag over an unprefixed one, more
/// numbers over fewer, none over `v`, then bytewise. It is total, and the greatest is the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseTag {
    /// The tag as written.
    pub tag: Tag,
    /// The system whose hosts alone see it.
    pub prefix: Option<System>,
    /// Its version.
    pub version: ReleaseVersion,
}

impl ReleaseTag {
    /// Reads a tag, or says that it is no release (`latest`, `dev`, `sha256-….sig`).
    pub fn parse(tag: &Tag) -> Option<Self> {
        let text = tag.as_str();
        let prefixes = [
            ("windows-", System::Windows),
            ("darwin-", System::Darwin),
            ("mac-", System::Darwin),
            ("linux-", System::Linux),
        ];
        let (prefix, rest) = prefixes
            .into_iter()
            .find_map(|(prefix, system)| Some((Some(system), text.strip_prefix(prefix)?)))
            .unwrap_or((None, text));
        Some(Self {
            tag: tag.clone(),
            prefix,
            version: ReleaseVersion::parse(rest)?,
        })
    }

    /// Whether hosts of `system` see it.
    pub fn is_for(&self, system: System) -> bool {
        self.prefix.is_none_or(|prefix| prefix == system)
    }
}

impl PartialOrd for ReleaseTag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ReleaseTag {
    fn cmp(&self, other: &Self) -> Ordering {
        self.version
            .precedence(&other.version)
            .then_with(|| self.prefix.is_some().cmp(&other.prefix.is_some()))
            .then_with(|| self.version.number_count().cmp(&other.version.number_count()))
            .then_with(|| other.version.has_v.cmp(&self.version.has_v))
            .then_with(|| self.tag.cmp(&other.tag))
    }
}

/// The releases among a repository's tags that hosts of `system` see, newest first.
pub fn releases(tags: &[Tag], system: System) -> Vec<ReleaseTag> {
    let mut releases: Vec<_> = tags
        .iter()
        .filter_map(ReleaseTag::parse)
        .filter(|release| release.is_for(system))
        .collect();
    releases.sort_by(|one, other| other.cmp(one));
    releases.dedup_by(|one, other| one.tag == other.tag);
    releases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest_first(tags: &[&str], system: System) -> Vec<String> {
        let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        releases(&tags, system)
            .into_iter()
            .map(|release| release.tag.to_string())
            .collect()
    }

    #[test]
    fn a_release_is_two_to_four_numbers_with_what_may_stand_around_them() {
        for tag in [
            "1.2",
            "1.2.3",
            "1.2.3.4",
            "v1.2",
            "v.1.2.3",
            "01.002.3",
            "2026.5.1",
            "4.106.2.39",
            "1.2.0-rc.1",
            "1.2.0_build.5",
            "1.2-beta_5",
            "1.99999999999999999999999.0",
            "1.2.3-01",
            "windows-1.2.0",
            "mac-v1.2",
        ] {
            assert!(ReleaseTag::parse(&tag.parse().unwrap()).is_some(), "{tag}");
        }
        for tag in [
            "latest",
            "dev",
            "1",
            "v1",
            "1.2.3.4.5",
            "1.",
            "1..2",
            "1.2.x",
            "1.2.3-",
            "1.2.3_",
            "1.2.3-rc..1",
            "vv1.2",
            "V1.2",
            "solaris-1.2.0",
            "windows-latest",
            "sha256-abc.sig",
            "1.2.0-a_b_c",
        ] {
            assert!(ReleaseTag::parse(&tag.parse().unwrap()).is_none(), "{tag}");
        }
    }

    #[test]
    fn newest_is_by_numbers_and_not_by_letters() {
        assert_eq!(
            newest_first(
                &[
                    "1.9.0",
                    "1.10.0",
                    "latest",
                    "1.10.0-rc.2",
                    "1.10.0-rc.10",
                    "1.2.3.4",
                    "0.9",
                    "1.2.3"
                ],
                System::Linux
            ),
            [
                "1.10.0",
                "1.10.0-rc.10",
                "1.10.0-rc.2",
                "1.9.0",
                "1.2.3.4",
                "1.2.3",
                "0.9"
            ]
        );
    }

    #[test]
    fn on_equal_order_more_numbers_win_then_no_v_then_bytes() {
        assert_eq!(
            newest_first(
                &["v1.2.0", "1.2", "1.2.0", "1.2.0.0", "v1.2.0.0", "01.2.0"],
                System::Linux
            ),
            ["1.2.0.0", "v1.2.0.0", "1.2.0", "01.2.0", "v1.2.0", "1.2"]
        );
    }

    #[test]
    fn a_prefixed_release_is_preferred_by_its_system_and_unseen_by_others() {
        let tags = ["1.2.0", "windows-1.2.0", "darwin-1.3.0", "linux-1.1.0"];
        assert_eq!(newest_first(&tags, System::Windows), ["windows-1.2.0", "1.2.0"]);
        assert_eq!(newest_first(&tags, System::Darwin), ["darwin-1.3.0", "1.2.0"]);
        assert_eq!(newest_first(&tags, System::Linux), ["1.2.0", "linux-1.1.0"]);
    }
}
