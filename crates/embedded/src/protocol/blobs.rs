//! Blobs: configs and layers.

use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use model::Digest;

use super::CONTENT_DIGEST;
use super::lists::unknown_repository;
use super::problem::{Code, Problem};
use crate::registry::Registry;

/// `GET` and `HEAD /v2/<repository>/blobs/<digest>`, whole or one range of it.
pub(super) fn get(
    registry: &Registry,
    repository: &str,
    digest: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let bytes = find(registry, repository, digest)?;
    let common = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DIGEST, digest.to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
    ];
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    Ok(match range.and_then(|text| Part::parse(text, bytes.len())) {
        None => (common, bytes).into_response(),
        Some(Part::Outside) => {
            let whole = [(CONTENT_RANGE, format!("bytes */{}", bytes.len()))];
            (StatusCode::RANGE_NOT_SATISFIABLE, common, whole).into_response()
        }
        Some(Part::Within { first, last }) => {
            let range = [(CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len()))];
            (
                StatusCode::PARTIAL_CONTENT,
                common,
                range,
                bytes.slice(first..=last),
            )
                .into_response()
        }
    })
}

/// `DELETE /v2/<repository>/blobs/<digest>`.
pub(super) fn delete(registry: &Registry, repository: &str, digest: &str) -> Result<Response, Problem> {
    find(registry, repository, digest)?;
    registry
        .content()
        .repository(repository)
        .blobs
        .remove(&checked(digest)?);
    Ok(StatusCode::ACCEPTED.into_response())
}

fn find(registry: &Registry, repository: &str, digest: &str) -> Result<Bytes, Problem> {
    let digest = checked(digest)?;
    let content = registry.content();
    let found = content.repositories.get(repository);
    let found = found.ok_or_else(|| unknown_repository(repository))?;
    let bytes = found.blobs.get(&digest).cloned();
    bytes.ok_or_else(|| Problem::new(Code::BlobUnknown, format!("there is no blob {digest}")))
}

pub(super) fn checked(digest: &str) -> Result<Digest, Problem> {
    digest
        .parse()
        .map_err(|error: model::digest::DigestParse| Problem::new(Code::DigestInvalid, error.to_string()))
}

/// What a `Range` header asks for (RFC 9110, 14.1.2), of content of a known length.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Within { first: usize, last: usize },
    Outside,
}

impl Part {
    /// `None` for anything but one well-formed range of bytes: such a header is ignored, as the RFC allows.
    fn parse(text: &str, length: usize) -> Option<Self> {
        let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
        let (first, last) = match (first, last) {
            ("", suffix) => (length.saturating_sub(suffix.parse().ok()?), length.checked_sub(1)),
            (first, "") => (first.parse().ok()?, length.checked_sub(1)),
            (first, last) => {
                let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
                if last < first {
                    return None;
                }
                (first, length.checked_sub(1).map(|end| end.min(last)))
            }
        };
        Some(match last {
            Some(last) if first <= last => Self::Within { first, last },
            _ => Self::Outside,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_honoured_and_anything_else_ignored() {
        let within = |first, last| Some(Part::Within { first, last });
        for (text, part) in [
            ("bytes=0-0", within(0, 0)),
            ("bytes=2-", within(2, 9)),
            ("bytes=2-99", within(2, 9)),
            ("bytes=-3", within(7, 9)),
            ("bytes=-99", within(0, 9)),
            ("bytes=10-", Some(Part::Outside)),
            ("bytes=-0", Some(Part::Outside)),
            ("bytes=3-2", None),
            ("bytes=0-1,4-5", None),
            ("lines=0-1", None),
            ("bytes=a-b", None),
        ] {
            assert_eq!(Part::parse(text, 10), part, "{text}");
        }
        assert_eq!(Part::parse("bytes=0-", 0), Some(Part::Outside));
    }
}
