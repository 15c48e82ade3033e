//! `outrigger history`

use model::operation::{Operation, ReleaseName};
use model::text;
use serde_json::{Value, json};
use store::Recorded;

use crate::context::{Context, reference};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style, table};

pub(super) fn run(context: &Context, output: &Output, extension: Option<&str>) -> Result<Exit, Failure> {
    let id = extension
        .map(reference)
        .transpose()?
        .map(|reference| reference.id);
    let history = context.silent_desktop()?.history(id.as_ref())?;
    if output.is_json() {
        let operations: Vec<_> = history.operations.iter().map(document).collect();
        output.json(&json!({ "operations": operations, "problems": history.problems }));
        return Ok(Exit::Done);
    }
    for problem in &history.problems {
        output.note(&style::warning(problem));
    }
    if history.operations.is_empty() {
        output.note("Nothing was done yet.");
        return Ok(Exit::Done);
    }
    let headings = ["TIME", "ID", "OPERATION", "FROM", "TO", "OUTCOME", "TOOK"];
    output.line(&table::table(&headings, history.operations.iter().map(row)));
    Ok(Exit::Done)
}

fn row(recorded: &Recorded) -> Vec<String> {
    let Operation {
        id,
        kind,
        from,
        to,
        started_at,
        duration_ms,
        failure,
        automatic,
    } = &recorded.operation;
    let other = |release: &Option<ReleaseName>| release.as_ref().map(ToString::to_string);
    let is_same_tag = other(from) == other(to) && from != to;
    let name = |release: &Option<ReleaseName>| match release {
        // A tag that was pushed again: the version does not tell what changed.
        Some(release) if is_same_tag => format!("{release} ({})", release.digest.short()),
        Some(release) => release.to_string(),
        None => "-".to_owned(),
    };
    vec![
        started_at.strftime("%Y-%m-%d %H:%M").to_string(),
        id.to_string(),
        if *automatic {
            format!("{} (automatic)", kind.as_str())
        } else {
            kind.as_str().to_owned()
        },
        name(from),
        name(to),
        failure.as_ref().map_or_else(
            || "done".to_owned(),
            |failure| format!("failed: {}", failure.code),
        ),
        text::took(*duration_ms),
    ]
}

/// One operation in JSON.
fn document(recorded: &Recorded) -> Value {
    let release = |release: &ReleaseName| json!({ "version": release.to_string(), "digest": release.digest });
    let operation = &recorded.operation;
    let failure = operation.failure.as_ref();
    json!({
        "number": recorded.number,
        "parent": recorded.parent,
        "id": operation.id.to_string(),
        "kind": operation.kind.as_str(),
        "from": operation.from.as_ref().map(release),
        "to": operation.to.as_ref().map(release),
        "startedAt": operation.started_at.to_string(),
        "durationMs": operation.duration_ms,
        "automatic": operation.automatic,
        "outcome": if failure.is_none() { "done" } else { "failed" },
        "code": failure.map(|failure| &failure.code),
        "message": failure.map(|failure| &failure.message),
    })
}
