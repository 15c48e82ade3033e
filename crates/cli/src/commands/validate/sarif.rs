//! Findings in the form that code scanners share (OASIS, "SARIF Version 2.1.0").

use author::{Diagnostic, Report, Rule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::page;

/// What stands in a path of an address as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

pub(super) fn document(report: &Report) -> Value {
    let rules: Vec<_> = author::rules().collect();
    let result = |found| result(found, report, &rules);
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "outrigger",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": report.diagnostics.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.why },
        "helpUri": page(rule.code),
        "defaultConfiguration": { "level": rule.severity },
    })
}

fn result(found: &Diagnostic, report: &Report, rules: &[&Rule]) -> Value {
    let message = match &found.help {
        Some(help) => format!("{}; {help}", found.message),
        None => found.message.clone(),
    };
    let mut place = json!({
        "artifactLocation": { "uri": address(found.location.as_ref().map_or(&report.subject, |at| &at.file)) },
    });
    if let Some(at) = &found.location {
        let shown = report.text(&at.file).and_then(|text| text.get(at.bytes.clone()));
        let width = shown.map_or(0, |text| text.chars().count());
        place["region"] = json!({
            "startLine": at.line,
            "startColumn": at.column,
            "endColumn": at.column + width,
        });
    }
    json!({
        "ruleId": found.rule.code,
        "ruleIndex": rules.iter().position(|rule| *rule == found.rule),
        "level": found.severity,
        "message": { "text": message },
        "locations": [{ "physicalLocation": place }],
    })
}

/// A path as a relative reference.
fn address(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path).replace('\\', "/");
    utf8_percent_encode(&path, PATH).to_string()
}
