//! `outrigger scan` and `outrigger outdated`

use desktop::ScanReport;
use model::ExtensionId;
use model::findings::{Finding, FindingKind};
use serde_json::json;

use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, cost, style, table};

pub(super) fn run(
    context: &Context,
    output: &Output,
    extensions: &[String],
    exit_code: bool,
) -> Result<Exit, Failure> {
    let only = extensions
        .iter()
        .map(|text| Ok(reference(text)?.id))
        .collect::<Result<Vec<ExtensionId>, Failure>>()?;
    let desktop = context.desktop(output.listener())?;
    let report = wait(desktop.scan(&only))??;
    print_report(output, &report);
    report.check_reached()?;
    let has_update = report
        .findings
        .iter()
        .any(|finding| finding.kind == FindingKind::UpdateAvailable);
    Ok(if exit_code && has_update {
        Exit::UpdateAvailable
    } else {
        Exit::Done
    })
}

pub(super) fn outdated(context: &Context, output: &Output) -> Result<Exit, Failure> {
    let known = context.silent_desktop()?.outdated()?;
    let nothing = if known.is_some() {
        "The last scan found no updates."
    } else {
        "Nothing was scanned yet: `outrigger scan` looks for updates."
    };
    let (findings, unreachable, unfinished) = known
        .map(|known| (known.findings, known.unreachable, known.unfinished))
        .unwrap_or_default();
    if output.is_json() {
        output.json(&json!({ "findings": findings, "warnings": output.warnings() }));
        return Ok(Exit::Done);
    }
    print(output, &findings, nothing);
    if unreachable > 0 {
        output.note(&format!(
            "The last scan could not reach {unreachable} of its repositories."
        ));
    }
    if unfinished > 0 {
        output.note(&format!(
            "The last scan left {unfinished} of its repositories to the next one."
        ));
    }
    Ok(Exit::Done)
}

fn print_report(output: &Output, report: &ScanReport) {
    if output.is_json() {
        output.json(&json!({
            "findings": report.findings,
            "unfinished": report.unfinished,
            "cost": cost::document(&report.cost),
            "warnings": output.warnings(),
        }));
        return;
    }
    let nothing = if report.unfinished.is_empty() {
        "Everything is up to date."
    } else {
        "Nothing was found in what was looked at."
    };
    print(output, &report.findings, nothing);
    if output.is_verbose {
        output.note(&format!("{} repositories visited", report.visited));
        cost::note(output, &report.cost);
    }
}

fn print(output: &Output, findings: &[Finding], nothing: &str) {
    if output.is_quiet() {
        for finding in findings {
            output.line(&finding.id.to_string());
        }
    } else if findings.is_empty() {
        output.line(nothing);
    } else {
        output.line(&table::table(
            &["FINDING", "ID", "INSTALLED", "VERSION"],
            findings.iter().map(row),
        ));
        explain(output, findings);
    }
}

fn row(finding: &Finding) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        finding.kind.as_str().to_owned(),
        finding.id.to_string(),
        or_dash(&finding.installed),
        or_dash(&finding.version),
    ]
}

/// The reasons, below the table: they are sentences.
fn explain(output: &Output, findings: &[Finding]) {
    let explained = findings.iter().filter(|finding| !finding.reasons.is_empty());
    for (index, finding) in explained.enumerate() {
        if index == 0 {
            output.line("");
        }
        let name = match &finding.version {
            Some(version) => format!("{} {version}", finding.id),
            None => finding.id.to_string(),
        };
        for reason in &finding.reasons {
            let message = model::text::printable(&reason.message, 500);
            if message.contains(&finding.id.to_string()) {
                output.line(&message);
            } else {
                output.line(&format!("{}: {message}", style::bold(&name)));
            }
        }
    }
}
