//! Findings for programs.

use author::{Diagnostic, Report, Severity};
use serde_json::{Value, json};

pub(super) fn document(report: &Report) -> Value {
    json!({
        "subject": report.subject,
        "valid": report.count(Severity::Error) == 0,
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "diagnostics": report.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "permissions": report.permissions,
    })
}

fn diagnostic(found: &Diagnostic) -> Value {
    let at = found.location.as_ref();
    json!({
        "rule": found.rule.code,
        "severity": found.severity,
        "message": found.message,
        "why": found.rule.why,
        "help": found.help,
        "file": at.map(|at| &at.file),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "platform": found.platform,
    })
}
