//! The HTTP API, `/v1`: wire types of its own, so that what programs rely on does not change with the rooms below.

pub(crate) mod allow_list;
mod description;
mod events;
mod extension;
mod extensions;
mod findings;
mod history;
pub(crate) mod holds;
pub(crate) mod icon;
mod jobs;
mod links;
mod listed;
mod notices;
mod releases;
mod status;

use axum::Router;
use axum::routing::{delete, get, post, put};

use crate::problem::Problem;
use crate::service::Shared;

pub use description::openapi_text as openapi;
pub(crate) use extensions::Lists;

/// Everything below `/v1`.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/health", get(status::health))
        .route("/metrics", get(status::metrics))
        .route("/openapi.json", get(description::openapi))
        .route("/extensions", get(extensions::extensions))
        .route("/extensions/{id}", get(extension::extension))
        .route("/extensions/{id}/icon", get(icon::icon))
        .route("/extensions/{id}/releases", get(releases::releases))
        .route("/extensions/{id}/history", get(history::of_one))
        .route("/extensions/{id}/hold", put(holds::hold).delete(holds::unhold))
        .route("/search", get(extensions::search))
        .route("/findings", get(findings::findings))
        .route("/history", get(history::of_all))
        .route("/notices", get(notices::sent))
        .route("/notices/test", post(notices::test))
        .route("/jobs", get(jobs::all).post(jobs::start))
        .route("/jobs/{job}", get(jobs::one).delete(jobs::cancel))
        .route("/jobs/{job}/answer", post(jobs::answer))
        .route("/allow-list", get(allow_list::list).post(allow_list::add))
        .route("/allow-list/test", get(allow_list::test))
        .route("/allow-list/{pattern}", delete(allow_list::remove))
        .route("/events", get(events::events))
        .route("/links", post(links::new))
        .fallback(async || Problem::no_such_address())
        .method_not_allowed_fallback(async || Problem::no_such_method())
}
