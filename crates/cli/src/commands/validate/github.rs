//! Findings as workflow commands (GitHub, "Workflow commands for GitHub Actions").

use author::{Diagnostic, Report, Severity};

use crate::output::Output;

pub(super) fn print(output: &Output, report: &Report) {
    for found in &report.diagnostics {
        output.line(&command(found, report));
    }
}

fn command(found: &Diagnostic, report: &Report) -> String {
    let name = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = match &found.location {
        Some(at) => format!("file={},line={},col={}", property(&at.file), at.line, at.column),
        None => format!("file={}", property(&report.subject)),
    };
    format!(
        "::{name} {place},title={}::{}",
        property(found.rule.code),
        data(&found.message)
    )
}

/// Text behind the colons: what would end the line is written as a number.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which a colon and a comma mean something too. Paths are matched as the repository has them.
fn property(text: &str) -> String {
    data(text.strip_prefix("./").unwrap_or(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
