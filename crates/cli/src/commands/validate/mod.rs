//! `outrigger validate`

mod github;
mod json;
mod sarif;
mod screen;

use author::{Reading, Report, Severity};
use camino::Utf8Path;
use model::Reference;
use registry::{Client, LocalRepository, LocalSource, Unselected};

use crate::arguments::{Format, Global};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn run(what: &str, strict: bool, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let report = look(what, global)?;
    let report = if strict { report.strict() } else { report };
    match global.format {
        Format::Table => screen::print(output, &report),
        Format::Json => output.json(&json::document(&report)),
        Format::Sarif => output.json(&sarif::document(&report)),
        Format::Github => github::print(output, &report),
    }
    match report.count(Severity::Error) {
        0 => Ok(Exit::Done),
        1 => Err(Failure::failed("there is 1 error".to_owned()).about(&report.subject)),
        errors => Err(Failure::failed(format!("there are {errors} errors")).about(&report.subject)),
    }
}

/// What stands on this disk under the name is meant before what a registry holds.
fn look(what: &str, global: &Global) -> Result<Report, Failure> {
    let path = Utf8Path::new(what);
    if path.exists() || looks_like_a_path(what) {
        return Ok(author::validate_path(path)?);
    }
    let settings = Context::load(global)?.settings()?;
    let client = Client::new(settings.registry.clone())?;
    let report = async {
        let (client, reference) = match LocalSource::parse(what) {
            None => (client, reference(what)?),
            Some(source) => local(&client, &source, &settings.registry).await?,
        };
        let reading = Reading {
            client,
            limits: settings.archive.clone(),
        };
        Ok::<_, Failure>(author::validate_image(&reading, what, &reference).await?)
    };
    wait(report)?.map_err(|failure| taken_for_a_repository(what, failure))
}

/// A name without tag and digest was more likely meant to be a folder.
fn taken_for_a_repository(what: &str, failure: Failure) -> Failure {
    if what.contains([':', '@']) {
        return failure;
    }
    failure.because(format!(
        "there is no file or folder {what} here, so it was taken for a repository"
    ))
}

/// An image outside of registries. What it is called matters only for its tag.
async fn local(
    client: &Client,
    source: &LocalSource,
    settings: &registry::Settings,
) -> Result<(Client, Reference), Failure> {
    let open = async |taken_for| {
        let layout = source.open(settings).await?;
        Ok::<_, Failure>(LocalRepository::new(layout, &source.wanted(taken_for)))
    };
    let mut repository = open(None).await?;
    if let Err(Unselected::Unnamed) = repository {
        repository = open(Some(reference("localhost/unnamed")?)).await?;
    }
    let repository = repository.map_err(|problem| Failure::usage(format!("{source}: {problem}")))?;
    let reference = repository.reference().clone();
    Ok((client.with(repository), reference))
}

/// A path that is not there is a mistake in it, and no repository.
fn looks_like_a_path(what: &str) -> bool {
    what.starts_with(['.', '/']) || Utf8Path::new(what).extension() == Some("json")
}

/// The page of a rule.
fn page(code: &str) -> String {
    format!(
        "{}/blob/main/docs/src/rules/{code}.md",
        env!("CARGO_PKG_REPOSITORY")
    )
}
