//! Lists: tags of a repository, repositories of a registry.

use std::collections::HashSet;
use std::hash::Hash;

use model::ExtensionId;
use serde::Deserialize;

use super::shared::Shared;
use crate::error::{ErrorKind, Fault};
use crate::pages::Pages;
use crate::station::{Request, Scope};
use crate::wire::{SizeLimit, Whole};
use crate::{Invalid, Limits, json};

/// What is asked for on a page: the most that registries grant.
const PAGE: &str = "n=1000";

/// Which list, and how long it may be.
pub(super) struct List<'a> {
    registry: &'a str,
    path: String,
    scope: Scope,
    length: SizeLimit,
}

/// A page of either list; `null` is an empty one.
#[derive(Deserialize)]
struct WirePage {
    #[serde(alias = "repositories")]
    tags: Option<Vec<String>>,
}

impl<'a> List<'a> {
    pub(super) fn of_tags(id: &'a ExtensionId, limits: &Limits) -> Self {
        Self {
            registry: id.registry(),
            path: format!("{}/tags/list", id.repository()),
            scope: Scope::Pull(id.repository().to_owned()),
            length: SizeLimit {
                what: "the number of its tags is",
                limit: limits.tags as u64,
                setting: "limits.tags",
            },
        }
    }

    pub(super) fn of_repositories(registry: &'a str, limits: &Limits) -> Self {
        Self {
            registry,
            path: "_catalog".to_owned(),
            scope: Scope::Catalog,
            length: SizeLimit {
                what: "the number of its repositories is",
                limit: limits.repositories as u64,
                setting: "limits.repositories",
            },
        }
    }

    /// Reads all pages and keeps what `parse` makes something of, each once.
    pub(super) async fn read<Item: Clone + Eq + Hash>(
        &self,
        shared: &Shared,
        parse: impl Fn(&str) -> Option<Item>,
    ) -> Result<Vec<Item>, Fault> {
        let limits = shared.limits();
        let size = SizeLimit {
            what: "a page of the list is",
            limit: limits.page_size,
            setting: "limits.page-size",
        };
        let mut pages = Pages::starting_with(PAGE);
        let mut query = PAGE.to_owned();
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        for _ in 0..limits.pages {
            let Whole { headers, body, url } = shared.read(self.registry, &self.page(query), &size).await?;
            let at = |invalid: Invalid| Fault::at(&url, invalid);
            let next = pages.after(&url, &headers).map_err(at)?;
            let entries = entries(&body).map_err(at)?;
            let legal = entries.iter().filter_map(|entry| parse(entry));
            items.extend(legal.filter(|item| seen.insert(item.clone())));
            if items.len() as u64 > self.length.limit {
                return Err(Fault::at(&url, self.length.exceeded()));
            }
            match next {
                None => return Ok(items),
                Some(next) => query = next,
            }
        }
        Err(Fault::from(ErrorKind::TooLarge {
            what: "the number of its pages is",
            limit: limits.pages as u64,
            setting: "limits.pages",
        }))
    }

    fn page(&self, query: String) -> Request {
        Request {
            query: Some(query),
            accept: Some("application/json"),
            ..Request::reading(self.path.clone(), self.scope.clone())
        }
    }
}

/// The names on a page of either list.
pub(crate) fn entries(body: &[u8]) -> Result<Vec<String>, Invalid> {
    let page: WirePage = json::object("the list", body)?;
    Ok(page.tags.unwrap_or_default())
}

/// Whether a refusal of the list of repositories only means that this registry has none to show: it is optional, and
/// most refuse it in a way of their own.
pub(super) fn is_not_offered(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::NotFound { .. } | ErrorKind::HiddenOrMissing { .. } => true,
        ErrorKind::Server { status, .. } => matches!(status, 400 | 405 | 406 | 410 | 501),
        _ => false,
    }
}
