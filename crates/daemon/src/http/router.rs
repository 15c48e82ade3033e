//! What is answered where.

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Extension, Router, middleware};
use desktop::Code;

use super::guard::{self, Door, Guard};
use super::open;
use crate::code::ServiceCode;
use crate::problem::Problem;
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
        .fallback(async || Problem::because(Code::NotFound, "there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            Problem::of(ServiceCode::Method, "this address knows no such method")
        })
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(Extension(door))
        .layer(middleware::from_fn_with_state(guard, guard::guard))
        .with_state(service)
}
