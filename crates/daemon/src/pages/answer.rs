//! What pages are asked with, and what they answer.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use desktop::Code;
use serde::de::DeserializeOwned;

use super::address;
use super::markup::{self, Frame, Theme};
use crate::problem::Problem;

/// The cookie of the theme. It is no secret.
const THEME: &str = "outrigger-theme";
/// How long a browser keeps it, in seconds: a year.
const KEPT: u32 = 365 * 24 * 60 * 60;

/// What a page answers. A problem gets a page of its own by [`show_problems`].
pub(super) type Answer = Result<Response, Problem>;

/// Shows a problem as a page, in the theme that the browser's user has chosen.
pub(super) async fn show_problems(theme: Theme, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Arc<Problem>>() else {
        return response;
    };
    let frame = Frame {
        title: "That did not work".to_owned(),
        theme,
        ..Frame::default()
    };
    let content = markup::problem(&problem.to_string(), problem.help.as_deref());
    (problem.status, html(&frame, &content)).into_response()
}

/// A page as an answer.
pub(super) fn html(frame: &Frame, content: &maud::Markup) -> Html<String> {
    Html(markup::page(frame, content).into_string())
}

impl<S: Send + Sync> FromRequestParts<S> for Theme {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let cookies = parts.headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='));
        let found = pairs.find(|(name, _)| *name == THEME);
        Ok(found.map(|(_, word)| Self::read(word)).unwrap_or_default())
    }
}

/// The header that has a browser keep the theme.
pub(super) fn theme_cookie(theme: Theme) -> String {
    let word = theme.word();
    format!("{THEME}={word}; Path=/; Max-Age={KEPT}; SameSite=Strict; HttpOnly")
}

/// The fields of a form.
pub(super) struct Fields<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Form::<T>::from_request(request, state).await {
            Ok(axum::Form(fields)) => Ok(Self(fields)),
            Err(error) => {
                let status = match error.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                };
                Err(usage_with(status, error.body_text()))
            }
        }
    }
}

/// Where a form was sent from, so that whoever sent it comes back to the page that they were on.
pub(super) struct Origin(Option<String>);

impl Origin {
    /// Back to there, or to `else_to` where it is not known.
    pub(super) fn or(self, else_to: &str) -> Response {
        Redirect::to(self.0.as_deref().unwrap_or(else_to)).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(own_page(&parts.headers)))
    }
}

/// The path that `Referer` names, if it is that of a page: never its host, and no query.
fn own_page(headers: &HeaderMap) -> Option<String> {
    let referer: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    let path = referer.path();
    let is_fixed = [address::INSTALLED, address::ACTIVITY, address::MARKETPLACE].contains(&path);
    let is_page = is_fixed || path.starts_with("/extensions/") || path.starts_with("/jobs/");
    is_page.then(|| path.to_owned())
}

/// A form or address that cannot be understood.
pub(super) fn usage(detail: impl std::fmt::Display) -> Problem {
    usage_with(StatusCode::BAD_REQUEST, detail.to_string())
}

fn usage_with(status: StatusCode, detail: String) -> Problem {
    Problem {
        status,
        ..Problem::because(Code::Usage, detail)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_form_leads_back_to_pages_of_ours_alone() {
        let back = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, HeaderValue::from_static(referer));
            own_page(&headers)
        };
        let here = "http://127.0.0.1:7811";
        assert_eq!(
            back("http://127.0.0.1:7811/installed?x=1").as_deref(),
            Some("/installed")
        );
        assert_eq!(
            back("http://evil.example/extensions/a%2Fb").as_deref(),
            Some("/extensions/a%2Fb")
        );
        assert_eq!(back("http://evil.example//evil.example"), None);
        assert_eq!(back("javascript:alert(1)"), None);
        assert_eq!(back("http://127.0.0.1:7811/v1/extensions"), None);
        assert_eq!(back(here).as_deref(), Some("/"));
    }
}
