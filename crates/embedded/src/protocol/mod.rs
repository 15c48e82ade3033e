//! The server's half of the OCI distribution specification 1.1: pull, push, discovery, management.
//!
//! Left out: the referrers endpoint (answered 404, so that clients take the fallback tag) and any login.

mod blobs;
mod body;
mod lists;
mod manifests;
mod path;
mod problem;
mod uploads;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use self::path::Endpoint;
use self::problem::{Code, Problem};
use crate::registry::{Registry, Request as LogEntry};

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// Older Docker clients take a server without this header for a registry of the first protocol.
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// Answers one request, and notes it in the registry's log.
pub(crate) async fn answer(State(registry): State<Registry>, request: Request) -> Response {
    let entry = LogEntry::received(&request);
    let mut response = respond(&registry, request)
        .await
        .unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    registry.note(LogEntry {
        status: response.status().as_u16(),
        ..entry
    });
    response
}

async fn respond(registry: &Registry, request: Request) -> Result<Response, Problem> {
    let path = request.uri().path().to_owned();
    let query = Query::of(&request);
    let endpoint = Endpoint::parse(&path)?;
    let unsupported = Problem::new(
        Code::Unsupported,
        format!("{} is not answered here", request.method()),
    );
    match (request.method().as_str(), endpoint) {
        ("GET" | "HEAD", Endpoint::Base) => Ok(json(StatusCode::OK, &serde_json::json!({}))),
        ("GET", Endpoint::Catalog) => lists::repositories(registry, &query),
        ("GET", Endpoint::Tags(repository)) => lists::tags(registry, repository, &query),
        ("GET" | "HEAD", Endpoint::Manifest(repository, reference)) => {
            manifests::get(registry, repository, reference)
        }
        ("PUT", Endpoint::Manifest(repository, reference)) => {
            manifests::put(registry, repository, reference, request).await
        }
        ("DELETE", Endpoint::Manifest(repository, reference)) => {
            manifests::delete(registry, repository, reference)
        }
        ("GET" | "HEAD", Endpoint::Blob(repository, digest)) => {
            blobs::get(registry, repository, digest, request.headers())
        }
        ("DELETE", Endpoint::Blob(repository, digest)) => blobs::delete(registry, repository, digest),
        ("POST", Endpoint::Uploads(repository)) => {
            uploads::begin(registry, repository, &query, request).await
        }
        (_, Endpoint::Upload(repository, upload)) => {
            uploads::proceed(registry, repository, upload, &query, request).await
        }
        _ => Err(unsupported),
    }
}

/// The decoded pairs behind the question mark.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(request: &Request) -> Self {
        let text = request.uri().query().unwrap_or_default();
        Self(
            url::form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(key, _)| key == name)?;
        Some(&pair.1)
    }
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let content_type = [(axum::http::header::CONTENT_TYPE, "application/json")];
    (status, content_type, value.to_string()).into_response()
}
