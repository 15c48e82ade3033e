//! Rules about the compose file.

use model::permissions::{ComposeParse, Level};
use model::{Metadata, Permissions, System};

use super::findings::Findings;
use super::table;
use crate::inspect::Inspected;
use crate::report::Location;
use crate::text::SourceText;

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let Some(Ok(metadata)) = inspected.metadata.as_ref().map(|facts| facts.parsed.as_ref()) else {
        return;
    };
    let Some(text) = &inspected.compose else { return };
    let (permissions, problem) = demands(metadata, text);
    if let Some(problem) = problem {
        findings
            .add(&table::COMPOSE_INVALID, problem.to_string())
            .at(Some(place_of(&problem, text)));
        return;
    }
    for permission in permissions.iter() {
        let Some(service) = permission.service().filter(|_| permission.level() > Level::Low) else {
            continue;
        };
        let level = match permission.level() {
            Level::High => "high",
            _ => "medium",
        };
        findings
            .add(
                &table::COMPOSE_DEMANDS,
                format!("{level}: {}", permission.sentence()),
            )
            .at(Some(text.at_key(&format!("/services/{service}"))));
    }
}

/// What the containers ask for; host binaries are another matter, whatever system is looked at.
fn demands(metadata: &Metadata, text: &SourceText) -> (Permissions, Option<ComposeParse>) {
    Permissions::of(metadata, System::Linux, Some(text.text.as_bytes()))
}

fn place_of(problem: &ComposeParse, text: &SourceText) -> Location {
    match (problem.place(), crate::text::yaml_problem(&text.text)) {
        (Some(place), _) => text.at(place),
        (None, Some((line, column))) => text.line_and_column(line, column),
        (None, None) => text.whole(),
    }
}
