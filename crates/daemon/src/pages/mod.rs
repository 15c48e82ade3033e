//! The pages: the marketplace, rendered on the server.

use axum::Router;

use crate::service::Shared;

/// The pages, from `/` on.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
}
