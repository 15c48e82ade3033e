//! The places of a YAML document.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{Mark, offset};

/// How places are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    /// `ui.dashboard-tab.root`, `binaries[0]`.
    Dots,
    /// `/services/web/ports/0`.
    Slashes,
}

impl Style {
    fn key(self, place: &str, key: &str) -> String {
        match self {
            Self::Dots if place.is_empty() => key.to_owned(),
            Self::Dots => format!("{place}.{key}"),
            Self::Slashes => format!("{place}/{key}"),
        }
    }

    fn index(self, place: &str, index: usize) -> String {
        match self {
            Self::Dots => format!("{place}[{index}]"),
            Self::Slashes => format!("{place}/{index}"),
        }
    }
}

pub(super) fn places(text: &str, style: Style) -> BTreeMap<String, Mark> {
    let mut marker = Marker {
        text,
        style,
        places: BTreeMap::new(),
    };
    if let Ok(tree) = read(text) {
        marker.mark(&tree, "");
    }
    marker.places
}

/// The line and column at which a text stops being YAML, where its reader can tell.
pub(crate) fn problem(text: &str) -> Option<(usize, usize)> {
    let location = read(text).err()?.location()?;
    Some((number(location.line()), number(location.column())))
}

fn read(text: &str) -> Result<Tree, serde_saphyr::Error> {
    model::yaml::read(text.as_bytes())
}

/// What of a document matters here: where it is.
enum Tree {
    Scalar,
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
    List(Vec<Spanned<Tree>>),
}

/// Gathers marks from a document.
struct Marker<'a> {
    text: &'a str,
    style: Style,
    places: BTreeMap<String, Mark>,
}

impl Marker<'_> {
    fn mark(&mut self, tree: &Tree, place: &str) {
        match tree {
            Tree::Scalar => {}
            Tree::Map(entries) => {
                for (key, value) in entries {
                    self.child(self.style.key(place, &key.value), &key.referenced, value);
                }
            }
            Tree::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.child(self.style.index(place, index), &item.referenced, item);
                }
            }
        }
    }

    fn child(&mut self, place: String, key: &Location, value: &Spanned<Tree>) {
        self.mark(&value.value, &place);
        let mark = Mark {
            key: range(self.text, key),
            value: range(self.text, &value.referenced),
        };
        self.places.insert(place, mark);
    }
}

/// What a location points at, within its line: of what goes over several lines the first is shown.
fn range(text: &str, location: &Location) -> Range<usize> {
    let start = offset(text, number(location.line()), number(location.column()));
    let line = text[start..].lines().next().unwrap_or_default();
    let length = usize::try_from(location.span().len()).unwrap_or(0).max(1);
    let end = line.char_indices().nth(length).map_or(line.len(), |(at, _)| at);
    start..start + line[..end].trim_end().len()
}

fn number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value()?));
        }
        Ok(Tree::Map(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }
}
