//! Who may ask: the checks in front of every handler, and the headers behind.
//!
//! A browser talks to this machine for whatever page it shows. So on TCP a request has to name this service as its host (a
//! foreign name that resolves to loopback is an attack), must not come from a page of another origin, and has to show the token or
//! the cookie. The socket stands in a folder that only the user can enter, which is proof enough.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use crate::code::ServiceCode;
use crate::pages::address::FAVICON;
use crate::problem::Problem;
use crate::service::Shared;

/// How long a handler may take. Streams of events are longer: what is bounded is the time until the answer begins.
const LONGEST: Duration = Duration::from_secs(60);

/// The page that a link opens; it has a key of its own.
pub(super) const OPEN: &str = "/open";

/// What pages may load and do: only what this service itself serves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The door that a request came through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Door {
    /// The socket in the home folder.
    Socket,
    /// This address.
    Tcp(SocketAddr),
}

/// What the guard knows.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) service: Shared,
    pub(super) door: Door,
}

/// Lets a request in or not.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let is_page = wants_page(&request);
    let logged = guard.service.numbers().begin(&request, guard.door);
    let mut response = match guard.check(&request) {
        Ok(()) => {
            let answer = next.run(request).instrument(logged.span.clone());
            match tokio::time::timeout(LONGEST, answer).await {
                Ok(response) => response,
                Err(_) => timed_out().into_response(),
            }
        }
        Err(problem) if is_page => (problem.status, format!("{problem}\n")).into_response(),
        Err(problem) => problem.into_response(),
    };
    guard.service.metrics().count(response.status());
    logged.end(response.status());
    protect(response.headers_mut());
    response
}

impl Guard {
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let headers = request.headers();
        let Door::Tcp(address) = self.door else {
            return refuse_origin(headers, |_| false);
        };
        let host = text(headers, &header::HOST).unwrap_or_default();
        if !names(address, host) {
            let detail = "the request names another host than this service";
            return Err(Problem::of(ServiceCode::ForeignHost, detail));
        }
        let own = format!("http://{host}");
        refuse_origin(headers, |origin| origin == own)?;
        refuse_other_sites(request)?;
        if is_public(request.uri().path()) || self.is_known(headers, address) {
            return Ok(());
        }
        Err(unknown())
    }

    fn is_known(&self, headers: &HeaderMap, address: SocketAddr) -> bool {
        let keys = self.service.keys();
        let token = text(headers, &header::AUTHORIZATION).and_then(|shown| shown.strip_prefix("Bearer "));
        if let Some(token) = token {
            return keys.is_token(token.trim());
        }
        let name = cookie_name(address);
        let cookies = headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(its_name, value)| its_name == name && keys.is_session(value))
    }
}

/// What shows nothing of this home folder: the page of the link, and what is in every copy of the program.
fn is_public(path: &str) -> bool {
    path == OPEN || path == FAVICON || path.starts_with("/assets/")
}

/// The cookie's name. Browsers keep cookies by host and not by port, and another home folder has a service of its own.
pub(super) fn cookie_name(address: SocketAddr) -> String {
    format!("outrigger-{}", address.port())
}

/// Whether a `Host` means this address: by number, or on loopback by the one name that every system keeps for it.
fn names(address: SocketAddr, host: &str) -> bool {
    let port = address.port();
    let Some(name) = host.strip_suffix(&format!(":{port}")) else {
        return port == 80 && names_address(address, host);
    };
    names_address(address, name)
}

fn names_address(address: SocketAddr, name: &str) -> bool {
    if name.eq_ignore_ascii_case("localhost") {
        return address.ip().is_loopback() || address.ip().is_unspecified();
    }
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    match bare.unwrap_or(name).parse::<std::net::IpAddr>() {
        // Whoever listens at every address is asked by any; a number is never the name of an attack by names.
        Ok(number) => number == address.ip() || address.ip().is_unspecified(),
        Err(_) => false,
    }
}

fn refuse_origin(headers: &HeaderMap, is_own: impl Fn(&str) -> bool) -> Result<(), Problem> {
    match headers.get(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.to_str().is_ok_and(is_own) => Ok(()),
        Some(_) => Err(foreign_origin()),
    }
}

/// What browsers say of where a request comes from. A link from elsewhere may lead here; nothing else may.
fn refuse_other_sites(request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let said = |name: &'static str| text(headers, &HeaderName::from_static(name));
    let is_link = request.method() == Method::GET && said("sec-fetch-mode") == Some("navigate");
    match said("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if is_link => Ok(()),
        Some(_) => Err(foreign_origin()),
    }
}

fn foreign_origin() -> Problem {
    let detail = "the request comes from a page of another site";
    Problem::of(ServiceCode::ForeignOrigin, detail)
}

fn unknown() -> Problem {
    let help = "programs send `Authorization: Bearer TOKEN` with the token in `service/token` of the home folder; \
                for a browser, `outrigger serve` prints a link that opens once";
    Problem {
        help: Some(help.to_owned()),
        ..Problem::of(
            ServiceCode::Unauthorized,
            "this needs the token of the service, or the link that it prints",
        )
    }
}

fn timed_out() -> Problem {
    let seconds = LONGEST.as_secs();
    Problem::of(
        ServiceCode::TimedOut,
        format!("there was no answer within {seconds} seconds"),
    )
}

fn wants_page(request: &Request) -> bool {
    let accepted = text(request.headers(), &header::ACCEPT);
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
        && !request.uri().path().starts_with("/v1/")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The headers of every answer. What a handler has set stays.
fn protect(headers: &mut HeaderMap) {
    let rules = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With `no-referrer` browsers would post forms without their origin.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in rules {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_host(address: &str, host: &str) -> bool {
        names(address.parse().unwrap(), host)
    }

    #[test]
    fn only_numbers_and_the_name_of_loopback_name_the_service() {
        for host in ["127.0.0.1:7811", "localhost:7811", "LOCALHOST:7811"] {
            assert!(is_host("127.0.0.1:7811", host), "{host}");
        }
        assert!(is_host("[::1]:7811", "[::1]:7811"));
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.2:7811",
            "evil.example:7811",
            "localhost.evil.example:7811",
            "127.0.0.1.evil.example:7811",
            "127.0.0.1:7811:7811",
            "[::1]:7811",
            "user@127.0.0.1:7811",
        ] {
            assert!(!is_host("127.0.0.1:7811", host), "{host}");
        }
    }

    #[test]
    fn where_it_listens_at_every_address_a_name_is_still_foreign() {
        assert!(is_host("0.0.0.0:7811", "192.0.2.7:7811"));
        assert!(!is_host("0.0.0.0:7811", "evil.example:7811"));
        assert!(!is_host("192.0.2.7:7811", "localhost:7811"));
    }
}
