//! The small texts that users, operators and registries write.

use std::cmp::Ordering;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use model::version::{ReleaseTag, releases};
use model::{
    AllowList, ApiRequirement, ApiVersion, BareApiVersion, Digest, ImagePath, Platform, Reference, System, Tag,
};
use semver::Version;

/// What is printed is read again as the same.
fn assert_reads_back<T: Display + FromStr<Err: Debug> + PartialEq + Debug>(value: &T) {
    let again = value.to_string().parse::<T>();
    assert_eq!(again.as_ref().ok(), Some(value), "{value} is {again:?}");
}

/// A reference, and whatever else the text may be.
pub fn reference(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    if let Ok(digest) = text.parse::<Digest>() {
        assert_reads_back(&digest);
        assert!(!digest.file_name().contains(['/', '\\', '.']));
    }
    if let Ok(platform) = text.parse::<Platform>() {
        assert_reads_back(&platform);
    }
    if let Ok(path) = ImagePath::parse(text) {
        assert!(path.as_str().split('/').all(|part| !matches!(part, "." | "..")));
        assert_eq!(ImagePath::parse(&path.to_string()), Ok(path));
    }
    let Ok(reference) = text.parse::<Reference>() else { return false };
    assert_reads_back(&reference);
    assert_reads_back(&reference.id);
    true
}

/// A whole allow-list.
pub fn allow_list(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    let Ok(list) = AllowList::parse(text) else { return false };
    list.patterns().iter().for_each(assert_reads_back);
    let printed: Vec<_> = list.patterns().iter().map(ToString::to_string).collect();
    let again = AllowList::parse(&printed.join("\n")).expect("a list as it is printed");
    assert_eq!(again, list);
    for id in list.repositories() {
        assert!(list.covers(&id).is_some());
    }
    for text in ["acme/whale", "acme/whale:1.2.0", "r.example/a/b:latest"] {
        let reference = text.parse().expect("a reference");
        assert_eq!(list.decide(&reference), again.decide(&reference));
    }
    !list.patterns().is_empty()
}

/// Tags, one on a line.
pub fn version(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    let tags: Vec<Tag> = text.lines().take(6).filter_map(|line| line.parse().ok()).collect();
    for system in System::ALL {
        let listed = releases(&tags, system);
        assert!(listed.windows(2).all(|pair| pair[0] > pair[1]));
    }
    let parsed: Vec<_> = tags.iter().filter_map(ReleaseTag::parse).collect();
    for one in &parsed {
        for other in &parsed {
            assert_eq!(one.cmp(other), other.cmp(one).reverse());
            assert_eq!(one.cmp(other) == Ordering::Equal, one.tag == other.tag);
            assert!(parsed.iter().all(|third| !(one <= other && other <= third) || one <= third));
            if let (Ok(first), Ok(second)) = (Version::parse(one.tag.as_str()), Version::parse(other.tag.as_str())) {
                assert_eq!(one.version.precedence(&other.version), first.cmp_precedence(&second));
            }
        }
    }
    parsed.len() > 1
}

/// What a release asks of the Extension API.
pub fn api_requirement(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else { return false };
    if let Ok(version) = text.parse::<ApiVersion>() {
        assert_reads_back(&version);
    }
    let offered = ApiVersion::default();
    let read = [BareApiVersion::Minimum, BareApiVersion::Exact].map(|bare| {
        let requirement = ApiRequirement::parse(text, bare).ok()?;
        let shown = requirement.to_string();
        assert!(!shown.contains(char::is_control));
        assert_eq!(ApiRequirement::parse(&shown, bare).as_ref(), Ok(&requirement));
        Some(requirement.admits(&offered))
    });
    assert_eq!(read[0].is_some(), read[1].is_some());
    read[0] == Some(true)
}
