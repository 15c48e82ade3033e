//! `outrigger config show`

use desktop::Settings;
use serde_json::json;
use store::configuration::{Origin, SettingEntry};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, table};

pub(super) fn show(context: &Context, output: &Output) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let entries = context.configured.entries();
    if output.is_json() {
        let settings: Vec<_> = entries
            .iter()
            .map(|entry| json!({ "key": entry.key, "value": value(&settings, entry), "origin": origin(&entry.origin) }))
            .collect();
        output.json(&json!({ "home": context.home, "file": context.configured.file, "settings": settings }));
        return Ok(Exit::Done);
    }
    output.line(&format!("home folder    {}", context.home));
    output.line(&format!("configuration  {}\n", context.configured.file));
    output.line(&table::table(
        &["SETTING", "VALUE", "FROM"],
        entries.iter().map(|entry| row(&settings, entry)),
    ));
    Ok(Exit::Done)
}

fn row(settings: &Settings, entry: &SettingEntry) -> Vec<String> {
    let value = value(settings, entry).unwrap_or_else(|| "-".to_owned());
    vec![entry.key.clone(), value, origin(&entry.origin)]
}

/// What is set, else the default that the room of a limit has.
fn value(settings: &Settings, entry: &SettingEntry) -> Option<String> {
    entry
        .value
        .clone()
        .or_else(|| settings.limit(entry.key.strip_prefix("limits.")?))
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(position) => position.to_string(),
    }
}
