//! `GET /v1/extensions/{id}`: what is installed of one extension.

use axum::Json;
use axum::extract::State;
use desktop::{Desktop, Listed};
use jiff::Timestamp;
use model::in_use::InUse;
use model::installed::Generation;
use model::{ExtensionId, Reference};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Place;
use crate::jobs::PermissionDocument;
use crate::problem::Problem;
use crate::service::Shared;

/// What is installed of an extension.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Installed)]
pub(super) struct InstalledDocument {
    /// The display name; foreign text, on one line.
    pub(super) title: String,
    /// Who provides it; foreign text, on one line.
    pub(super) vendor: Option<String>,
    /// The tag as written, else the digest.
    version: String,
    /// What the tag resolved to.
    digest: String,
    /// The platform's manifest.
    manifest: String,
    /// What it asks of the Extension API, as written.
    api_version: Option<String>,
    /// When it was installed.
    #[schema(value_type = String, format = DateTime)]
    installed_at: Timestamp,
    /// The bytes of its files.
    size: u64,
    /// The folder of its files.
    path: String,
    /// Whether no update may move it.
    is_held: bool,
    /// Whether the allow-list admits it.
    is_allowed: bool,
    /// Whether its files are gone: then it has to be installed again.
    is_damaged: bool,
    /// The update that the last scan found.
    update: Option<UpdateDocument>,
}

/// A release that takes the place of the installed one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Update)]
pub(super) struct UpdateDocument {
    version: Option<String>,
    digest: Option<String>,
}

/// One extension in full.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExtensionDetail)]
pub(super) struct DetailDocument {
    /// In normal form.
    id: String,
    /// What is installed.
    installed: InstalledDocument,
    /// What it is able to do, the gravest first.
    permissions: Vec<PermissionDocument>,
    /// The generations that can be gone back to, newest first.
    previous: Vec<GenerationDocument>,
}

/// A generation that is kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Generation)]
pub(super) struct GenerationDocument {
    version: String,
    digest: String,
    #[schema(value_type = String, format = DateTime)]
    installed_at: Timestamp,
    size: u64,
    /// Whether a rollback has left it, so that no update takes it unasked.
    is_left: bool,
}

/// Tells everything of one installed extension, without network.
#[utoipa::path(get, path = "/v1/extensions/{id}", tag = "extensions",
    params(("id" = String, Path, description = "The id, percent-encoded: `docker.io%2Facme%2Fwhale`")),
    responses((status = 200, body = DetailDocument), (status = 404, description = "Not installed")))]
pub(super) async fn extension(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
) -> Result<Json<DetailDocument>, Problem> {
    let detail = move |desktop: &Desktop| {
        desktop
            .listed(&id)?
            .map(Into::into)
            .ok_or_else(|| not_installed(&id))
    };
    service.read(detail).await.map(Json)
}

/// It is not installed.
pub(super) fn not_installed(id: &ExtensionId) -> Problem {
    Problem {
        reference: Some(Reference::from(id.clone()).to_string()),
        ..Problem::because(desktop::Code::NotInstalled, format!("{id} is not installed"))
    }
}

impl From<Listed<InUse>> for InstalledDocument {
    fn from(listed: Listed<InUse>) -> Self {
        let current = listed.installed;
        Self {
            version: current.version(),
            title: current.title,
            vendor: current.vendor,
            digest: current.digest.to_string(),
            manifest: current.manifest.to_string(),
            api_version: current.api_version,
            installed_at: current.installed_at,
            size: current.size,
            path: listed.path.into_string(),
            is_held: current.held,
            is_allowed: listed.is_allowed,
            is_damaged: listed.is_damaged,
            update: listed.update.map(|finding| UpdateDocument {
                version: finding.version,
                digest: finding.digest.map(|digest| digest.to_string()),
            }),
        }
    }
}

impl From<Listed> for DetailDocument {
    fn from(listed: Listed) -> Self {
        let installed = &listed.installed;
        let generation = |kept: &Generation| GenerationDocument {
            version: kept.version(),
            digest: kept.digest.to_string(),
            installed_at: kept.installed_at,
            size: kept.size,
            is_left: model::rollback::has_left(&installed.left, kept.tag.as_ref(), &kept.digest),
        };
        let permissions = installed.current.permissions.lines();
        Self {
            id: installed.id.to_string(),
            permissions: permissions.into_iter().map(Into::into).collect(),
            previous: installed.previous.iter().map(generation).collect(),
            installed: Listed::<InUse>::from(listed).into(),
        }
    }
}
