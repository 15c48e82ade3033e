//! The text of the file, and where in it something stands.

use std::ops::Range;

use camino::Utf8Path;
use toml_edit::Document;

use super::error::{ConfigurationError, Position};

/// A file that was read, for turning byte ranges into places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    path: &'a Utf8Path,
    text: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Utf8Path, text: &'a str) -> Self {
        Self { path, text }
    }

    pub(super) fn parse(self) -> Result<Document<&'a str>, ConfigurationError> {
        Document::parse(self.text).map_err(|error| ConfigurationError::Syntax {
            at: self.position(error.span()),
            problem: error.message().lines().collect::<Vec<_>>().join(", "),
        })
    }

    /// Where a range begins; the beginning of the file where there is none.
    pub(super) fn position(&self, span: Option<Range<usize>>) -> Position {
        let start = span.map_or(0, |span| span.start);
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
        Position {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The file.
    pub(super) fn path(self) -> &'a Utf8Path {
        self.path
    }
}
