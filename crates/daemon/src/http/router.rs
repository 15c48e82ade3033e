//! What is answered where.

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, Router, middleware};

use super::guard::{self, Door, Guard};
use super::open;
use crate::service::Shared;
use crate::{api, pages};

/// The largest body that is read, in bytes: no request needs more than a few lines.
const LARGEST: usize = 64 * 1024;

/// Everything that the service answers to those who come through `door`.
pub(crate) fn router(service: Shared, door: Door) -> Router {
    let guard = Guard {
        service: service.clone(),
        door,
    };
    Router::new()
        .route(guard::OPEN, get(open::open))
        .nest("/v1", api::router())
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(Extension(door))
        .layer(middleware::from_fn_with_state(guard, guard::guard))
        .with_state(service)
}
