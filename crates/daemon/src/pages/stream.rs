//! A job while it goes on, for the script of the pages: server-sent events whose text is the HTML of the page.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::unfold;

use super::answer::Answer;
use super::markup;
use super::view::job::Job;
use crate::events::{Mark, News, Next};
use crate::http::Place;
use crate::jobs::{JobDocument, JobId};
use crate::service::Shared;

/// How often a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Where a listener stands.
enum Step {
    /// It is told how the job stands now.
    Tell(Mark, Box<JobDocument>),
    /// It waits for what comes after the mark.
    Wait(Mark),
    /// It is told that no more will come.
    End,
    /// It was told everything.
    Over,
}

/// `GET /jobs/{job}/stream`: `job` whenever it came forward, `end` when nothing more will come.
pub(super) async fn job(State(service): State<Shared>, Place(id): Place<JobId>) -> Answer {
    // The mark first: what happens between both is told twice, and not missed.
    let mark = service.events().now();
    let begin = Step::Tell(mark, Box::new(service.jobs().get(id)?));
    let stream = unfold((service, begin), move |(service, step)| async move {
        let (event, next) = advance(&service, id, step).await?;
        Some((Ok::<_, Infallible>(event), (service, next)))
    });
    let stream = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(stream.into_response())
}

async fn advance(service: &Shared, id: JobId, step: Step) -> Option<(Event, Step)> {
    let mut step = step;
    let mut stopping = service.stop();
    loop {
        step = match step {
            Step::Tell(mark, document) => {
                let next = if document.state.is_final() {
                    Step::End
                } else {
                    Step::Wait(mark)
                };
                return Some((told(&document), next));
            }
            Step::End => return Some((Event::default().event("end").data("-"), Step::Over)),
            Step::Over => return None,
            Step::Wait(mark) => tokio::select! {
                next = service.events().after(mark) => heard(service, id, next),
                _ = stopping.wait_for(|is_stopping| *is_stopping) => return None,
            },
        };
    }
}

fn heard(service: &Shared, id: JobId, next: Next) -> Step {
    match next {
        Next::News(mark, News::Job(document)) if document.id == id => Step::Tell(mark, document),
        Next::News(mark, _) => Step::Wait(mark),
        Next::Missed(mark) => match service.jobs().get(id) {
            Ok(document) => Step::Tell(mark, Box::new(document)),
            Err(_) => Step::End,
        },
    }
}

fn told(document: &JobDocument) -> Event {
    let html = markup::progress(&Job::of(document)).into_string();
    // Foreign texts in it are on one line already; a line end would be split into two fields.
    Event::default()
        .event("job")
        .data(html.replace(['\r', '\n'], " "))
}
