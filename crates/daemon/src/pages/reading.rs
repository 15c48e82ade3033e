//! The pages that are asked for.

use axum::extract::{Query as Pairs, State};
use axum::response::IntoResponse as _;
use desktop::{Desktop, Details, Hit, Listing, Outdated};
use jiff::{SignedDuration, Timestamp};
use model::{ExtensionId, Reference};

use super::answer::{self, Answer};
use super::assets::ASSETS;
use super::markup::{self, Frame, Place as Where, Theme};
use super::view::activity::ActivityPage;
use super::view::card::{Blocked, cards};
use super::view::extension::{ExtensionPage, Known};
use super::view::installed::InstalledPage;
use super::view::job::Job;
use super::view::marketplace::{LastScan, Marketplace};
use super::view::query::Query;
use super::view::settings::SettingsPage;
use crate::http::Place;
use crate::jobs::{JobDocument, JobId};
use crate::problem::Problem;
use crate::service::{Service, Shared};
use crate::use_cases::UseCases;

/// How long a page about something tells of a job that has ended.
const RECENT: SignedDuration = SignedDuration::from_mins(5);

/// What the home folder says of extensions.
struct Home {
    listing: Listing,
    outdated: Option<Outdated>,
}

impl Home {
    fn read(desktop: &Desktop) -> Result<Self, Problem> {
        Ok(Self {
            listing: desktop.list()?,
            outdated: desktop.outdated()?,
        })
    }

    fn updates(&self) -> usize {
        let extensions = self.listing.extensions.iter();
        let waits = |listed: &&desktop::Listed| listed.update.is_some() && !listed.installed.held;
        extensions.filter(waits).count()
    }
}

/// `GET /`
pub(super) async fn marketplace(
    State(service): State<Shared>,
    theme: Theme,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
) -> Answer {
    let query = Query::read(&pairs);
    let text = query.text.clone();
    let read = move |desktop: &Desktop| {
        let known = Home::read(desktop)?;
        let hits = desktop.search(&text)?;
        let offered = match &hits {
            Some(hits) if text.is_empty() => hits.len(),
            _ => desktop.search("")?.map_or(0, |all| all.len()),
        };
        Ok((known, hits.unwrap_or_default(), offered))
    };
    let (known, hits, offered) = service.read(read).await?;
    let outdated = known.outdated.as_ref();
    let scan = outdated.map(|outdated| LastScan::of(outdated, now(&service)));
    let view = Marketplace::new(query, cards(hits, &known.listing, outdated), offered, scan);
    let jobs = jobs(&service, |job| job.extension.is_none());
    let frame = Frame {
        updates: known.updates(),
        scripts: vec![&ASSETS.search, &ASSETS.jobs],
        ..frame("Marketplace", Some(Where::Marketplace), theme)
    };
    Ok(answer::html(&frame, &markup::marketplace(&view, &jobs)).into_response())
}

/// `GET /extensions/{id}`, with its pictures behind a question mark.
pub(super) async fn extension(
    State(service): State<Shared>,
    theme: Theme,
    Place(id): Place<ExtensionId>,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
) -> Answer {
    let asked = describe(&service, id.clone().into()).await;
    let about = id.clone();
    let read = move |desktop: &Desktop| {
        let hit = desktop.search(about.repository())?.unwrap_or_default();
        let hit: Option<Hit> = hit.into_iter().find(|hit| hit.id == about);
        Ok((Home::read(desktop)?, hit))
    };
    let (known, hit) = service.read(read).await?;
    let blocked = Blocked::of(known.outdated.as_ref());
    let mut extensions = known.listing.extensions.iter();
    let view = Known {
        listed: extensions.find(|listed| listed.installed.id == id),
        hit: hit.as_ref(),
        blocked: &blocked,
        id: &id,
    };
    let problem = asked.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let asked = asked.as_ref().map_err(|_| problem.as_str());
    let mut view = ExtensionPage::new(&view, asked, now(&service));
    if pairs.iter().any(|(name, _)| name == "pictures") {
        view = view.with_pictures(|foreign| service.pictures().offer(foreign));
    }
    let name = id.to_string();
    let jobs = jobs(&service, |job| job.extension.as_ref() == Some(&name));
    let frame = Frame {
        updates: known.updates(),
        scripts: vec![&ASSETS.jobs],
        ..frame(&view.face.title, None, theme)
    };
    Ok(answer::html(&frame, &markup::extension(&view, &jobs)).into_response())
}

/// What the registry says now.
async fn describe(service: &Service, reference: Reference) -> Result<Details, Problem> {
    Ok(service.desktop().await?.show(&reference, false).await?)
}

/// `GET /installed`
pub(super) async fn installed(State(service): State<Shared>, theme: Theme) -> Answer {
    let known = service.read(Home::read).await?;
    let view = InstalledPage::new(&known.listing, known.outdated.as_ref(), now(&service));
    let jobs = jobs(&service, |job| job.extension.is_some());
    let frame = Frame {
        updates: known.updates(),
        scripts: vec![&ASSETS.jobs],
        ..frame("Installed", Some(Where::Installed), theme)
    };
    Ok(answer::html(&frame, &markup::installed(&view, &jobs)).into_response())
}

/// `GET /activity`
pub(super) async fn activity(State(service): State<Shared>, theme: Theme) -> Answer {
    let read = |desktop: &Desktop| Ok((desktop.history(None)?, Home::read(desktop)?));
    let (history, known) = service.read(read).await?;
    let operations = history.operations.iter().map(|recorded| &recorded.operation);
    let view = ActivityPage::new(operations, history.problems, now(&service))
        .with_notices(&service.notices().sent(), now(&service));
    let jobs = jobs(&service, |_| true);
    let frame = Frame {
        updates: known.updates(),
        scripts: vec![&ASSETS.jobs],
        ..frame("Activity", Some(Where::Activity), theme)
    };
    Ok(answer::html(&frame, &markup::activity(&view, &jobs)).into_response())
}

/// `GET /settings`, and the tester of the allow-list behind a question mark.
pub(super) async fn settings(
    State(service): State<Shared>,
    theme: Theme,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
) -> Answer {
    let clock = service.use_cases().clock;
    let configured = service.with_files(UseCases::configured).await?;
    let in_force = desktop::Settings::new(&configured, clock).map_err(Problem::from)?;
    let view = SettingsPage::new(&configured, |key| in_force.limit(key));
    let tested = pairs.iter().find(|(name, _)| name == "reference");
    let view = match tested {
        Some((_, text)) => view.with_test(text.trim(), configured.policy.allow_list.as_ref()),
        None => view,
    };
    let view = if pairs.iter().any(|(name, _)| name == "notice") {
        view.with_notice_test(service.notices().last_test())
    } else {
        view
    };
    let known = service.read(Home::read).await?;
    let frame = Frame {
        updates: known.updates(),
        ..frame("Settings", Some(Where::Settings), theme)
    };
    Ok(answer::html(&frame, &markup::settings(&view)).into_response())
}

/// `GET /jobs/{job}`
pub(super) async fn job(State(service): State<Shared>, theme: Theme, Place(id): Place<JobId>) -> Answer {
    let job = Job::of(&service.jobs().get(id)?);
    let frame = Frame {
        scripts: vec![&ASSETS.jobs],
        is_live: job.is_open(),
        ..frame(&job.title, None, theme)
    };
    Ok(answer::html(&frame, &markup::job(&job)).into_response())
}

fn frame(title: &str, place: Option<Where>, theme: Theme) -> Frame {
    Frame {
        title: title.to_owned(),
        place,
        theme,
        ..Frame::default()
    }
}

fn now(service: &Service) -> Timestamp {
    (service.use_cases().clock)()
}

/// The jobs that `are_meant`, while they run and a while after, the last one first.
fn jobs(service: &Service, are_meant: impl Fn(&JobDocument) -> bool) -> Vec<Job> {
    let now = now(service);
    let is_told = |job: &JobDocument| {
        let since = job.finished_at.map(|finished_at| now.duration_since(finished_at));
        since.is_none_or(|since| since < RECENT)
    };
    let all = service.jobs().all();
    let told = all.iter().filter(|job| are_meant(job) && is_told(job));
    told.map(Job::of).collect()
}
