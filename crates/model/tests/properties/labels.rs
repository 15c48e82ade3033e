//! Labels are foreign text: what comes out is bounded, whatever goes in.

use model::Labels;
use model::labels::{MAX_ADDRESS, MAX_DESCRIPTION, MAX_ITEMS, MAX_TITLE, MAX_VALUE, is_web_address};
use proptest::prelude::*;

use crate::any;

/// The labels that are read in some form of their own, and one that is not known.
const NAMES: [&str; 18] = [
    "org.opencontainers.image.title",
    "org.opencontainers.image.description",
    "org.opencontainers.image.vendor",
    "org.opencontainers.image.authors",
    "com.docker.desktop.extension.api.version",
    "com.docker.desktop.plugin.api.version",
    "com.docker.desktop.extension.icon",
    "com.docker.desktop.plugin.icon",
    "com.docker.extension.screenshots",
    "com.docker.extension.detailed-description",
    "com.docker.extension.publisher-url",
    "com.docker.extension.changelog",
    "com.docker.extension.categories",
    "com.docker.extension.additional-urls",
    "com.docker.extension.account-info",
    "io.rancherdesktop.namespaces",
    "org.opencontainers.image.version",
    "unknown",
];

fn value() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        Just(r#"{"alt":"a","url":"https://a.example/"}"#.to_owned()),
        Just(r#"{"title":"\u001b[2J","url":"https://a.example/"}"#.to_owned()),
        Just("null".to_owned()),
        Just(r#""https://a.example/""#.to_owned()),
        Just("[[]]".to_owned()),
    ];
    let list = proptest::collection::vec(item, 0..40).prop_map(|items| format!("[{}]", items.join(",")));
    let addresses =
        proptest::collection::vec(any::matching("https?://[a-z]{1,3}\\.example/[a-z]{0,3}"), 0..60);
    prop_oneof![
        any::matching(".{0,80}"),
        any::matching("\\PC{0,400}"),
        list,
        addresses.prop_map(|addresses| addresses.join(",")),
        (any::matching("[a-z,\u{202e} ]"), 0..3000usize).prop_map(|(piece, count)| piece.repeat(count)),
        (MAX_VALUE - 2..MAX_VALUE + 3).prop_map(|count| "x".repeat(count)),
    ]
}

/// Escaped, one character becomes ten at the most (`\u{10ffff}`), and an ellipsis may follow.
fn is_line(text: &str, limit: usize) -> bool {
    text.chars().count() <= limit * 10 + 1 && !text.contains(char::is_control)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn whatever_the_labels_hold_they_are_read_within_bounds(raw in proptest::collection::btree_map(proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), value(), 0..8)) {
        let labels = Labels::read(&raw);

        for line in [&labels.title, &labels.vendor, &labels.account_info].into_iter().flatten() {
            prop_assert!(is_line(line, MAX_TITLE), "{:?}", line);
        }
        prop_assert!(labels.description.iter().all(|line| is_line(line, MAX_DESCRIPTION)));
        prop_assert!(labels.categories.iter().all(|line| is_line(line, MAX_TITLE * 3)));
        for text in [&labels.api_version, &labels.detailed_description, &labels.changelog].into_iter().flatten() {
            prop_assert!(!text.is_empty() && text.len() <= MAX_VALUE);
        }

        prop_assert!(labels.screenshots.len() <= MAX_ITEMS, "{} screenshots", labels.screenshots.len());
        prop_assert!(labels.additional_urls.len() <= MAX_ITEMS);
        prop_assert!(labels.categories.len() <= MAX_ITEMS);
        prop_assert!(labels.warnings().len() <= 5 * MAX_ITEMS);
        let addresses = labels.screenshots.iter().map(|screenshot| &screenshot.url);
        let addresses = addresses.chain(labels.additional_urls.iter().map(|link| &link.url));
        for address in addresses.chain(&labels.icon).chain(&labels.publisher_url) {
            prop_assert!(address.len() <= MAX_ADDRESS);
            let breaks_out = address.contains(['"', '<', '\n', '\u{202e}']);
            prop_assert!(!(is_web_address(address) && breaks_out), "{:?}", address);
        }
        for line in labels.screenshots.iter().map(|screenshot| &screenshot.alt).chain(labels.additional_urls.iter().map(|link| &link.title)) {
            prop_assert!(is_line(line, MAX_TITLE));
        }

        prop_assert!(labels.known().iter().all(|(name, value)| raw.get(name) == Some(value) && value.len() <= MAX_VALUE));
    }

    #[test]
    fn what_is_kept_of_the_labels_says_the_same_again(raw in proptest::collection::btree_map(proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), value(), 0..8)) {
        let labels = Labels::read(&raw);
        let kept = Labels::read(labels.known());
        if raw.values().all(|value| value.len() <= MAX_VALUE) {
            prop_assert_eq!(&kept, &labels);
        }
        prop_assert_eq!(kept.known(), labels.known());
        let json = serde_json::to_string(&labels).unwrap();
        prop_assert_eq!(serde_json::from_str::<Labels>(&json).unwrap(), kept);
    }
}
