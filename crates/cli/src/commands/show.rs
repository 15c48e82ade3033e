//! `outrigger show`

use desktop::{Details, ReleaseLine};
use model::text::{self, printable};
use model::verdict::Reason;
use serde_json::{Value, json};

use super::source::{self, Source};
use crate::context::{Context, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, cost, style, table};

/// The longest description that is shown, in characters.
const DESCRIPTION: usize = 1000;

pub(super) fn run(
    context: &Context,
    output: &Output,
    text: &str,
    taken_for: Option<&str>,
    all: bool,
) -> Result<Exit, Failure> {
    let taken_for = source::taken_for(taken_for, &[text.to_owned()])?;
    let details = match Source::open(context, output, text, taken_for.as_ref())? {
        Source::Registry(reference) => {
            let desktop = context.desktop(output.listener())?;
            wait(desktop.show(&reference, all))??
        }
        Source::Local(desktop, reference) => wait(desktop.show(&reference, all))??,
    };
    if output.is_json() {
        output.json(&document(&details));
    } else {
        print(output, &details);
    }
    Ok(Exit::Done)
}

fn print(output: &Output, details: &Details) {
    let release = &details.release;
    let labels = &release.labels;
    let title = labels.title.as_deref().unwrap_or(details.id.repository());
    output.line(&style::bold(&printable(title, DESCRIPTION)));
    if let Some(description) = &labels.description {
        output.line(&printable(description, DESCRIPTION));
    }
    output.line("");
    for (name, value) in facts(details) {
        output.line(&format!("{name:<14}{}", printable(&value, DESCRIPTION)));
    }
    if let Some(permissions) = &details.permissions {
        output.line("\nIt is able to do this:");
        for line in permissions.lines() {
            output.line(&format!("  {}", line.text));
        }
    }
    if !details.releases.is_empty() {
        output.line("");
        output.line(&table::table(
            &["RELEASE", "VERDICT"],
            details.releases.iter().map(row),
        ));
    }
    if details.more > 0 {
        output.line(&style::dim(&format!(
            "and {} more; --all-versions judges them too",
            details.more
        )));
    }
    if output.is_verbose {
        cost::note(output, &details.cost);
    }
}

fn facts(details: &Details) -> Vec<(&'static str, String)> {
    let release = &details.release;
    let labels = &release.labels;
    let platforms = release
        .platforms
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let api = match (&labels.api_version, release.download_size) {
        (Some(requirement), _) => requirement.clone(),
        (None, Some(_)) => "not said".to_owned(),
        (None, None) => "unknown: no image of it fits this host".to_owned(),
    };
    let mut facts = vec![
        ("id", details.id.to_string()),
        (
            "release",
            release
                .tag
                .as_ref()
                .map_or_else(|| "-".to_owned(), ToString::to_string),
        ),
        ("digest", release.digest.to_string()),
        ("platforms", platforms),
        ("needs API", api),
        ("verdict", verdict(&release.reasons, &[])),
    ];
    let optional = [
        ("vendor", labels.vendor.clone()),
        ("download", release.download_size.map(text::size)),
        ("made", release.created.map(|created| created.to_string())),
        ("publisher", labels.publisher_url.clone()),
        ("icon", labels.icon.clone()),
        (
            "categories",
            Some(labels.categories.join(", ")).filter(|categories| !categories.is_empty()),
        ),
        ("account", labels.account_info.clone()),
        ("changelog", labels.changelog.clone()),
        ("details", labels.detailed_description.clone()),
        ("installed", details.installed.clone()),
    ];
    facts.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    facts.extend(
        labels
            .additional_urls
            .iter()
            .map(|link| ("link", format!("{} {}", link.title, link.url))),
    );
    facts.extend(
        labels
            .screenshots
            .iter()
            .map(|shot| ("screenshot", format!("{} {}", shot.url, shot.alt))),
    );
    facts
}

fn row(line: &ReleaseLine) -> Vec<String> {
    let mut notes = line.notes.clone();
    if !line.is_offered {
        notes.push("a pre-release, taken only by its tag".to_owned());
    }
    vec![line.tag.to_string(), verdict(&line.reasons, &notes)]
}

fn verdict(reasons: &[Reason], notes: &[String]) -> String {
    match (reasons, notes) {
        ([], []) => "fits".to_owned(),
        ([], notes) => format!("fits ({})", notes.join("; ")),
        (reasons, _) => reasons
            .iter()
            .map(|reason| reason.message.as_str())
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn document(details: &Details) -> Value {
    let release = &details.release;
    let labels = &release.labels;
    let permissions = details.permissions.as_ref().map(|permissions| {
        let lines: Vec<_> = permissions
            .lines()
            .into_iter()
            .map(|line| json!({ "level": line.level, "text": line.text }))
            .collect();
        lines
    });
    json!({
        "id": details.id,
        "version": release.tag,
        "digest": release.digest,
        "title": labels.title,
        "vendor": labels.vendor,
        "description": labels.description,
        "apiVersion": labels.api_version,
        "platforms": release.platforms,
        "downloadSize": release.download_size,
        "created": release.created,
        "labels": labels.known(),
        "categories": labels.categories,
        "permissions": permissions,
        "reasons": release.reasons,
        "installed": details.installed,
        "releases": details.releases.iter().map(release_document).collect::<Vec<_>>(),
        "more": details.more,
        "requests": details.cost.usage.requests,
        "cost": cost::document(&details.cost),
    })
}

fn release_document(line: &ReleaseLine) -> Value {
    json!({
        "version": line.tag,
        "digest": line.digest,
        "accepted": line.reasons.is_empty(),
        "offered": line.is_offered && line.reasons.is_empty(),
        "reasons": line.reasons,
        "notes": line.notes,
    })
}
