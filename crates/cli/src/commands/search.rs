//! `outrigger search`

use desktop::Hit;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, table};

pub(super) fn run(context: &Context, output: &Output, text: &str) -> Result<Exit, Failure> {
    let found = context.silent_desktop()?.search(text)?;
    let was_scanned = found.is_some();
    let hits = found.unwrap_or_default();
    if output.is_json() {
        let results: Vec<_> = hits.iter().map(document).collect();
        output.json(&serde_json::json!({ "results": results }));
        return Ok(Exit::Done);
    }
    if !was_scanned {
        output.note("Nothing was scanned yet: `outrigger scan` looks at what the allow-list offers.");
    }
    if output.is_quiet() {
        for hit in &hits {
            output.line(&hit.id.to_string());
        }
    } else if hits.is_empty() && was_scanned {
        output.line("Nothing that the allow-list offers matches.");
    } else if !hits.is_empty() {
        output.line(&table::table(
            &["ID", "TITLE", "VENDOR", "VERSION", "INSTALLED"],
            hits.iter().map(row),
        ));
    }
    Ok(Exit::Done)
}

fn row(hit: &Hit) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        hit.id.to_string(),
        or_dash(&hit.labels.title),
        or_dash(&hit.labels.vendor),
        hit.version.clone().unwrap_or_else(|| "none fits".to_owned()),
        or_dash(&hit.installed),
    ]
}

fn document(hit: &Hit) -> serde_json::Value {
    serde_json::json!({
        "id": hit.id,
        "version": hit.version,
        "title": hit.labels.title,
        "vendor": hit.labels.vendor,
        "description": hit.labels.description,
        "categories": hit.labels.categories,
        "installed": hit.installed,
    })
}
