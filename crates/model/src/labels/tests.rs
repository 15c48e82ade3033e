use super::*;

fn read(labels: &[(&str, &str)]) -> Labels {
    let owned = |(label, value): &(&str, &str)| ((*label).to_owned(), (*value).to_owned());
    Labels::read(&labels.iter().map(owned).collect())
}

/// The labels that a complete image has besides `more`, so that only what is tested warns.
fn read_beside_required(more: &[(&str, &str)]) -> Labels {
    let required = [
        (names::TITLE, "Whale"),
        (names::VENDOR, "Acme"),
        (names::API_VERSION, ">= 0.3.0"),
    ];
    read(&[required.as_slice(), more].concat())
}

#[test]
fn the_extension_dialect_is_read_under_the_names_of_the_contract() {
    let labels = read(&[
        ("org.opencontainers.image.title", "Whale"),
        (
            "org.opencontainers.image.description",
            "Watches  whales.\nAll of them.",
        ),
        ("org.opencontainers.image.vendor", "Acme"),
        ("com.docker.desktop.extension.api.version", ">= 0.3.0"),
        (
            "com.docker.desktop.extension.icon",
            "https://acme.example/whale.svg",
        ),
        (
            "com.docker.extension.screenshots",
            r#"[ {"alt": "A  tab", "url": "https://acme.example/1.png"} ]"#,
        ),
        (
            "com.docker.extension.detailed-description",
            "<h1>Whales</h1>    <p>swim</p>",
        ),
        ("com.docker.extension.publisher-url", "https://acme.example"),
        ("com.docker.extension.changelog", "https://acme.example/changes"),
        (
            "com.docker.extension.categories",
            "Database, utility-tools ,whales,,database",
        ),
        (
            "com.docker.extension.additional-urls",
            r#"[{"title":"Help","url":"https://acme.example/help"}]"#,
        ),
        ("com.docker.extension.account-info", "required"),
    ]);
    assert_eq!(labels.title.as_deref(), Some("Whale"));
    assert_eq!(
        labels.description.as_deref(),
        Some("Watches whales. All of them.")
    );
    assert_eq!(labels.vendor.as_deref(), Some("Acme"));
    assert_eq!(labels.api_version.as_deref(), Some(">= 0.3.0"));
    assert_eq!(labels.icon.as_deref(), Some("https://acme.example/whale.svg"));
    let screenshot = Screenshot {
        alt: "A tab".to_owned(),
        url: "https://acme.example/1.png".to_owned(),
    };
    assert_eq!(labels.screenshots, [screenshot]);
    assert_eq!(
        labels.detailed_description.as_deref(),
        Some("<h1>Whales</h1>    <p>swim</p>")
    );
    assert_eq!(labels.publisher_url.as_deref(), Some("https://acme.example"));
    assert_eq!(labels.changelog.as_deref(), Some("https://acme.example/changes"));
    assert_eq!(labels.categories, ["database", "utility-tools", "whales"]);
    let help = AdditionalUrl {
        title: "Help".to_owned(),
        url: "https://acme.example/help".to_owned(),
    };
    assert_eq!(labels.additional_urls, [help]);
    assert_eq!(labels.account_info.as_deref(), Some("required"));
    assert_eq!(labels.known().len(), 12);
    assert_eq!(labels.warnings(), []);
}

#[test]
fn the_plugin_dialect_says_the_same_in_other_names() {
    let labels = read(&[
        ("org.opencontainers.image.title", "Whale"),
        ("org.opencontainers.image.authors", "Acme"),
        ("com.docker.desktop.plugin.api.version", "1.0.0-beta.1"),
        ("com.docker.desktop.plugin.icon", "https://acme.example/whale.png"),
    ]);
    assert_eq!(labels.vendor.as_deref(), Some("Acme"));
    assert_eq!(labels.api_version.as_deref(), Some("1.0.0-beta.1"));
    assert_eq!(labels.icon.as_deref(), Some("https://acme.example/whale.png"));
    assert_eq!(labels.warnings(), []);
}

#[test]
fn where_both_dialects_stand_the_extension_one_wins_and_an_empty_value_is_none() {
    let authors = "org.opencontainers.image.authors";
    let plugin = "com.docker.desktop.plugin.api.version";
    let both = read_beside_required(&[(plugin, "1.0.0-beta.1"), (authors, "Somebody")]);
    assert_eq!(both.vendor.as_deref(), Some("Acme"));
    assert_eq!(both.api_version.as_deref(), Some(">= 0.3.0"));
    let ignored: Vec<_> = both.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(ignored.len(), 2);
    assert!(
        ignored[0].contains(authors) && ignored[1].contains(plugin),
        "{ignored:?}"
    );

    let empty = read_beside_required(&[
        (plugin, ">= 0.1.0"),
        (names::API_VERSION, "  "),
        (names::VENDOR, ""),
        (authors, "Somebody"),
    ]);
    assert_eq!(empty.vendor.as_deref(), Some("Somebody"));
    assert_eq!(empty.api_version.as_deref(), Some(">= 0.1.0"));
    assert_eq!(empty.warnings(), []);
}

#[test]
fn authors_of_an_image_that_never_spoke_the_plugin_dialect_are_no_contradiction() {
    let labels = read_beside_required(&[("org.opencontainers.image.authors", "the base image's people")]);
    assert_eq!(labels.vendor.as_deref(), Some("Acme"));
    assert_eq!(labels.warnings(), []);
}

#[test]
fn missing_and_empty_labels_are_told_apart() {
    let labels = read(&[(names::VENDOR, ""), (names::TITLE, "Whale")]);
    let vendor = LabelWarning::Empty { label: names::VENDOR };
    let api = LabelWarning::Missing {
        label: names::API_VERSION,
    };
    assert_eq!(labels.warnings(), [vendor, api]);
}

#[test]
fn the_version_of_the_base_image_and_unknown_labels_are_not_kept() {
    let labels = read_beside_required(&[
        ("org.opencontainers.image.version", "24.16.0"),
        ("com.docker.extension.category", "security"),
        ("org.opencontainers.image.source", "https://acme.example/source"),
    ]);
    let source = "org.opencontainers.image.source";
    let known: Vec<_> = labels.known().keys().map(String::as_str).collect();
    assert_eq!(known, [names::API_VERSION, source, names::TITLE, names::VENDOR]);
}

#[test]
fn screenshots_are_read_in_every_form_that_was_documented() {
    let first = "https://acme.example/1.png";
    for (text, alts, old) in [
        (
            format!(r#"[{{"alt":"a","url":"{first}"}},{{"url":"{first}"}}]"#),
            vec!["a", ""],
            false,
        ),
        (format!(r#"[{{"title":"a","url":"{first}"}}]"#), vec!["a"], true),
        (format!("{first},{first}, {first}"), vec!["", "", ""], true),
        ("[]".to_owned(), vec![], false),
        (String::new(), vec![], false),
    ] {
        let labels = read_beside_required(&[(names::SCREENSHOTS, &text)]);
        let found: Vec<_> = labels
            .screenshots
            .iter()
            .map(|screenshot| screenshot.alt.as_str())
            .collect();
        assert_eq!(found, alts, "{text}");
        assert!(
            labels
                .screenshots
                .iter()
                .all(|screenshot| screenshot.url == first),
            "{text}"
        );
        assert_eq!(labels.warnings().len(), usize::from(old), "{text}");
    }
}

#[test]
fn what_cannot_be_read_in_a_list_is_left_out_with_a_warning() {
    for label in [names::SCREENSHOTS, names::ADDITIONAL_URLS] {
        for text in [
            "[{",
            "{}",
            "not json",
            "[1,2]",
            r#"[{"alt":"no address"}]"#,
            r#"[{"url":""}]"#,
            r#"[{"url":7}]"#,
        ] {
            let labels = read_beside_required(&[(label, text)]);
            assert!(
                labels.screenshots.is_empty() && labels.additional_urls.is_empty(),
                "{text}"
            );
            assert!(!labels.warnings().is_empty(), "{label} {text}");
        }
    }
    let mixed = read_beside_required(&[(
        names::ADDITIONAL_URLS,
        r#"[null,{"url":"https://a.example","alt":"x"}]"#,
    )]);
    assert_eq!(mixed.additional_urls[0].title, "x");
    assert_eq!(
        mixed.warnings(),
        [LabelWarning::NoAddress {
            label: names::ADDITIONAL_URLS,
            index: 1
        }]
    );
}

#[test]
fn every_length_and_number_has_a_limit() {
    let long = "x".repeat(MAX_VALUE + 1);
    let labels = read_beside_required(&[(names::TITLE, &long), (names::CHANGELOG, &long)]);
    assert_eq!(
        (labels.title.as_deref(), labels.changelog.as_deref()),
        (None, None)
    );
    assert!(!labels.known().contains_key(names::CHANGELOG));

    let labels = read_beside_required(&[
        (names::TITLE, &long[..MAX_VALUE]),
        (names::ICON, &long[..=MAX_ADDRESS]),
    ]);
    assert_eq!(
        labels.title.map(|title| title.chars().count()),
        Some(MAX_TITLE + 1),
        "cut, with an ellipsis"
    );
    assert_eq!(labels.icon, None);

    let many = (0..=MAX_ITEMS)
        .map(|number| format!("c{number}"))
        .collect::<Vec<_>>()
        .join(",");
    let labels = read_beside_required(&[(names::CATEGORIES, &many)]);
    assert_eq!(labels.categories.len(), MAX_ITEMS);
    let limit = LabelWarning::TooMany {
        label: names::CATEGORIES,
        limit: MAX_ITEMS,
    };
    assert_eq!(labels.warnings(), [limit]);
}

#[test]
fn one_line_cannot_steer_a_terminal() {
    let labels = read_beside_required(&[
        (names::TITLE, "Wh\u{1b}[31male\u{202e}"),
        (names::ACCOUNT_INFO, "a\nb"),
    ]);
    assert_eq!(labels.title.as_deref(), Some("Wh\\u{1b}[31male\\u{202e}"));
    assert_eq!(labels.account_info.as_deref(), Some("a b"));
}

#[test]
fn only_web_addresses_may_become_links() {
    for address in [
        "https://acme.example",
        "HTTP://acme.example:8080/a?b=c#d",
        "https://bücher.example/ä",
        "https://[::1]/",
    ] {
        assert!(is_web_address(address), "{address}");
    }
    for text in [
        "",
        "whale.svg",
        "//acme.example",
        "https://",
        "https:///path",
        "ftp://acme.example",
        "javascript://acme.example/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://acme.example/\" onclick=\"x",
        "https://acme.example/a b",
        "https://acme.example/\u{202e}gpj",
        "https://acme.example/\n",
        "https:\\\\acme.example",
        &format!("https://acme.example/{}", "a".repeat(MAX_ADDRESS)),
    ] {
        assert!(!is_web_address(text), "{text:?}");
    }
}
