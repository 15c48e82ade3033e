//! What is answered where.

use axum::Router;
use axum::http::StatusCode;

use crate::problem::Problem;
use crate::service::Shared;
use crate::{api, pages};

/// Everything that the service answers.
pub fn router(service: Shared) -> Router {
    Router::new()
        .nest("/v1", api::router())
        .merge(pages::router())
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "not-found", "there is no such page"))
        .with_state(service)
}
