//! `outrigger bundle`: releases in one file, for machines without a network.

use std::collections::BTreeSet;

use camino::Utf8Path;
use desktop::Bundled;
use model::{Platform, Reference, text};
use serde_json::{Value, json};

use super::outcome::{self, Asking, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, table};

pub(super) fn create(
    context: &Context,
    output: &Output,
    file: &Utf8Path,
    (references, platforms): (&[String], &[String]),
) -> Result<Exit, Failure> {
    let references = references.iter().map(|text| reference(text));
    let references = references.collect::<Result<Vec<_>, _>>()?;
    let platforms = platforms.iter().map(|text| platform(text));
    let platforms = platforms.collect::<Result<Vec<_>, _>>()?;
    let desktop = context.desktop(output.listener())?;
    // What fits is asked for where it will be installed.
    let desktop = match platforms.first() {
        Some(platform) => desktop.for_platform(platform),
        None => desktop,
    };
    let held = wait(desktop.create_bundle(file, &references, &platforms))??;
    print(output, &held);
    Ok(Exit::Done)
}

pub(super) fn show(context: &Context, output: &Output, file: &Utf8Path) -> Result<Exit, Failure> {
    let held = context.silent_desktop()?.read_bundle(file)?;
    print(output, &held);
    Ok(Exit::Done)
}

pub(super) fn install(
    context: &Context,
    output: &Output,
    (file, names): (&Utf8Path, &[String]),
    force: bool,
) -> Result<Exit, Failure> {
    let held = context.silent_desktop()?.read_bundle(file)?;
    let wanted = wanted(&held, names)?;
    let asking = Asking::new(output, force);
    outcome::each(output, &wanted, |wanted| {
        let desktop = context.desktop(output.listener())?;
        let (desktop, reference) = desktop.over_bundle(file, wanted)?;
        let installation = wait(desktop.install(&reference, &asking.consent()))??;
        outcome::tell(output, "Switched", &installation);
        Ok(Done::from(&installation))
    })
}

/// What is to be installed of what a bundle holds: of each extension the newest release, or what is named.
fn wanted(held: &[Bundled], names: &[String]) -> Result<Vec<Reference>, Failure> {
    if !names.is_empty() {
        return names.iter().map(|text| reference(text)).collect();
    }
    let ids: BTreeSet<_> = held.iter().map(|bundled| &bundled.reference.id).collect();
    Ok(ids.into_iter().cloned().map(Reference::from).collect())
}

fn platform(text: &str) -> Result<Platform, Failure> {
    text.parse()
        .map_err(|error: model::platform::PlatformParse| Failure::usage(error.to_string()))
}

fn print(output: &Output, held: &[Bundled]) {
    if output.is_json() {
        let entries: Vec<_> = held.iter().map(document).collect();
        output.json(&json!({ "bundle": entries }));
        return;
    }
    if output.is_quiet() {
        for bundled in held {
            output.line(&bundled.reference.id.to_string());
        }
        return;
    }
    let rows = held.iter().map(|bundled| {
        let Bundled {
            reference,
            platforms,
            size,
            ..
        } = bundled;
        let version = reference
            .tag
            .as_ref()
            .map_or_else(|| bundled.digest.short().to_owned(), ToString::to_string);
        let platforms: Vec<_> = platforms.iter().map(ToString::to_string).collect();
        vec![
            reference.id.to_string(),
            version,
            platforms.join(", "),
            text::size(*size),
        ]
    });
    output.line(&table::table(&["ID", "VERSION", "PLATFORMS", "SIZE"], rows));
}

fn document(bundled: &Bundled) -> Value {
    json!({
        "id": bundled.reference.id,
        "version": bundled.reference.tag,
        "digest": bundled.digest,
        "platforms": bundled.platforms.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "size": bundled.size,
    })
}
