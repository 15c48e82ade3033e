//! The addresses of the pages, written in one place.

use model::ExtensionId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where the marketplace is.
pub(crate) const MARKETPLACE: &str = "/";
/// Where the list of what is installed is.
pub(crate) const INSTALLED: &str = "/installed";
/// Where history is.
pub(crate) const ACTIVITY: &str = "/activity";
/// Where the settings are.
pub(crate) const SETTINGS: &str = "/settings";

/// What sends a notice to try how it arrives.
pub(crate) const TEST_NOTICE: &str = "/notices/test";
/// The settings with what came of that.
pub(crate) const NOTICE_TESTED: &str = "/settings?notice=tested#notices";

/// Where browsers look for the picture of a site on their own, whatever its pages say.
pub(crate) const FAVICON: &str = "/favicon.ico";

/// What stays readable in one segment of a path: an id is one, its slashes are escaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b':');
/// What stays readable in the value of a query; a blank becomes a plus.
const VALUE: &AsciiSet = &SEGMENT.remove(b' ');

/// The page of an extension.
pub(crate) fn extension(id: &ExtensionId) -> String {
    format!("/extensions/{}", utf8_percent_encode(&id.to_string(), SEGMENT))
}

/// The icon of an installed extension; `version` changes with its content, so that browsers may keep it.
pub(crate) fn icon(id: &ExtensionId, version: &str) -> String {
    format!(
        "/icons/{}?v={version}",
        utf8_percent_encode(&id.to_string(), SEGMENT)
    )
}

/// A picture that is elsewhere, as this service shows it.
pub(crate) fn picture(name: &str) -> String {
    format!("/pictures/{}", utf8_percent_encode(name, SEGMENT))
}

/// The page of a job.
pub(crate) fn job(id: &str) -> String {
    format!("/jobs/{}", utf8_percent_encode(id, SEGMENT))
}

/// What tells of a job while it runs.
pub(crate) fn job_stream(id: &str) -> String {
    format!("{}/stream", job(id))
}

/// `path` with a query of those `pairs` that have a value.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE)).replace(' ', "+"))
        .collect();
    if pairs.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", pairs.join("&"))
}

/// A foreign address, if a page may link to it: `https` alone, and nothing that breaks out of an attribute.
pub(crate) fn linkable(text: &str) -> Option<&str> {
    let is_secure = text
        .get(..8)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    (is_secure && model::labels::is_web_address(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_and_values_are_escaped() {
        let id = "localhost:5000/acme/whale".parse().unwrap();
        assert_eq!(extension(&id), "/extensions/localhost:5000%2Facme%2Fwhale");
        assert_eq!(
            with_query("/", &[("q", "a b&c=<d>"), ("sort", ""), ("page", "2")]),
            "/?q=a+b%26c%3D%3Cd%3E&page=2"
        );
        assert_eq!(with_query("/", &[("q", "")]), "/");
    }

    #[test]
    fn only_https_is_linked_to() {
        assert!(linkable("https://acme.example/docs?a=1#b").is_some());
        assert!(linkable("HTTPS://acme.example").is_some());
        for refused in [
            "http://acme.example",
            "javascript:alert(1)",
            "https://",
            "https:/acme.example",
            "data:text/html,hello",
            "https://acme.example/\"onclick=\"",
            "https://acme.example/\u{202e}",
            "//acme.example",
            "",
        ] {
            assert_eq!(linkable(refused), None, "{refused}");
        }
    }
}
