//! `GET /v1/health` and `GET /v1/metrics`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use desktop::Desktop;
use serde::Serialize;
use utoipa::ToSchema;

use crate::metrics::Gauges;
use crate::problem::Problem;
use crate::service::Shared;

/// That the service answers, and its home folder can be read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Health)]
pub(super) struct HealthDocument {
    /// `ok`; whatever is not is a problem.
    status: &'static str,
    /// The version of the program.
    version: &'static str,
    /// The home folder.
    home: String,
}

/// Whether the service answers, and its configuration and home folder can be read.
#[utoipa::path(get, path = "/v1/health", tag = "service",
    responses((status = 200, body = HealthDocument), (status = 500, description = "Configuration or home folder cannot be read")))]
pub(super) async fn health(State(service): State<Shared>) -> Result<Json<HealthDocument>, Problem> {
    let home = service
        .read(|desktop| Ok(desktop.store().home().to_string()))
        .await?;
    Ok(Json(HealthDocument {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        home,
    }))
}

/// What the service counts, for Prometheus.
#[utoipa::path(get, path = "/v1/metrics", tag = "service",
    responses((status = 200, description = "Text format 0.0.4", content_type = "text/plain")))]
pub(super) async fn metrics(State(service): State<Shared>) -> Result<Response, Problem> {
    let gauges = |desktop: &Desktop| {
        let extensions = desktop.list_in_use()?.extensions;
        Ok(Gauges {
            installed: extensions.len(),
            updates: extensions.iter().filter(|listed| listed.update.is_some()).count(),
            unfinished_jobs: 0,
            scanned_at: desktop.found().map(|found| found.finished_at.as_second()),
        })
    };
    let gauges = Gauges {
        unfinished_jobs: service.jobs().unfinished(),
        ..service.read(gauges).await?
    };
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], service.metrics().text(&gauges)).into_response())
}
