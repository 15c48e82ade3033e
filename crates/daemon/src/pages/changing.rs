//! The forms: each begins a job or makes a small change as the API does, and leads back to a page that shows it.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect};
use desktop::{Desktop, Selection};
use model::rollback::Wanted;
use model::{Digest, ExtensionId, Pattern, Reference, Tag};
use serde::Deserialize;

use super::address;
use super::answer::{Answer, Fields, Origin, theme_cookie, usage};
use super::markup::Theme;
use crate::api::{allow_list, holds};
use crate::http::{Body, Place};
use crate::jobs::{Asking, JobId, Order, State as JobState};
use crate::problem::Problem;
use crate::service::{Service, Shared};

/// A form about an extension.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    extension: String,
}

/// A form about an extension and one of its releases, if one is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    extension: String,
    tag: Option<String>,
}

/// A form about an earlier generation of an extension.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    extension: String,
    digest: String,
}

/// A form about a job.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfJob {
    job: String,
}

/// A form about a pattern of the allow-list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfPattern {
    pattern: String,
}

/// The form of the theme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTheme {
    theme: String,
}

/// `POST /install`
pub(super) async fn install(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<Release>,
) -> Answer {
    let id = id(&form.extension)?;
    let mut reference = Reference::from(id.clone());
    reference.tag = form.tag.as_deref().map(tag).transpose()?;
    begin(&service, Order::Install(reference))?;
    Ok(origin.or(&address::extension(&id)))
}

/// `POST /update`
pub(super) async fn update(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<About>,
) -> Answer {
    let id = id(&form.extension)?;
    begin(&service, Order::Update(id.clone(), Selection::Newest))?;
    Ok(origin.or(&address::extension(&id)))
}

/// `POST /update-all`
pub(super) async fn update_all(State(service): State<Shared>) -> Answer {
    let waiting = |desktop: &Desktop| {
        let listed = desktop.list_in_use()?.extensions.into_iter();
        let waiting = listed.filter(|listed| listed.update.is_some() && !listed.installed.held);
        Ok(waiting.map(|listed| listed.installed.id).collect::<Vec<_>>())
    };
    for id in service.read(waiting).await? {
        // One that is being changed already is not in the way of the others.
        let _ = begin(&service, Order::Update(id, Selection::NewestOfMany));
    }
    Ok(Redirect::to(address::INSTALLED).into_response())
}

/// `POST /rollback`
pub(super) async fn rollback(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<Earlier>,
) -> Answer {
    let id = id(&form.extension)?;
    let digest: Digest = form.digest.parse().map_err(usage)?;
    begin(
        &service,
        Order::Rollback(id.clone(), Some(Wanted::Digest(digest))),
    )?;
    Ok(origin.or(&address::extension(&id)))
}

/// `POST /remove`
pub(super) async fn remove(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<About>,
) -> Answer {
    match form.extension.parse::<ExtensionId>() {
        Ok(id) => begin(&service, Order::Remove(id.into()))?,
        // What cannot be read may have but the name of its files.
        Err(_) => service.desktop().await?.remove_named(&form.extension).await?,
    }
    Ok(origin.or(address::INSTALLED))
}

/// `POST /hold`
pub(super) async fn hold(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<About>,
) -> Answer {
    holds::hold(State(service), Place(id(&form.extension)?)).await?;
    Ok(origin.or(address::INSTALLED))
}

/// `POST /unhold`
pub(super) async fn unhold(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<About>,
) -> Answer {
    holds::unhold(State(service), Place(id(&form.extension)?)).await?;
    Ok(origin.or(address::INSTALLED))
}

/// `POST /scan`
pub(super) async fn scan(State(service): State<Shared>) -> Answer {
    begin(&service, Order::Scan(Vec::new()))?;
    Ok(Redirect::to(address::MARKETPLACE).into_response())
}

/// `POST /agree`
pub(super) async fn agree(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<OfJob>,
) -> Answer {
    let id = job(&form.job)?;
    service.jobs().answer(id, true)?;
    Ok(origin.or(&address::job(&form.job)))
}

/// `POST /cancel`: of a job that asks, a no.
pub(super) async fn cancel(
    State(service): State<Shared>,
    origin: Origin,
    Fields(form): Fields<OfJob>,
) -> Answer {
    let id = job(&form.job)?;
    let jobs = service.jobs();
    if jobs.get(id)?.state == JobState::Asking {
        jobs.answer(id, false)?;
    } else {
        jobs.cancel(id)?;
    }
    Ok(origin.or(&address::job(&form.job)))
}

/// `POST /allow`. The page says beforehand what the first pattern begins.
pub(super) async fn allow(State(service): State<Shared>, Fields(form): Fields<OfPattern>) -> Answer {
    let pattern = form.pattern.trim().to_owned();
    let new = allow_list::NewPattern {
        pattern,
        create: true,
    };
    allow_list::add(State(service), Body(new)).await?;
    Ok(Redirect::to(address::SETTINGS).into_response())
}

/// `POST /disallow`
pub(super) async fn disallow(State(service): State<Shared>, Fields(form): Fields<OfPattern>) -> Answer {
    let pattern: Pattern = form.pattern.parse().map_err(usage)?;
    allow_list::remove(State(service), Place(pattern)).await?;
    Ok(Redirect::to(address::SETTINGS).into_response())
}

/// `POST /notices/test`
pub(super) async fn test_notice(State(service): State<Shared>) -> Answer {
    service.notices().test().await?;
    Ok(Redirect::to(address::NOTICE_TESTED).into_response())
}

/// `POST /theme`
pub(super) async fn theme(origin: Origin, Fields(form): Fields<OfTheme>) -> Answer {
    let cookie = theme_cookie(Theme::read(&form.theme));
    let back = origin.or(address::MARKETPLACE);
    Ok(([(header::SET_COOKIE, cookie)], back).into_response())
}

/// Begins a job that asks whoever looks at its page.
fn begin(service: &Service, order: Order) -> Result<(), Problem> {
    service.jobs().start(order, Asking::Ask).map(|_| ())
}

fn id(text: &str) -> Result<ExtensionId, Problem> {
    text.parse().map_err(usage)
}

fn tag(text: &str) -> Result<Tag, Problem> {
    text.parse().map_err(usage)
}

fn job(text: &str) -> Result<JobId, Problem> {
    text.parse().map_err(usage)
}
