//! `outrigger ls`

use desktop::Broken;
use model::in_use::InUse;
use serde::Serialize;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style, table};

/// One extension: what is in use of it.
type Listed = desktop::Listed<InUse>;

/// What is printed where nothing is installed; scripts rely on it.
const NOTHING: &str = "No extensions are installed.";

pub(super) fn run(context: &Context, output: &Output) -> Result<Exit, Failure> {
    let listing = context.silent_desktop()?.list_in_use()?;
    if output.is_json() {
        let extensions: Vec<_> = listing.extensions.iter().map(Extension::of).collect();
        let broken: Vec<_> = listing.broken.iter().map(broken).collect();
        let problems: Vec<_> = listing.broken.iter().map(|broken| &broken.problem).collect();
        output.json(&json!({ "extensions": extensions, "broken": broken, "problems": problems }));
        return Ok(Exit::Done);
    }
    for broken in &listing.broken {
        let (problem, name) = (&broken.problem, shown_name(broken));
        output.note(&style::warning(&format!(
            "{problem}; `outrigger rm {name}` removes it"
        )));
    }
    if output.is_quiet() {
        for listed in &listing.extensions {
            output.line(&listed.installed.id.to_string());
        }
    } else if listing.extensions.is_empty() && listing.broken.is_empty() {
        output.line(NOTHING);
    } else {
        let headings = ["ID", "PROVIDER", "VERSION", "UI", "VM", "HOST", "STATUS"];
        let rows = listing.extensions.iter().map(row);
        output.line(&table::table(
            &headings,
            rows.chain(listing.broken.iter().map(broken_row)),
        ));
    }
    Ok(Exit::Done)
}

/// What `rm` takes: the id, or where nothing tells it, what the files are called.
fn shown_name(broken: &Broken) -> String {
    let id = broken.id.as_ref().map(ToString::to_string);
    id.unwrap_or_else(|| broken.name.clone())
}

fn broken_row(broken: &Broken) -> Vec<String> {
    let mut row = vec![shown_name(broken)];
    row.extend(["-", "-", "-", "-", "-", "broken: remove it"].map(str::to_owned));
    row
}

fn broken(broken: &Broken) -> Value {
    json!({
        "name": broken.name,
        "id": broken.id.as_ref().map(ToString::to_string),
        "problem": broken.problem,
    })
}

fn row(listed: &Listed) -> Vec<String> {
    let current = &listed.installed;
    let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let ui = match current.tabs.as_slice() {
        [] => String::new(),
        [title] => format!("1 tab({title})"),
        titles => format!("{} tabs({})", titles.len(), titles.join(", ")),
    };
    let host = match current.binaries.len() {
        0 => String::new(),
        1 => "1 binary".to_owned(),
        count => format!("{count} binaries"),
    };
    vec![
        listed.installed.id.to_string(),
        or_dash(current.vendor.clone().unwrap_or_default()),
        current.version(),
        or_dash(ui),
        or_dash(if current.backend {
            "Not started".to_owned()
        } else {
            String::new()
        }),
        or_dash(host),
        status(listed),
    ]
}

fn status(listed: &Listed) -> String {
    let update = listed
        .update
        .as_ref()
        .and_then(|finding| finding.version.as_ref());
    if listed.is_damaged {
        return "damaged: install it again".to_owned();
    }
    if !listed.is_allowed {
        return "no longer allowed".to_owned();
    }
    match (listed.installed.held, update) {
        (true, _) => "held".to_owned(),
        (false, Some(version)) => format!("update: {version}"),
        (false, None) => "ok".to_owned(),
    }
}

/// One extension in JSON (contract `cli.md`, "JSON").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in the contract's JSON"
)]
struct Extension<'a> {
    id: String,
    version: String,
    digest: String,
    manifest: String,
    title: &'a str,
    vendor: Option<&'a str>,
    api_version: Option<&'a str>,
    ui: Vec<Tab<'a>>,
    vm: bool,
    host: Vec<&'a str>,
    held: bool,
    damaged: bool,
    allowed: bool,
    path: &'a str,
    installed_at: String,
    update: Option<Update<'a>>,
}

#[derive(Serialize)]
struct Tab<'a> {
    title: &'a str,
}

#[derive(Serialize)]
struct Update<'a> {
    version: Option<&'a str>,
    digest: Option<String>,
}

impl<'a> Extension<'a> {
    fn of(listed: &'a Listed) -> Self {
        let current = &listed.installed;
        Self {
            id: listed.installed.id.to_string(),
            version: current.version(),
            digest: current.digest.to_string(),
            manifest: current.manifest.to_string(),
            title: &current.title,
            vendor: current.vendor.as_deref(),
            api_version: current.api_version.as_deref(),
            ui: current.tabs.iter().map(|title| Tab { title }).collect(),
            vm: current.backend,
            host: current.binaries.iter().map(String::as_str).collect(),
            held: listed.installed.held,
            damaged: listed.is_damaged,
            allowed: listed.is_allowed,
            path: listed.path.as_str(),
            installed_at: current.installed_at.to_string(),
            update: listed.update.as_ref().map(|finding| Update {
                version: finding.version.as_deref(),
                digest: finding.digest.as_ref().map(ToString::to_string),
            }),
        }
    }
}
