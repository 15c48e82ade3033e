//! The places of a TOML document.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Key, TableLike};

use super::Mark;

pub(super) fn places(text: &str) -> BTreeMap<String, Mark> {
    let mut places = BTreeMap::new();
    if let Ok(document) = Document::parse(text) {
        table(document.as_table(), "", &mut places);
        // A label's name holds dots and is a place of its own, as it is in a Dockerfile or an image.
        if let Some(labels) = document.get("labels").and_then(Item::as_table_like) {
            table(labels, "", &mut places);
        }
    }
    places
}

fn table(table: &dyn TableLike, place: &str, places: &mut BTreeMap<String, Mark>) {
    for (name, value) in table.iter() {
        let dot = if place.is_empty() { "" } else { "." };
        let place = format!("{place}{dot}{name}");
        mark(table.key(name), value, &place, places);
        if let Some(inner) = value.as_table_like() {
            self::table(inner, &place, places);
        }
        for (index, inner) in tables(value).enumerate() {
            self::table(inner, &format!("{place}[{index}]"), places);
        }
    }
}

/// The tables of a list, in both of TOML's forms.
fn tables(item: &Item) -> Box<dyn Iterator<Item = &dyn TableLike> + '_> {
    match item {
        Item::ArrayOfTables(list) => Box::new(list.iter().map(|table| table as &dyn TableLike)),
        Item::Value(toml_edit::Value::Array(list)) => Box::new(
            list.iter()
                .filter_map(|value| value.as_inline_table())
                .map(|table| table as &dyn TableLike),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

fn mark(key: Option<&Key>, value: &Item, place: &str, places: &mut BTreeMap<String, Mark>) {
    let key = key.and_then(Key::span);
    let value = value.span().or_else(|| key.clone());
    if let Some(value) = value {
        let key = key.unwrap_or_else(|| value.clone());
        places.insert(place.to_owned(), Mark { key, value });
    }
}
