//! `GET /v1/extensions/{id}/releases`: what its registry has, with the verdict of each release.

use axum::Json;
use axum::extract::State;
use desktop::{Code, Details};
use model::verdict::Reason;
use model::{ExtensionId, Reference};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{Parameters, Place};
use crate::jobs::PermissionDocument;
use crate::problem::Problem;
use crate::service::Shared;

/// An extension as its registry has it now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Releases)]
pub(super) struct ReleasesDocument {
    id: String,
    /// The version that is installed.
    installed: Option<String>,
    /// The release that the rest is about: the newest that fits, else the newest.
    version: String,
    digest: String,
    /// Foreign text, on one line, as the next ones.
    title: Option<String>,
    vendor: Option<String>,
    description: Option<String>,
    /// Such as `linux/amd64`.
    platforms: Vec<String>,
    /// The bytes that an install transfers.
    download_size: Option<u64>,
    /// What it is able to do; known only where it is installed.
    permissions: Option<Vec<PermissionDocument>>,
    /// Newest first.
    releases: Vec<ReleaseDocument>,
    /// How many more there are.
    more: usize,
}

/// One release.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Release)]
pub(super) struct ReleaseDocument {
    tag: String,
    digest: Option<String>,
    /// Why it is refused; empty where it may and can be installed.
    reasons: Vec<ReasonDocument>,
    /// Whether updates take it, where nothing speaks against it.
    is_offered: bool,
    /// What a user should know of it.
    notes: Vec<String>,
}

/// Why something is refused or unreachable.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(super) struct ReasonDocument {
    /// The stable word.
    code: &'static str,
    /// A sentence for people.
    message: String,
}

/// How much is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Extent {
    /// Whether every release is judged, and not only the newest few.
    #[serde(default)]
    all: bool,
}

/// Asks the registry for its releases. Fetches no layer.
#[utoipa::path(get, path = "/v1/extensions/{id}/releases", tag = "extensions",
    params(("id" = String, Path, description = "The id, percent-encoded"), Extent),
    responses((status = 200, body = ReleasesDocument), (status = 404, description = "No such repository"),
        (status = 502, description = "The registry cannot be asked")))]
pub(super) async fn releases(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
    Parameters(extent): Parameters<Extent>,
) -> Result<Json<ReleasesDocument>, Problem> {
    let desktop = service.desktop().await?;
    let details = desktop.show(&Reference::from(id), extent.all).await?;
    Ok(Json(details.into()))
}

impl From<Reason> for ReasonDocument {
    fn from(reason: Reason) -> Self {
        Self {
            code: Code::from(reason.code).as_str(),
            message: model::text::printable(&reason.message, 500),
        }
    }
}

impl From<Details> for ReleasesDocument {
    fn from(details: Details) -> Self {
        let described = details.release;
        let release = |line: desktop::ReleaseLine| ReleaseDocument {
            tag: line.tag.to_string(),
            digest: line.digest.map(|digest| digest.to_string()),
            reasons: line.reasons.into_iter().map(Into::into).collect(),
            is_offered: line.is_offered,
            notes: line.notes,
        };
        let lines = |all: model::permissions::Permissions| all.lines().into_iter().map(Into::into).collect();
        Self {
            id: details.id.to_string(),
            installed: details.installed,
            version: described
                .tag
                .map_or_else(|| described.digest.to_string(), |tag| tag.to_string()),
            digest: described.digest.to_string(),
            title: described.labels.title,
            vendor: described.labels.vendor,
            description: described.labels.description,
            platforms: described.platforms.iter().map(ToString::to_string).collect(),
            download_size: described.download_size,
            permissions: details.permissions.map(lines),
            releases: details.releases.into_iter().map(release).collect(),
            more: details.more,
        }
    }
}
