//! The HTTP API, `/v1`: wire types of its own, so that what programs rely on does not change with the rooms below.

mod health;

use axum::Router;
use axum::routing::get;

use crate::service::Shared;

/// Everything below `/v1`.
pub(crate) fn router() -> Router<Shared> {
    Router::new().route("/health", get(health::health))
}
