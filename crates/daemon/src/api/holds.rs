//! `PUT` and `DELETE /v1/extensions/{id}/hold`

use axum::extract::State;
use axum::http::StatusCode;
use model::ExtensionId;

use crate::events::News;
use crate::http::Place;
use crate::problem::Problem;
use crate::service::{Service, Shared};

/// Lets no update move it.
#[utoipa::path(put, path = "/v1/extensions/{id}/hold", tag = "updates",
    params(("id" = String, Path, description = "The id, percent-encoded")),
    responses((status = 204, description = "It is held"), (status = 404, description = "Not installed")))]
pub(crate) async fn hold(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
) -> Result<StatusCode, Problem> {
    set(&service, id, true).await
}

/// Lets updates move it again.
#[utoipa::path(delete, path = "/v1/extensions/{id}/hold", tag = "updates",
    params(("id" = String, Path, description = "The id, percent-encoded")),
    responses((status = 204, description = "It is not held"), (status = 404, description = "Not installed")))]
pub(crate) async fn unhold(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
) -> Result<StatusCode, Problem> {
    set(&service, id, false).await
}

async fn set(service: &Service, id: ExtensionId, held: bool) -> Result<StatusCode, Problem> {
    let desktop = service.desktop().await?;
    desktop.set_held(&id.into(), held).await?;
    service.events().tell(News::Changed);
    Ok(StatusCode::NO_CONTENT)
}
