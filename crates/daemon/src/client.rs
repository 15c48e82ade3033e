//! Asking the service that runs already for one more link.

use axum::http::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use store::{ServiceFile, Store};
use tokio::net::TcpStream;

use crate::error::Error;
use crate::run::Whereabouts;
use crate::use_cases::UseCases;

/// The largest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;

#[derive(Deserialize)]
struct Link {
    address: String,
}

/// A new link that opens the pages of the running service in a browser, once.
///
/// # Errors
///
/// When no service of this home folder runs or answers.
pub async fn new_link(use_cases: &UseCases) -> Result<String, Error> {
    let store = Store::open(&use_cases.home)?;
    let home = store.home().to_owned();
    let whereabouts: Option<Whereabouts> = store.service_document(ServiceFile::Address)?;
    let Some(whereabouts) = whereabouts else {
        return Err(Error::NotRunning { home });
    };
    let token = store.service_token()?.unwrap_or_default();
    let silent = |problem: &dyn std::fmt::Display| Error::Silent {
        address: whereabouts.http.clone(),
        problem: problem.to_string(),
    };
    let authority = whereabouts.http.trim_start_matches("http://");
    let stream = TcpStream::connect(authority)
        .await
        .map_err(|error| silent(&error))?;
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/links")
        .header(header::HOST, authority)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(axum::body::Body::empty())
        .map_err(|error| silent(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| silent(&error))?;
    tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| silent(&error))?;
    if response.status() != StatusCode::CREATED {
        return Err(silent(&response.status()));
    }
    let body = axum::body::Body::new(response.into_body());
    let body = axum::body::to_bytes(body, LARGEST)
        .await
        .map_err(|error| silent(&error))?;
    let link: Link = serde_json::from_slice(&body).map_err(|error| silent(&error))?;
    Ok(link.address)
}
