//! Under which tags a release is published.

use std::cmp::Ordering;

use crate::reference::Tag;
use crate::version::{ReleaseTag, ReleaseVersion};

/// The tag of a repository's newest release.
const LATEST: &str = "latest";

/// Whether a tag is a promise: it names a version, so that it must not come to mean something else.
pub fn is_version(tag: &Tag) -> bool {
    ReleaseTag::parse(tag).is_some()
}

/// The floating names of a release: `1.2` and `1` of `1.2.0`, and `latest`, each only where no release that it covers is
/// newer among the `published` tags. With a platform prefix they keep it, and there is no `latest`.
///
/// A pre-release has none: nobody asked for it by asking for `1.2`. Neither has a tag that is no version.
pub fn floating_tags(tag: &Tag, published: &[Tag]) -> Vec<Tag> {
    let Some(release) = ReleaseTag::parse(tag).filter(|release| !release.version.is_pre_release()) else {
        return Vec::new();
    };
    let text = tag.as_str();
    let newer = newer_than(&release, published);
    let mut floating: Vec<Tag> = shorter_names(text)
        .into_iter()
        .filter(|name| !newer.iter().any(|newer| covers(name, newer)))
        .filter_map(|name| name.parse().ok())
        .collect();
    if release.prefix.is_none() && newer.is_empty() {
        floating.extend(LATEST.parse::<Tag>());
    }
    floating
}

/// The texts of the newer releases for the same systems, pre-releases left out.
fn newer_than<'a>(release: &ReleaseTag, published: &'a [Tag]) -> Vec<&'a str> {
    let is_newer = |other: &ReleaseTag| {
        other.prefix == release.prefix
            && !other.version.is_pre_release()
            && other.version.precedence(&release.version) == Ordering::Greater
    };
    let newer = published
        .iter()
        .filter(|tag| ReleaseTag::parse(tag).is_some_and(|other| is_newer(&other)));
    newer.map(Tag::as_str).collect()
}

/// `1.2` and `1` of `1.2.0`; with what stands in front of the numbers.
fn shorter_names(text: &str) -> Vec<String> {
    let without_build = text.split('_').next().unwrap_or(text);
    let dots: Vec<_> = without_build.match_indices('.').map(|(at, _)| at).collect();
    let names = dots.into_iter().rev().map(|at| without_build[..at].to_owned());
    names
        .filter(|name| name.ends_with(|last: char| last.is_ascii_digit()))
        .collect()
}

/// Whether the floating `name` is one of the `release`'s too.
fn covers(name: &str, release: &str) -> bool {
    let bare = |text: &str| {
        text.trim_start_matches(|first: char| !first.is_ascii_digit())
            .to_owned()
    };
    let (name, release) = (bare(name), bare(release));
    // `1` alone is no version; with a second number it covers what it is the beginning of.
    let starts = release
        .strip_prefix(&name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    starts
        || ReleaseVersion::parse(&release)
            .zip(ReleaseVersion::parse(&name))
            .is_some_and(|(release, name)| release.begins_like(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floating(tag: &str, published: &[&str]) -> Vec<String> {
        let tag = tag.parse().unwrap();
        let published: Vec<Tag> = published.iter().map(|tag| tag.parse().unwrap()).collect();
        let tags = floating_tags(&tag, &published);
        tags.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn floating_names_go_from_the_longest_to_latest() {
        for (tag, names) in [
            ("1.2.0", &["1.2", "1", "latest"][..]),
            ("v1.2.0", &["v1.2", "v1", "latest"]),
            ("1.2.0.4", &["1.2.0", "1.2", "1", "latest"]),
            ("1.2", &["1", "latest"]),
            ("1.2.0_build.7", &["1.2", "1", "latest"]),
            ("windows-1.2.0", &["windows-1.2", "windows-1"]),
            ("1.2.0-beta.1", &[]),
            ("latest", &[]),
            ("dev", &[]),
        ] {
            assert_eq!(floating(tag, &[]), names, "{tag}");
        }
    }

    #[test]
    fn a_name_stays_with_the_newest_release_that_it_covers() {
        for (tag, published, names) in [
            (
                "1.2.4",
                &["1.2.3", "1.1.9", "1.2", "1", "latest"][..],
                &["1.2", "1", "latest"][..],
            ),
            ("1.2.4", &["1.3.0"], &["1.2"]),
            ("1.2.4", &["2.0.0"], &["1.2", "1"]),
            ("1.2.4", &["1.2.5"], &[]),
            ("1.2.4", &["1.20.0"], &["1.2"]),
            ("1.2.4", &["1.2.10"], &[]),
            // Pre-releases and other systems' releases take nothing away.
            (
                "1.2.4",
                &["2.0.0-beta.1", "windows-2.0.0"],
                &["1.2", "1", "latest"],
            ),
            ("windows-1.2.4", &["windows-1.3.0", "2.0.0"], &["windows-1.2"]),
            // The same release again, and its own floating names.
            ("1.2.4", &["1.2.4", "v1.2.4"], &["1.2", "1", "latest"]),
        ] {
            assert_eq!(floating(tag, published), names, "{tag} {published:?}");
        }
    }

    #[test]
    fn only_a_version_is_a_promise() {
        for (tag, promise) in [
            ("1.2.0", true),
            ("v1.2", true),
            ("darwin-1.2.0", true),
            ("latest", false),
            ("1", false),
            ("dev", false),
        ] {
            assert_eq!(is_version(&tag.parse().unwrap()), promise, "{tag}");
        }
    }
}
