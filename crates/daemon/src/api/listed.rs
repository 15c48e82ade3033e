//! Answers to lists: told again only to those who do not have them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desktop::Code;
use model::Digest;
use serde::Serialize;

use crate::problem::Problem;

/// A list as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    body: axum::body::Bytes,
    tag: HeaderValue,
}

impl Listed {
    /// Writes a list as JSON. Its tag is a digest of that.
    pub(super) fn new(list: &impl Serialize) -> Result<Self, Problem> {
        let failed = |error: &dyn std::fmt::Display| Problem::because(Code::Failed, error.to_string());
        let body = serde_json::to_vec(list).map_err(|error| failed(&error))?;
        let tag = format!("\"{}\"", Digest::of(&body).file_name());
        Ok(Self {
            body: body.into(),
            tag: tag.parse().map_err(|error| failed(&error))?,
        })
    }

    /// The list, or that the client has it already.
    pub(super) fn answer(self, asked: &HeaderMap) -> Response {
        let status = if self.is_known_to(asked) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], self.body).into_response()
        };
        // To be kept, and asked about each time.
        let kept = HeaderValue::from_static("no-cache");
        ([(header::ETAG, self.tag), (header::CACHE_CONTROL, kept)], status).into_response()
    }

    fn is_known_to(&self, asked: &HeaderMap) -> bool {
        let tags = asked.get_all(header::IF_NONE_MATCH).iter();
        tags.filter_map(|tags| tags.to_str().ok())
            .flat_map(|tags| tags.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag.as_bytes() == self.tag.as_bytes())
    }
}
