//! `outrigger push`

use camino::Utf8Path;
use desktop::{Desktop, Origin, Publication, Publishing};
use model::{ExtensionId, Reference};
use registry::LocalSource;
use serde_json::{Value, json};

use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

/// What is to be pushed, and how.
pub(super) struct Order {
    pub(super) source: String,
    pub(super) destinations: Vec<String>,
    pub(super) publishing: Publishing,
    pub(super) dry_run: bool,
}

pub(super) fn run(context: &Context, output: &Output, order: &Order) -> Result<Exit, Failure> {
    let destinations = order.destinations.iter().map(|text| reference(text));
    let destinations: Vec<Reference> = destinations.collect::<Result<_, _>>()?;
    let desktop = context.desktop(output.listener())?;
    // Everything is looked at before anything is sent: where one destination refuses, none has changed.
    let planned = wait(plan(&desktop, order, &destinations))??;
    let mut results = Vec::new();
    let mut done: Vec<ExtensionId> = Vec::new();
    for (origin, publication) in &planned {
        if !order.dry_run {
            wait(desktop.push(origin, publication, &done))??;
            done.push(publication.id.clone());
        }
        results.push(document(publication));
        tell(output, publication, order.dry_run);
    }
    if output.is_json() {
        output.json(&json!({ "results": results, "warnings": output.warnings() }));
    }
    Ok(Exit::Done)
}

async fn plan(
    desktop: &Desktop,
    order: &Order,
    destinations: &[Reference],
) -> Result<Vec<(Origin, Publication)>, Failure> {
    if Utf8Path::new(&order.source).exists() {
        return Err(path_for_source(&order.source));
    }
    let opened = match LocalSource::parse(&order.source) {
        Some(source) => {
            let layout = desktop.open(&source).await?;
            Some((source, layout))
        }
        None => None,
    };
    let mut planned = Vec::new();
    for to in destinations {
        let origin = match &opened {
            Some((source, layout)) => desktop.local_origin((source, layout), to)?,
            None => desktop.remote_origin(&reference(&order.source)?),
        };
        let publication = desktop.plan_push(&origin, to, order.publishing).await?;
        planned.push((origin, publication));
    }
    Ok(planned)
}

/// What is on this disk was meant, and needs a word in front that says what it is.
fn path_for_source(path: &str) -> Failure {
    let what = Utf8Path::new(path);
    let help = if what.join("metadata.json").is_file() {
        format!("`outrigger build {path} -o oci:images` makes images of it, and oci:images is what is pushed")
    } else if what.is_dir() {
        format!("oci:{path} is an image layout in this folder")
    } else {
        format!("oci-archive:{path} and docker-archive:{path} are images in this file")
    };
    Failure::usage(format!("{path} is a path, and no image")).help(help)
}

fn tell(output: &Output, publication: &Publication, dry_run: bool) {
    if output.is_json() {
        return;
    }
    let Publication { id, digest, tags, .. } = publication;
    if output.is_quiet() {
        output.line(&id.to_string());
        return;
    }
    for tag in tags {
        let name = format!("{id}:{}", tag.tag);
        output.line(&match (&tag.before, dry_run) {
            (Some(before), _) if before == digest => format!("{name} is there already."),
            (None, false) => format!("{} {name} {digest}", style::good("Pushed")),
            (Some(before), false) => format!("{} {name} {digest}, instead of {before}", style::good("Moved")),
            (None, true) => format!("Would push {name} {digest}"),
            (Some(before), true) => format!("Would move {name} to {digest}, from {before}"),
        });
    }
}

fn document(publication: &Publication) -> Value {
    let tags = publication
        .tags
        .iter()
        .map(|tag| json!({ "tag": tag.tag, "before": tag.before }));
    json!({
        "id": publication.id,
        "digest": publication.digest,
        "tags": tags.collect::<Vec<_>>(),
    })
}
