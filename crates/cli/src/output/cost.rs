//! What an answer cost the registries that were asked.

use model::text;
use std::time::Duration;

use desktop::Cost;
use serde_json::{Value, json};

use super::Output;

/// Says it in words, on stderr.
pub(crate) fn note(output: &Output, cost: &Cost) {
    let usage = cost.usage;
    output.note(&format!(
        "{} requests, {} of them manifest reads, {} received",
        usage.requests,
        usage.manifest_reads,
        text::size(usage.bytes)
    ));
    for (registry, quota) in &cost.left {
        output.note(&format!("{registry}: {quota}"));
    }
}

/// The same in JSON.
pub(crate) fn document(cost: &Cost) -> Value {
    let usage = cost.usage;
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
    let left: Vec<_> = cost
        .left
        .iter()
        .map(|(registry, quota)| {
            json!({
                "registry": registry,
                "left": quota.left,
                "limit": quota.limit,
                "windowSeconds": seconds(quota.window),
                "resetSeconds": seconds(quota.resets_in),
            })
        })
        .collect();
    json!({
        "requests": usage.requests,
        "manifestReads": usage.manifest_reads,
        "bytes": usage.bytes,
        "left": left,
    })
}
