//! `GET /v1/findings`: what the last scan found.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desktop::Desktop;
use jiff::Timestamp;
use model::findings::Finding;
use serde::Serialize;
use utoipa::ToSchema;

use super::listed::Listed;
use super::releases::ReasonDocument;
use crate::problem::Problem;
use crate::service::Shared;

/// What the last scan found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Findings)]
pub(super) struct FindingsDocument {
    /// When it ended; null where nothing was scanned yet.
    #[schema(value_type = Option<String>, format = DateTime)]
    scanned_at: Option<Timestamp>,
    findings: Vec<FindingDocument>,
    /// The repositories that it left to the next scan.
    unfinished: Vec<String>,
}

/// One thing that it found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(super) struct FindingDocument {
    /// `update-available`, `update-blocked`, `new-extension`, `tag-moved`, `tag-gone`, `not-allowed` or `unreachable`.
    kind: &'static str,
    id: String,
    installed: Option<String>,
    version: Option<String>,
    digest: Option<String>,
    reasons: Vec<ReasonDocument>,
}

/// Tells what the last scan found, as it was then. `POST /v1/jobs` with kind `scan` looks again.
#[utoipa::path(get, path = "/v1/findings", tag = "updates",
    responses((status = 200, body = FindingsDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn findings(State(service): State<Shared>, asked: HeaderMap) -> Result<Response, Problem> {
    let list = |desktop: &Desktop| {
        let found = desktop.found();
        Listed::new(&FindingsDocument {
            scanned_at: found.as_ref().map(|found| found.finished_at),
            unfinished: found
                .iter()
                .flat_map(|found| found.unfinished.iter().map(ToString::to_string))
                .collect(),
            findings: found
                .into_iter()
                .flat_map(|found| found.findings)
                .map(Into::into)
                .collect(),
        })
    };
    Ok(service.read(list).await?.answer(&asked))
}

impl From<Finding> for FindingDocument {
    fn from(finding: Finding) -> Self {
        Self {
            kind: finding.kind.as_str(),
            id: finding.id.to_string(),
            installed: finding.installed,
            version: finding.version,
            digest: finding.digest.map(|digest| digest.to_string()),
            reasons: finding.reasons.into_iter().map(Into::into).collect(),
        }
    }
}
