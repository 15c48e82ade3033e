//! Texts and values that are close to what the grammars of this room accept.

use model::{Digest, ExtensionId, Tag};
use proptest::prelude::*;
use proptest::string::{RegexGeneratorStrategy, string_regex};

/// A text that matches. Read once, while a pattern that is a strategy itself is read again for every text.
pub(crate) fn matching(pattern: &str) -> RegexGeneratorStrategy<String> {
    string_regex(pattern).expect("a pattern")
}

/// A text of the characters that references, patterns and versions are made of, in no particular order.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    prop_oneof![
        matching("[a-cA0-2./:@_*^~<>=,# \\[\\]-]{0,24}"),
        matching("\\PC{0,12}"),
        matching(".{0,12}"),
    ]
}

/// A tag that is a release in every way in which one can be.
pub(crate) fn release_tag() -> impl Strategy<Value = Tag> {
    let text =
        "(windows-|darwin-|mac-|linux-)?(v\\.?)?0?[0-2](\\.0?[0-2]){1,3}(-(rc\\.)?[0-2ab]{1,2})?(_[xy])?";
    matching(text).prop_map(|text| text.parse().expect("a tag"))
}

/// A tag that may be a release or something else.
pub(crate) fn tag() -> impl Strategy<Value = Tag> {
    let other = matching("[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}").prop_map(|text| text.parse().expect("a tag"));
    prop_oneof![3 => release_tag(), 1 => other]
}

pub(crate) fn digest() -> impl Strategy<Value = Digest> {
    let sha256 = any::<u64>().prop_map(|seed| Digest::of(&seed.to_le_bytes()));
    let sha512 = matching("sha512:[0-9a-f]{128}").prop_map(|text| text.parse().expect("a digest"));
    prop_oneof![sha256, sha512]
}

/// An id as a registry's own list may name it, also where no person would.
pub(crate) fn id() -> impl Strategy<Value = ExtensionId> {
    let registry = prop_oneof![
        matching("docker\\.io|index\\.docker\\.io|localhost|ghcr\\.io"),
        matching("[a-bA]{1,3}(-[ab])?(\\.[ab1]{1,2}){0,2}(:[1-9]{1,4})?"),
        matching("\\[::1\\](:80)?"),
    ];
    let repository = matching("[ab1]{1,3}((\\.|_|__|-|--|/)[ab1]{1,2}){0,3}");
    (registry, repository).prop_filter_map("not an id", |(registry, repository)| {
        ExtensionId::new(&registry, &repository).ok()
    })
}
