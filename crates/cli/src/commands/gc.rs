//! `outrigger gc`

use model::text;
use std::collections::BTreeMap;

use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style, table};

pub(super) fn run(context: &Context, output: &Output, dry_run: bool) -> Result<Exit, Failure> {
    let desktop = context.silent_desktop()?;
    let collection = if dry_run {
        desktop.garbage()?
    } else {
        desktop.collect_garbage()?
    };
    let total: u64 = collection.garbage.iter().map(|garbage| garbage.bytes).sum();
    if output.is_json() {
        let garbage: Vec<_> = collection
            .garbage
            .iter()
            .map(|garbage| json!({ "kind": garbage.kind.as_str(), "path": garbage.path, "bytes": garbage.bytes }))
            .collect();
        output.json(&json!({
            "dryRun": dry_run,
            "bytes": total,
            "garbage": garbage,
            "skipped": collection.skipped,
        }));
        return Ok(Exit::Done);
    }
    for skipped in &collection.skipped {
        output.note(&style::warning(&format!("left alone: {skipped}")));
    }
    if collection.garbage.is_empty() {
        output.line("There is nothing to free.");
        return Ok(Exit::Done);
    }
    let mut kinds: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for garbage in &collection.garbage {
        let (count, bytes) = kinds.entry(garbage.kind).or_default();
        *count += 1;
        *bytes += garbage.bytes;
        if output.is_verbose {
            output.note(garbage.path.as_str());
        }
    }
    let rows = kinds
        .into_iter()
        .map(|(kind, (count, bytes))| vec![kind.as_str().to_owned(), count.to_string(), text::size(bytes)]);
    output.line(&table::table(&["KIND", "COUNT", "SIZE"], rows));
    output.line("");
    let total = text::size(total);
    output.line(&if dry_run {
        format!("{total} can be freed.")
    } else {
        format!("{total} freed.")
    });
    Ok(Exit::Done)
}
