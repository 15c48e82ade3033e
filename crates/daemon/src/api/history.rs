//! `GET /v1/history`, and of one extension: what was done when.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desktop::Desktop;
use jiff::Timestamp;
use model::ExtensionId;
use model::operation::Operation;
use serde::Serialize;
use utoipa::ToSchema;

use super::listed::Listed;
use crate::http::Place;
use crate::problem::Problem;
use crate::service::{Service, Shared};

/// What was done, the last one first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub(super) struct HistoryDocument {
    operations: Vec<OperationDocument>,
    /// Sentences about what cannot be read.
    problems: Vec<String>,
}

/// One change, or an attempt that failed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Operation)]
pub(super) struct OperationDocument {
    id: String,
    /// `install`, `update`, `rollback`, `hold`, `unhold`, `repair` or `remove`.
    kind: &'static str,
    /// The version before.
    from: Option<String>,
    /// The version after; null where it was removed, or the attempt failed.
    to: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    duration_ms: u64,
    /// Whether the service did it by itself.
    is_automatic: bool,
    failure: Option<FailureDocument>,
}

/// Why an attempt failed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
pub(super) struct FailureDocument {
    code: String,
    message: String,
}

/// What was done to everything, also to what is gone.
#[utoipa::path(get, path = "/v1/history", tag = "history",
    responses((status = 200, body = HistoryDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn of_all(State(service): State<Shared>, asked: HeaderMap) -> Result<Response, Problem> {
    list(&service, None, &asked).await
}

/// What was done to one extension. One that is not known has none.
#[utoipa::path(get, path = "/v1/extensions/{id}/history", tag = "history",
    params(("id" = String, Path, description = "The id, percent-encoded")),
    responses((status = 200, body = HistoryDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn of_one(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    list(&service, Some(id), &asked).await
}

async fn list(service: &Service, id: Option<ExtensionId>, asked: &HeaderMap) -> Result<Response, Problem> {
    let list = move |desktop: &Desktop| {
        let history = desktop.history(id.as_ref())?;
        let operations = history.operations.into_iter();
        Listed::new(&HistoryDocument {
            operations: operations.map(|recorded| recorded.operation.into()).collect(),
            problems: history.problems,
        })
    };
    Ok(service.read(list).await?.answer(asked))
}

impl From<Operation> for OperationDocument {
    fn from(operation: Operation) -> Self {
        let text = |release: model::operation::ReleaseName| release.to_string();
        Self {
            id: operation.id.to_string(),
            kind: operation.kind.as_str(),
            from: operation.from.map(text),
            to: operation.to.map(text),
            started_at: operation.started_at,
            duration_ms: operation.duration_ms,
            is_automatic: operation.automatic,
            failure: operation.failure.map(|failure| FailureDocument {
                code: failure.code,
                message: failure.message,
            }),
        }
    }
}
