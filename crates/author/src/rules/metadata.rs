//! Rules about `metadata.json`.

use model::Metadata;
use model::metadata::{MetadataParse, MetadataWarning};
use model::text::quote;
use serde_json::{Map, Value};

use super::findings::Findings;
use super::table;
use crate::inspect::{Inspected, MetadataFacts};
use crate::report::Location;

/// The keys of today's format at the root (contract, section 1.1).
const ROOT: [&str; 4] = ["icon", "ui", "vm", "host"];
/// The keys of before 2022 (contract, section 1.3), which real extensions of later years still carry.
const OBSOLETE: [&str; 4] = [
    "name",
    "provider",
    "desktop-plugin-name",
    "desktop-plugin-version",
];

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let Some(facts) = &inspected.metadata else {
        if !inspected.is_partial {
            findings
                .add(
                    &table::METADATA_MISSING,
                    format!("{} has no metadata.json", inspected.subject),
                )
                .help("`outrigger init DIR` writes one to begin with");
        }
        return;
    };
    match &facts.parsed {
        Ok(metadata) => understood(metadata, facts, findings),
        Err(problem) => {
            let message = problem.to_string();
            let message = message.strip_prefix("metadata.json: ").unwrap_or(&message);
            findings
                .add(&table::METADATA_INVALID, message)
                .at(Some(place_of(problem, facts)));
        }
    }
    // A byte order mark is allowed, and no JSON.
    let text = facts.text.text.trim_start_matches('\u{feff}');
    if let Ok(Value::Object(document)) = serde_json::from_str(text) {
        keys(&document, facts, findings);
    }
}

/// Where a complaint points; where there is no JSON, the parser has named line and column.
fn place_of(problem: &MetadataParse, facts: &MetadataFacts) -> Location {
    if let Some(place) = problem.place() {
        return facts.text.at(place);
    }
    match serde_json::from_str::<Value>(&facts.text.text) {
        Err(error) => facts.text.line_and_column(error.line(), error.column()),
        Ok(_) => facts.text.whole(),
    }
}

fn understood(metadata: &Metadata, facts: &MetadataFacts, findings: &mut Findings) {
    for warning in metadata.warnings() {
        let rule = match warning {
            MetadataWarning::Obsolete { place } if OBSOLETE.contains(&place.as_str()) => continue,
            MetadataWarning::Obsolete { .. } | MetadataWarning::NoFile { .. } => &table::METADATA_OBSOLETE,
            _ => &table::METADATA_UNCLEAR,
        };
        let message = warning.to_string();
        findings
            .add(rule, message.strip_prefix("metadata.json: ").unwrap_or(&message))
            .at(Some(facts.text.at(warning.place())));
    }
    if metadata.tabs.is_empty() && metadata.vm.is_none() && metadata.host.is_empty() {
        findings
            .add(
                &table::METADATA_EMPTY,
                "there is neither a tab, nor a backend, nor a host binary",
            )
            .at(Some(facts.text.whole()));
    }
    for tab in metadata.tabs.iter().filter(|tab| tab.title.is_none()) {
        let place = format!("ui.{}", tab.name);
        findings
            .add(
                &table::TAB_TITLE,
                format!("the tab {} has no title", quote(&tab.name)),
            )
            .at(Some(facts.text.at_key(&place)));
    }
    if metadata.icon.is_none() {
        findings
            .add(&table::ICON_MISSING, "no icon is named")
            .at(Some(facts.text.whole()))
            .help("add `\"icon\": \"icon.svg\"` and the file");
    }
}

/// What stands where a reader would pass over it. Keys with `x-` are somebody's own additions.
fn keys(document: &Map<String, Value>, facts: &MetadataFacts, findings: &mut Findings) {
    for key in document.keys() {
        let at = Some(facts.text.at_key(key));
        if OBSOLETE.contains(&key.as_str()) {
            let message = format!(
                "{} is a key of before 2022, and ignored where labels say the same",
                quote(key)
            );
            findings.add(&table::METADATA_OBSOLETE, message).at(at);
        } else if !ROOT.contains(&key.as_str()) {
            findings
                .add(
                    &table::METADATA_UNKNOWN_KEY,
                    format!("{} is no key of the metadata", quote(key)),
                )
                .at(at)
                .help(format!("the keys are {}", ROOT.join(", ")));
        }
    }
    for (place, known) in [
        ("ui", &["dashboard-tab"][..]),
        ("ui.dashboard-tab", &["title", "root", "src", "backend"]),
        (
            "ui.dashboard-tab.backend",
            &["socket", "tcp", "host-socket", "named-pipe"],
        ),
        ("vm", &["image", "composefile", "exposes", "isolation"]),
        ("vm.exposes", &["socket", "host-socket", "named-pipe"]),
        ("host", &["binaries"]),
    ] {
        let found = place
            .split('.')
            .try_fold(document, |object, key| object.get(key)?.as_object());
        let strangers = found.into_iter().flat_map(Map::keys);
        for key in strangers.filter(|key| !known.contains(&key.as_str()) && !key.starts_with("x-")) {
            let place = format!("{place}.{key}");
            findings
                .add(
                    &table::METADATA_IGNORED_KEY,
                    format!("{} means nothing to desktops", quote(&place)),
                )
                .at(Some(facts.text.at_key(&place)));
        }
    }
}
