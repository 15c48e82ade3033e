//! Texts of labels that want more than to be read.

use desktop::{Listing, Outdated};
use model::text::printable;

use super::fixture::{self, now};
use super::html::{attribute, elements};
use crate::pages::markup;
use crate::pages::view::card::{Blocked, cards};
use crate::pages::view::extension::{ExtensionPage, Known};
use crate::pages::view::marketplace::{LastScan, Marketplace};
use crate::pages::view::query::Query;

fn attacks() -> Vec<String> {
    let mut attacks: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></li></main><script>alert(1)</script>",
        "javascript:alert(1)",
        "{{constructor.constructor('alert(1)')()}}",
        "\u{202e}txt.exe\u{2066}",
        "a\0b\x1b[31m",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ]
    .map(str::to_owned)
    .into();
    attacks.push("<b>".repeat(64 * 1024 / 3));
    attacks.push("W".repeat(64 * 1024));
    attacks
}

/// The pages on which a label can stand, where every label is `text`.
fn pages(text: &str) -> [String; 2] {
    use fixture::{
        CATEGORIES, CHANGELOG, DESCRIPTION, DETAILS, LINKS, PUBLISHER, SCREENSHOTS, TITLE, VENDOR,
    };
    let link = serde_json::json!([{ "title": text, "alt": text, "url": text }]).to_string();
    let mut all = vec![
        (LINKS, link.as_str()),
        (SCREENSHOTS, &link),
        ("com.docker.desktop.extension.icon", text),
    ];
    let plain = [
        TITLE,
        VENDOR,
        DESCRIPTION,
        CATEGORIES,
        DETAILS,
        CHANGELOG,
        PUBLISHER,
    ];
    all.extend(plain.map(|label| (label, text)));
    let labels = fixture::labels(&all);
    let hit = fixture::hit("acme/evil", Some("1.0.0"), labels.clone());
    let listing = Listing {
        extensions: Vec::new(),
        broken: Vec::new(),
    };
    let (_, _, outdated): (_, _, Outdated) = fixture::few();
    let blocked = Blocked::of(Some(&outdated));
    let mut details = fixture::details();
    details.release.labels = labels;
    let known = Known {
        id: &hit.id,
        listed: None,
        hit: Some(&hit),
        blocked: &blocked,
    };
    let extension = markup::extension(&ExtensionPage::new(&known, Ok(&details), now()), &[]);
    let asked = ["q", "category"].map(|name| (name.to_owned(), text.to_owned()));
    let query = Query::read(&asked);
    let cards = cards(vec![hit.clone()], &listing, None);
    let shelf = Marketplace::new(query, cards, 1, Some(LastScan::default()));
    [extension, markup::marketplace(&shelf, &[])].map(maud::PreEscaped::into_string)
}

#[test]
fn no_label_becomes_more_than_text() {
    let [harmless, shelf] = pages("harmless");
    let expected = [elements(&harmless).len(), elements(&shelf).len()];
    for attack in attacks() {
        let name = printable(&attack, 40);
        for (page, expected) in pages(&attack).iter().zip(expected) {
            let elements = elements(page);
            for element in &elements {
                let tag = &*element.name;
                assert!(!matches!(tag, "script" | "img" | "title"), "{name} becomes {tag}");
                for attribute in &element.attrs {
                    let (key, value) = (&*attribute.name.local, &*attribute.value);
                    assert!(!key.starts_with("on"), "{name} becomes {key}");
                    assert!(
                        !matches!(key, "src" | "href" | "action") || value.starts_with('/'),
                        "{name}: {value}"
                    );
                }
            }
            // The long texts may have elements of their own; all else has what a harmless text has.
            assert!(
                elements.len() <= expected + 2500,
                "{name}: {} elements",
                elements.len()
            );
            assert!(page.len() < 1_500_000, "{name}: {} bytes", page.len());
            let steers =
                |character: char| character == '\u{202e}' || character == '\u{2066}' || character == '\x1b';
            assert!(!page.contains(steers), "{name}");
        }
    }
}

#[test]
fn a_link_says_where_it_leads() {
    let [page, _] = pages("https://friendly.example@evil.example/x");
    assert!(page.contains("<bdi>evil.example</bdi>"), "{page}");
    let link = elements(&page)
        .into_iter()
        .find(|element| attribute(element, "target") == Some("_blank"));
    assert_eq!(
        attribute(&link.unwrap(), "rel"),
        Some("noopener noreferrer nofollow")
    );
}
