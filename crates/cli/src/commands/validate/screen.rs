//! Findings for people, with the text that they are about.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use author::{Diagnostic, Report, Severity};
use model::text::printable;

use crate::output::failure::LONGEST;
use crate::output::{Output, style};

pub(super) fn print(output: &Output, report: &Report) {
    let is_shown = |found: &&Diagnostic| !output.is_quiet() || found.severity > Severity::Note;
    for found in report.diagnostics.iter().filter(is_shown) {
        output.line(&rendered(found, report));
        if !output.is_quiet() {
            output.line("");
        }
    }
    let counts = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let counts = counts.map(|(severity, name)| counted(report.count(severity), name));
    let subject = printable(&report.subject, LONGEST);
    match counts.into_iter().flatten().collect::<Vec<_>>() {
        none if none.is_empty() => output.note(&style::good(&format!("{subject} is as it should be"))),
        some => output.note(&format!("{subject} has {}", some.join(", "))),
    }
}

fn counted(count: usize, name: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {name}")),
        _ => Some(format!("{count} {name}s")),
    }
}

fn rendered(found: &Diagnostic, report: &Report) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = match &found.platform {
        Some(platform) => format!("{} (in the image for {platform})", found.message),
        None => found.message.clone(),
    };
    let mut group = level
        .primary_title(message)
        .id(found.rule.code)
        .elements(Vec::<Origin>::new());
    if let Some(at) = &found.location {
        let path = printable(&at.file, LONGEST);
        // What is meant as a whole has no line to show.
        group = match report.text(&at.file).filter(|_| !at.bytes.is_empty()) {
            Some(text) => group.element(
                Snippet::source(text)
                    .path(path)
                    .annotation(AnnotationKind::Primary.span(at.bytes.clone())),
            ),
            None => group.element(Origin::path(path)),
        };
    }
    if let Some(help) = &found.help {
        group = group.element(Level::HELP.message(help));
    }
    group = group.element(Level::NOTE.with_name("why").message(found.rule.why));
    Renderer::styled().render(&[group])
}
