//! `GET /v1/events`: what happens, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::events::{Mark, News, Next};
use crate::service::Shared;

/// How often a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What happens, from now on or from `Last-Event-ID` on: `job` with the job as `GET /v1/jobs/{job}` tells it, `changed` where lists
/// should be asked for again, `missed` where the events since then are no longer known.
#[utoipa::path(get, path = "/v1/events", tag = "jobs",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream")))]
pub(super) async fn events(
    State(service): State<Shared>,
    asked: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = service.events();
    let mark = match asked.get("last-event-id") {
        None => events.now(),
        // What cannot be read is of no run that is known.
        Some(id) => id
            .to_str()
            .ok()
            .and_then(|id| id.parse().ok())
            .unwrap_or(Mark::UNKNOWN),
    };
    let stream = unfold((service, mark), async |(service, mark)| {
        let mut stop = service.stop();
        let next = tokio::select! {
            next = service.events().after(mark) => next,
            _ = stop.wait_for(|stop| *stop) => return None,
        };
        let (mark, event) = match next {
            Next::News(mark, news) => (mark, event(&news)),
            Next::Missed(mark) => (mark, Event::default().event("missed").data("{}")),
        };
        Some((Ok(event.id(mark.to_string())), (service, mark)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

fn event(news: &News) -> Event {
    match news {
        News::Job(job) => {
            // A job holds nothing that JSON cannot.
            let text = serde_json::to_string(job).unwrap_or_default();
            Event::default().event("job").data(text)
        }
        News::Changed => Event::default().event("changed").data("{}"),
    }
}
