//! Lists in pages (distribution-spec, "Listing Tags"): `Link` says where the next one is.

use std::collections::HashSet;

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::Invalid;
use crate::error::redacted;

/// The queries of one list's pages, in the order in which the registry tells them.
pub(crate) struct Pages {
    seen: HashSet<String>,
}

impl Pages {
    /// Starts with the query of the first page.
    pub(crate) fn starting_with(query: &str) -> Self {
        Self {
            seen: HashSet::from([query.to_owned()]),
        }
    }

    /// The query of the page after the one with these headers, which came from `url`; nothing after the last page.
    ///
    /// Only the query is taken from the registry. Host and path stay what they were, so that no `Link` can lead
    /// elsewhere, and one that tries is an error.
    pub(crate) fn after(&mut self, url: &Url, headers: &HeaderMap) -> Result<Option<String>, Invalid> {
        let links = headers.get_all(LINK).iter();
        let Some(link) = links.filter_map(|link| link.to_str().ok()).find_map(next_of) else {
            return Ok(None);
        };
        let query = query_of(url, link)?;
        if self.seen.insert(query.clone()) {
            Ok(Some(query))
        } else {
            Err(Invalid::PageLoop)
        }
    }
}

/// The target with `rel="next"` in a `Link` header (RFC 8288).
fn next_of(header: &str) -> Option<&str> {
    // A target holds no `<`; commas it may hold.
    header.split('<').skip(1).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        parameters.split([';', ',']).any(is_rel_next).then_some(target)
    })
}

fn is_rel_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let value = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel") && value.split(' ').any(|rel| rel.eq_ignore_ascii_case("next"))
}

/// The query of a target that is the same list on the same host. Scheme and port are not compared: registries behind
/// a proxy often know neither, and neither is used.
fn query_of(url: &Url, link: &str) -> Result<String, Invalid> {
    let elsewhere = |target: String| Invalid::PageElsewhere { target };
    let target = url
        .join(link)
        .map_err(|_| elsewhere("what is no address".to_owned()))?;
    let list = url
        .path()
        .rsplit_once("/v2/")
        .map_or(url.path(), |(_, list)| list);
    let same_list = target.path().ends_with(&format!("/v2/{list}"));
    if target.host() == url.host() && same_list {
        Ok(target.query().unwrap_or_default().to_owned())
    } else {
        Err(elsewhere(redacted(&target)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        for (header, next) in [
            (
                r#"</v2/a/tags/list?last=b>; rel="next""#,
                Some("/v2/a/tags/list?last=b"),
            ),
            ("</x>;rel=next", Some("/x")),
            (r#"</x>; title="a"; REL="prev next""#, Some("/x")),
            (r#"</a>; rel="prev", </b>; rel="next""#, Some("/b")),
            (r#"</a>; rel="first", </b>; rel="last""#, None),
            (r#"</a>; rel="nextish""#, None),
            (r#"</a,b>; rel="next""#, Some("/a,b")),
            ("</a>", None),
            ("</a", None),
            ("", None),
        ] {
            assert_eq!(next_of(header), next, "{header}");
        }
    }

    #[test]
    fn a_page_is_taken_from_the_same_list_only() {
        let url = Url::parse("https://r.example:8443/hub/v2/acme/whale/tags/list?n=1000").unwrap();
        for link in [
            "/v2/acme/whale/tags/list?last=b",
            "/hub/v2/acme/whale/tags/list?last=b",
            "?last=b",
            "https://r.example/v2/acme/whale/tags/list?last=b",
            "http://r.example:8443/v2/acme/whale/tags/list?last=b",
        ] {
            assert_eq!(query_of(&url, link).as_deref(), Ok("last=b"), "{link}");
        }
        for link in [
            "https://evil.example/v2/acme/whale/tags/list?last=b",
            "//evil.example/v2/acme/whale/tags/list?last=b",
            "/v2/acme/secret/tags/list?last=b",
            "/v2/acme/whale/tags/list/../../x?last=b",
            "/admin?last=b",
            "https://[",
        ] {
            let refused = query_of(&url, link);
            assert!(matches!(refused, Err(Invalid::PageElsewhere { .. })), "{link}");
        }
    }
}
