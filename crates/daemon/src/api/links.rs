//! `POST /v1/links`: one more link that opens the pages in a browser.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desktop::Code;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http;
use crate::problem::Problem;
use crate::service::Shared;

/// A link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkDocument {
    /// Opens the pages in a browser, once.
    address: String,
}

/// Makes a link that opens the pages in a browser, once.
#[utoipa::path(post, path = "/v1/links", tag = "service", responses((status = 201, body = LinkDocument)))]
pub(super) async fn new(State(service): State<Shared>) -> Result<(StatusCode, Json<LinkDocument>), Problem> {
    let failed = |error: crate::Error| Problem::because(Code::Failed, error.to_string());
    let key = service.keys().new_link().map_err(failed)?;
    let address = http::link(service.address(), &key);
    Ok((StatusCode::CREATED, Json(LinkDocument { address })))
}
