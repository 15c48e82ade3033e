//! Texts that know where each of their values stands, so that a finding can point at it.

mod toml;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::report::Location;

pub(crate) use yaml::problem as yaml_problem;

/// A text with the places of its values.
///
/// A place is written as the readers of `model` write it: `ui.dashboard-tab.root` in metadata, `/services/web/image` in
/// a compose file, and the plain name of a label where labels are set.
#[derive(Debug, Clone)]
pub(crate) struct SourceText {
    /// What it is called in findings.
    pub name: String,
    /// The text itself.
    pub text: String,
    places: BTreeMap<String, Mark>,
}

/// Where a value and its key stand, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
}

impl SourceText {
    /// A text in which nothing is marked.
    pub(crate) fn plain(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::marked(name, text, |_| BTreeMap::new())
    }

    /// Metadata, which is JSON and therefore YAML. What cannot be read has no marks.
    pub(crate) fn json(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::marked(name, text, |text| yaml::places(text, yaml::Style::Dots))
    }

    /// A compose file. What is no YAML, or multiplies when it is read, has no marks.
    pub(crate) fn yaml(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::marked(name, text, |text| yaml::places(text, yaml::Style::Slashes))
    }

    /// A build file, with places such as `files[0].to`; labels under their names. What is no TOML has no marks.
    pub(crate) fn toml(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::marked(name, text, toml::places)
    }

    /// A text with marks that somebody made who knows its form.
    pub(crate) fn marked(
        name: impl Into<String>,
        text: impl Into<String>,
        places: impl FnOnce(&str) -> BTreeMap<String, Mark>,
    ) -> Self {
        let text = text.into();
        Self {
            name: name.into(),
            places: places(&text),
            text,
        }
    }

    /// Where the value at `place` stands; of what is not there, the nearest that is around it; in the end the file.
    pub(crate) fn at(&self, place: &str) -> Location {
        let mut around = place;
        loop {
            if let Some(mark) = self.places.get(around) {
                let exact = around.len() == place.len();
                return self.bytes(if exact { &mark.value } else { &mark.key });
            }
            match around.rfind(['.', '[', '/']) {
                Some(end) => around = &around[..end],
                None => return self.bytes(&(0..0)),
            }
        }
    }

    /// Where the key at `place` stands.
    pub(crate) fn at_key(&self, place: &str) -> Location {
        match self.places.get(place) {
            Some(mark) => self.bytes(&mark.key),
            None => self.at(place),
        }
    }

    /// The whole text.
    pub(crate) fn whole(&self) -> Location {
        self.bytes(&(0..0))
    }

    /// A place by line and column, both from 1, as parsers name it.
    pub(crate) fn line_and_column(&self, line: usize, column: usize) -> Location {
        let start = offset(&self.text, line, column);
        let length = self.text[start..].chars().next().map_or(0, char::len_utf8);
        self.bytes(&(start..start + length))
    }

    /// A place by its byte.
    pub(crate) fn at_byte(&self, byte: usize) -> Location {
        self.bytes(&(byte..byte))
    }

    /// The line, without what is around it.
    pub(crate) fn line(&self, line: usize) -> Location {
        let start = offset(&self.text, line, 1);
        let found = self.text[start..].lines().next().unwrap_or_default();
        let blank = found.len() - found.trim_start().len();
        self.bytes(&(start + blank..start + found.trim_end().len().max(blank)))
    }

    fn bytes(&self, bytes: &Range<usize>) -> Location {
        let before = self.text.get(..bytes.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            file: self.name.clone(),
            bytes: bytes.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// The byte at which a column of a line begins; the nearest that exists.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let wanted = text[start..].lines().next().unwrap_or_default();
    let within = wanted.char_indices().nth(column.saturating_sub(1));
    start + within.map_or(wanted.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_place_and_what_is_missing_by_what_is_around_it() {
        let text = SourceText::json(
            "m",
            "{\n\t\"ui\": {\n\t\t\"tab\": {\"ä\": 1, \"root\":\t[\"x\"]}\n\t}\n}",
        );
        let at = |place: &str| {
            let found = text.at(place);
            (found.line, found.column, &text.text[found.bytes])
        };
        assert_eq!(at("ui.tab.root[0]"), (3, 28, "\"x\""));
        assert_eq!(at("ui.tab.src"), (3, 3, "\"tab\""));
        assert_eq!(at("nothing"), (1, 1, ""));
    }

    #[test]
    fn lines_and_columns_that_parsers_name_are_clamped_to_the_text() {
        let text = SourceText::plain("m", "a\nbä\n");
        assert_eq!(text.line_and_column(2, 2).bytes, 3..5);
        assert_eq!(text.line_and_column(2, 90).bytes.start, 5);
        assert_eq!(text.line_and_column(9, 1).bytes, 6..6);
    }

    #[test]
    fn places_of_a_compose_file_have_slashes() {
        let text = SourceText::yaml("c", "services:\n  web:\n    image: x\n    ports: [\"80:80\"]\n");
        let at = |place: &str| (text.at(place).line, text.at(place).column);
        assert_eq!(at("/services/web/image"), (3, 12));
        assert_eq!(at("/services/web/ports/0"), (4, 13));
        assert_eq!(
            (
                text.at_key("/services/web").line,
                text.at_key("/services/web").column
            ),
            (2, 3)
        );
    }

    #[test]
    fn labels_of_a_build_file_are_found_by_their_names() {
        let text = SourceText::toml("t", "[labels]\n\"a.b\" = \"x\"\n[[files]]\nto = \"/ui\"\n");
        assert_eq!(text.at("a.b").line, 2);
        assert_eq!(text.at("files[0].to").line, 4);
    }
}
