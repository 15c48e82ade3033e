//! Lists of tags and repositories, in pages.

use std::ops::Bound;

use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::Query;
use super::problem::{Code, Problem};
use crate::registry::Registry;

/// `GET /v2/_catalog`.
pub(super) fn repositories(registry: &Registry, query: &Query) -> Result<Response, Problem> {
    let content = registry.content();
    let page = Page::of(&content.repositories, query)?;
    Ok(page.answer("/v2/_catalog", &json!({ "repositories": page.names })))
}

/// `GET /v2/<repository>/tags/list`.
pub(super) fn tags(registry: &Registry, repository: &str, query: &Query) -> Result<Response, Problem> {
    let content = registry.content();
    let found = content.repositories.get(repository);
    let tags = &found.ok_or_else(|| unknown_repository(repository))?.tags;
    let page = Page::of(tags, query)?;
    let path = format!("/v2/{repository}/tags/list");
    Ok(page.answer(&path, &json!({ "name": repository, "tags": page.names })))
}

pub(super) fn unknown_repository(repository: &str) -> Problem {
    Problem::new(
        Code::NameUnknown,
        format!("there is no repository `{repository}`"),
    )
}

/// A part of a list in lexical order.
struct Page<'list> {
    names: Vec<&'list str>,
    size: usize,
    more: bool,
}

impl<'list> Page<'list> {
    /// The page after `last`, of at most `n` names; without `n` all of them.
    fn of<T>(list: &'list std::collections::BTreeMap<String, T>, query: &Query) -> Result<Self, Problem> {
        let size = match query.get("n").map(str::parse) {
            None => usize::MAX,
            Some(Ok(size)) => size,
            Some(Err(_)) => {
                let message = "`n` is not a number of names";
                return Err(Problem::new(Code::PaginationNumberInvalid, message));
            }
        };
        let start = query.get("last").map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = list.range::<str, _>((start, Bound::Unbounded));
        let names: Vec<&str> = rest.by_ref().take(size).map(|(name, _)| name.as_str()).collect();
        let more = rest.next().is_some();
        Ok(Self { names, size, more })
    }

    fn answer(&self, path: &str, body: &serde_json::Value) -> Response {
        let response = super::json(StatusCode::OK, body);
        match self.names.last() {
            Some(last) if self.more => {
                let size = self.size;
                let link = format!("<{path}?n={size}&last={last}>; rel=\"next\"");
                ([(LINK, link)], response).into_response()
            }
            _ => response,
        }
    }
}
