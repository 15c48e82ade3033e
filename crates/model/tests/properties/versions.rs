//! The order of releases.

use std::cmp::Ordering;

use model::version::{ReleaseTag, ReleaseVersion, releases};
use model::{System, Tag};
use proptest::prelude::*;
use semver::Version;

use crate::any;

/// A version as the semver specification wants it written.
const SEMVER: &str = "(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})(-(0|[1-9][0-9]{0,2}|[a-c-]{1,3}|0[a-c])(\\.(0|[1-9]|[a-c])){0,2})?";

fn release(tag: &Tag) -> ReleaseTag {
    ReleaseTag::parse(tag).unwrap_or_else(|| panic!("{tag} is a release"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn tags_that_are_semver_are_ordered_as_semver_says(ours in any::matching(SEMVER), theirs in any::matching(SEMVER), v in any::matching("(v\\.?)?"), build in any::matching("(_[a-z]{1,3})?")) {
        let expected = Version::parse(&ours).unwrap().cmp_precedence(&Version::parse(&theirs).unwrap());
        let decorated = ReleaseVersion::parse(&format!("{v}{ours}{build}")).unwrap();
        prop_assert_eq!(decorated.precedence(&ReleaseVersion::parse(&theirs).unwrap()), expected);
        if expected.is_ne() {
            prop_assert_eq!(release(&ours.parse().unwrap()).cmp(&release(&theirs.parse().unwrap())), expected);
        }
    }

    #[test]
    fn numbers_of_any_length_are_compared_as_numbers(ours in any::matching("[0-9]{1,40}"), theirs in any::matching("[0-9]{1,40}")) {
        let value = |digits: &str| format!("{digits:0>40}");
        let version = |digits: &str| ReleaseVersion::parse(&format!("1.{digits}")).unwrap();
        prop_assert_eq!(version(&ours).precedence(&version(&theirs)), value(&ours).cmp(&value(&theirs)));
    }

    #[test]
    fn the_order_of_tags_is_total(tags in proptest::collection::vec(any::release_tag(), 3)) {
        let [one, other, third] = [&tags[0], &tags[1], &tags[2]].map(release);
        prop_assert_eq!(one.cmp(&other), other.cmp(&one).reverse());
        prop_assert_eq!(one.cmp(&other) == Ordering::Equal, one.tag == other.tag);
        if one <= other && other <= third {
            prop_assert!(one <= third);
        }
    }

    #[test]
    fn what_a_repository_offers_does_not_depend_on_how_it_lists_its_tags(
        (tags, shuffled) in proptest::collection::vec(any::tag(), 0..12)
            .prop_flat_map(|tags| (Just(tags.clone()), Just(tags).prop_shuffle())),
    ) {
        for system in System::ALL {
            let listed = releases(&tags, system);
            prop_assert_eq!(&listed, &releases(&shuffled, system));
            prop_assert!(listed.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
        }
    }
}
