//! `/v1/notices`: what the user was told.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::listed::Listed;
use crate::notices::{NoticeDocument, Outcome, Sent, Way};
use crate::problem::Problem;
use crate::service::Shared;

/// The last notices, the newest first; a hundred at most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notices)]
pub(super) struct NoticesDocument {
    notices: Vec<SentDocument>,
}

/// A notice that was sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SentNotice)]
pub(super) struct SentDocument {
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    /// The ways on which it went out; none where all failed.
    ways: Vec<Way>,
    #[serde(flatten)]
    notice: NoticeDocument,
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NoticeTest)]
pub(super) struct TestDocument {
    /// Each way that is configured.
    ways: Vec<Outcome>,
}

/// What the user was told, also where it got out on no way.
#[utoipa::path(get, path = "/v1/notices", tag = "notices",
    responses((status = 200, body = NoticesDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn sent(State(service): State<Shared>, asked: HeaderMap) -> Result<Response, Problem> {
    let notices = service.notices().sent().into_iter().map(Into::into).collect();
    Ok(Listed::new(&NoticesDocument { notices })?.answer(&asked))
}

/// Sends a notice on each way that is configured, also in quiet hours, and says what came of it.
#[utoipa::path(post, path = "/v1/notices/test", tag = "notices", responses((status = 200, body = TestDocument)))]
pub(super) async fn test(State(service): State<Shared>) -> Result<Json<TestDocument>, Problem> {
    let ways = service.notices().test().await?;
    Ok(Json(TestDocument { ways }))
}

impl From<Sent> for SentDocument {
    fn from(sent: Sent) -> Self {
        Self {
            sent_at: sent.at,
            ways: sent.ways,
            notice: sent.notice.into(),
        }
    }
}
