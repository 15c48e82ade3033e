//! Homes of later programs.

use store::{Error, Store};

use crate::support::{Home, install, whale};

fn with_format(content: &str) -> (Home, Result<Store, Error>) {
    let home = Home::new();
    install(&home.store(), &whale(), "1.0.0");
    std::fs::write(home.path().join("format.json"), content).unwrap();
    let store = Store::open(&home.path());
    (home, store)
}

#[test]
fn a_new_home_says_its_format() {
    let home = Home::new();
    install(&home.store(), &whale(), "1.0.0");
    let written = std::fs::read_to_string(home.path().join("format.json")).unwrap();
    assert_eq!(
        written,
        "{\"format\":1,\"compatible\":[],\"readOnly\":[],\"incompatible\":[]}\n"
    );
}

#[test]
fn a_later_format_is_refused_in_plain_words() {
    let (home, store) = with_format("{\"format\":2}");
    let words = store.unwrap_err().to_string();
    assert!(
        words.contains(home.path().as_str()) && words.contains("format 2"),
        "{words}"
    );
}

#[test]
fn an_unknown_incompatible_feature_is_refused_by_name() {
    let (_home, store) = with_format("{\"format\":1,\"incompatible\":[\"packs\"]}");
    assert!(store.unwrap_err().to_string().contains("packs"));
}

#[test]
fn an_unknown_read_only_feature_allows_reading() {
    let (_home, store) = with_format("{\"format\":1,\"readOnly\":[\"operations\"]}");
    let store = store.unwrap();
    assert!(store.find(&whale()).unwrap().is_some());
    let refused = store.begin(&whale(), || {}).unwrap_err();
    assert!(
        matches!(&refused, Error::ReadOnly { features, .. } if features == &["operations"]),
        "{refused}"
    );
}

#[test]
fn an_unknown_compatible_feature_changes_nothing() {
    let content = "{\"format\":1,\"compatible\":[\"notes\"]}";
    let (home, store) = with_format(content);
    install(&store.unwrap(), &whale(), "1.1.0");
    assert_eq!(
        std::fs::read_to_string(home.path().join("format.json")).unwrap(),
        content
    );
}

#[test]
fn a_home_that_became_newer_since_it_was_opened_is_not_written() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    std::fs::write(home.path().join("format.json"), "{\"format\":2}").unwrap();
    assert!(matches!(
        store.begin(&whale(), || {}),
        Err(Error::NewerFormat { .. })
    ));
}

#[test]
fn a_format_that_is_no_json_is_refused() {
    let (_home, store) = with_format("format 1");
    assert!(matches!(store, Err(Error::Malformed { .. })));
}
