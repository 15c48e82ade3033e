//! `GET /open`: the link that lets a browser in.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

use super::guard::{Door, cookie_name};
use super::peer::Client;
use crate::service::Shared;

/// Goes on by itself. A redirect would be one from the page that had the link, to which browsers send no strict cookie.
const WELCOME: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Outrigger</title>\
    <meta http-equiv=\"refresh\" content=\"0; url=/\"><p><a href=\"/\">Open Outrigger</a></p></html>\n";
const USED: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Outrigger</title>\
    <p>This link was used already, or is not one of this service. Each opens once; \
    <code>outrigger serve --link</code> prints a new one.</p></html>\n";

const FOREIGN: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Outrigger</title>\
    <p>This link is for the user who runs this service.</p></html>\n";

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    key: String,
}

pub(super) async fn open(
    State(service): State<Shared>,
    Extension(door): Extension<Door>,
    Extension(client): Extension<Client>,
    Query(link): Query<Link>,
) -> Response {
    let Door::Tcp(address) = door else {
        return (StatusCode::NOT_FOUND, Html(USED)).into_response();
    };
    if client.is_another_user(address) {
        tracing::warn!("another user of this machine tried to open a link");
        return (StatusCode::FORBIDDEN, Html(FOREIGN)).into_response();
    }
    if !service.keys().use_link(&link.key) {
        return (StatusCode::UNAUTHORIZED, Html(USED)).into_response();
    }
    let cookie = cookie(address, service.keys().session());
    ([(header::SET_COOKIE, cookie)], Html(WELCOME)).into_response()
}

fn cookie(address: SocketAddr, session: &str) -> String {
    let name = cookie_name(address);
    format!("{name}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000")
}

/// The address that a person opens.
pub(crate) fn link(address: SocketAddr, key: &str) -> String {
    format!("http://{address}/open?key={key}")
}
