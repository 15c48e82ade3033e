//! What was found out about a release: values, not words on a screen.

use std::collections::BTreeMap;
use std::ops::Range;

use model::Platform;
use model::permissions::PermissionLine;
use serde::Serialize;

use crate::rules::Rule;
use crate::text::SourceText;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing. Strictness does not raise it.
    Note,
    /// Better mended: some desktop or some user will stumble over it.
    Warning,
    /// Refused by Docker's own check, and so by every marketplace that uses it.
    Error,
}

impl Severity {
    /// The word that stands in JSON, SARIF and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in one of the texts that were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The name of the text: a path as the user gave it, or a path inside an image.
    pub file: String,
    /// The bytes that are meant; empty at a file's beginning where the whole file is meant.
    pub bytes: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How much it matters in this run: strictness raises warnings.
    pub severity: Severity,
    /// What was found: one sentence without a full stop, on one line and safe for a terminal.
    pub message: String,
    /// What to do, where that is not plain from the rule.
    pub help: Option<String>,
    /// Where it stands, where it stands in a text.
    pub location: Option<Location>,
    /// The image that it holds for, where it does not hold for all.
    pub platform: Option<Platform>,
}

/// Everything that was found out.
#[derive(Debug)]
pub struct Report {
    /// What was looked at, as the user named it.
    pub subject: String,
    /// The findings: the gravest first, those of one text in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// What the release will be able to do on a desktop, the gravest first, as `install` will ask.
    pub permissions: Vec<PermissionLine>,
    texts: BTreeMap<String, String>,
}

impl Report {
    pub(crate) fn new(
        subject: String,
        mut diagnostics: Vec<Diagnostic>,
        permissions: Vec<PermissionLine>,
        texts: impl Iterator<Item = SourceText>,
    ) -> Self {
        let place = |found: &Diagnostic| {
            found
                .location
                .as_ref()
                .map(|at| (at.file.clone(), at.bytes.start))
        };
        diagnostics.sort_by_cached_key(|found| (std::cmp::Reverse(found.severity), place(found)));
        Self {
            subject,
            diagnostics,
            permissions,
            texts: texts.map(|text| (text.name, text.text)).collect(),
        }
    }

    /// Raises every warning to an error.
    #[must_use]
    pub fn strict(mut self) -> Self {
        for found in &mut self.diagnostics {
            if found.severity == Severity::Warning {
                found.severity = Severity::Error;
            }
        }
        self
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    }

    /// The text that locations with this file name point into.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }
}
