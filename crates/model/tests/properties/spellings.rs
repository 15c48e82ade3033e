//! What is printed can be read again, and is the same thing then.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use model::{
    AllowList, ApiRequirement, ApiVersion, BareApiVersion, Digest, ExtensionId, ImagePath, Pattern, Platform,
    Reference, Tag,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::any;

/// Printed, and read again.
fn by_text<T: Display + FromStr<Err: Debug> + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = value.to_string();
    let again = text.parse::<T>();
    prop_assert!(again.is_ok(), "{} is refused: {:?}", text, again);
    prop_assert_eq!(value, &again.unwrap(), "{}", text);
    Ok(())
}

/// Written as JSON, and read again: what the home folder and the facts of a scan rely on.
fn by_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).unwrap();
    let again = serde_json::from_str::<T>(&text);
    prop_assert!(again.is_ok(), "{} is refused: {:?}", text, again);
    prop_assert_eq!(value, &again.unwrap(), "{}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn an_id_a_tag_and_a_digest(id in any::id(), tag in any::tag(), digest in any::digest()) {
        by_text(&id)?;
        by_json(&id)?;
        by_text(&tag)?;
        by_json(&tag)?;
        by_text(&digest)?;
        by_json(&digest)?;
    }

    #[test]
    fn a_reference(id in any::id(), tag in proptest::option::of(any::tag()), digest in proptest::option::of(any::digest())) {
        by_text(&Reference { id, tag, digest })?;
    }

    #[test]
    fn whatever_of_these_a_person_may_write(text in any::soup()) {
        if let Ok(reference) = text.parse::<Reference>() {
            by_text(&reference)?;
        }
        if let Ok(id) = text.parse::<ExtensionId>() {
            by_json(&id)?;
        }
        if let Ok(tag) = text.parse::<Tag>() {
            by_text(&tag)?;
        }
        if let Ok(digest) = text.parse::<Digest>() {
            by_text(&digest)?;
        }
    }

    #[test]
    fn a_pattern_of_the_allow_list(
        text in prop_oneof![
            any::soup(),
            any::matching("(a|a/b|localhost:5000/|r\\.example/|A/|docker\\.io/)?(a|b|a/b)(/|:1\\.0|:[v^~<>=*]{1,2} ?[012](\\.[012x*]){0,2}(, ?<2)?)?"),
        ],
    ) {
        if let Ok(pattern) = text.parse::<Pattern>() {
            by_text(&pattern)?;
            let list = AllowList::parse(&format!("{pattern} # as printed\n")).unwrap();
            prop_assert_eq!(list.patterns(), [pattern]);
        }
    }

    #[test]
    fn a_platform_whatever_an_image_calls_it(os in any::matching(".{0,8}"), architecture in any::matching(".{0,8}"), variant in proptest::option::of(any::matching(".{0,4}"))) {
        let platform = Platform::new(&os, &architecture, variant.as_deref());
        by_text(&platform)?;
        by_json(&platform)?;
        prop_assert!(platform.to_string().bytes().all(|byte| byte.is_ascii_graphic()), "{}", platform);
    }

    #[test]
    fn a_platform_in_every_usual_spelling(
        text in any::matching("(linux|Windows|macos|darwin)/(x86_64|amd64|AMD64|aarch64|arm64|arm|armhf|armel|i686|riscv64)(/v?[1-9](\\.[0-9])?)?"),
    ) {
        let platform: Platform = text.parse().unwrap();
        by_text(&platform)?;
        by_json(&platform)?;
    }

    #[test]
    fn the_version_of_the_api(text in prop_oneof![any::soup(), any::matching("v?[0-2](\\.[0-2xX*]){0,2}(-[a-x]{1,2})?(\\+x)?")]) {
        if let Ok(version) = text.parse::<ApiVersion>() {
            by_text(&version)?;
            by_json(&version)?;
            prop_assert!(!text.split(['-', '+']).next().unwrap_or_default().contains(['x', 'X', '*']), "{} is many versions", text);
        }
    }

    #[test]
    fn a_requirement_on_the_api(text in prop_oneof![any::soup(), any::matching("[v ]{0,2}([<>=^~]{0,2}\\s?v?[0-2](\\.[0-2x*]){0,2}(, |\\s)?){1,3}")]) {
        for bare in [BareApiVersion::Minimum, BareApiVersion::Exact] {
            if let Ok(requirement) = ApiRequirement::parse(&text, bare) {
                let shown = requirement.to_string();
                prop_assert_eq!(ApiRequirement::parse(&shown, bare), Ok(requirement));
                prop_assert!(!shown.contains(char::is_control), "{:?} is more than one line", shown);
            }
        }
    }

    #[test]
    fn a_path_in_an_image(text in prop_oneof![any::soup(), any::matching("(/|\\./|a|b|:|\\.\\.|\\.){0,12}")]) {
        if let Ok(path) = ImagePath::parse(&text) {
            prop_assert_eq!(ImagePath::parse(&path.to_string()), Ok(path.clone()));
            prop_assert_eq!(ImagePath::parse(path.as_str()), Ok(path.clone()));
            by_json(&path)?;
        }
    }
}
