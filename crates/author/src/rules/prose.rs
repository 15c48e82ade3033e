//! The markup that desktops leave in a text from a label: what prose needs, and nothing that runs, loads pages or disturbs
//! the page around it. Everything else is stripped, tags with what they hold or without it.

/// The tags of prose, tables and pictures.
const TAGS: [&str; 49] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "td",
    "th",
    "ul",
];
/// More tags, that only stand inside of tables or are old.
const OLDER_TAGS: [&str; 11] = [
    "center", "samp", "strike", "tbody", "tfoot", "thead", "time", "tr", "tt", "var", "wbr",
];
/// Attributes of every tag.
const GENERAL: [&str; 3] = ["dir", "lang", "title"];
/// Attributes of single tags.
const OF_TAG: [(&str, &[&str]); 8] = [
    ("a", &["href", "hreflang", "rel", "target"]),
    ("img", &["align", "alt", "height", "src", "width"]),
    ("ol", &["start"]),
    ("table", &["align", "summary"]),
    ("td", &["align", "colspan", "headers", "rowspan"]),
    ("th", &["align", "colspan", "headers", "rowspan", "scope"]),
    ("col", &["align", "span"]),
    ("details", &["open"]),
];

/// Whether a tag stays.
pub(super) fn keeps_tag(tag: &str) -> bool {
    TAGS.contains(&tag) || OLDER_TAGS.contains(&tag)
}

/// Whether an attribute of a tag that stays stays too.
pub(super) fn keeps_attribute(tag: &str, attribute: &str) -> bool {
    let of_tag = OF_TAG.iter().find(|(name, _)| *name == tag);
    GENERAL.contains(&attribute) || of_tag.is_some_and(|(_, kept)| kept.contains(&attribute))
}
