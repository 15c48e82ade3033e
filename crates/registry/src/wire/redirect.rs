//! Which redirects are followed.

use reqwest::{Response, StatusCode};
use url::Url;

use super::{location, unfollowed};
use crate::error::Fault;
use crate::settings::is_loopback;

/// Where `response`, which came from `from`, sends us on to; nothing if it is no redirect.
pub(super) fn target(from: &Url, response: &Response) -> Result<Option<Url>, Fault> {
    let follows = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    if !follows {
        return Ok(None);
    }
    followed(from, response)
}

/// What `Location` says, as an address that may be followed from `from`.
pub(super) fn followed(from: &Url, response: &Response) -> Result<Option<Url>, Fault> {
    let Some(location) = location(response) else {
        return Ok(None);
    };
    let to = from
        .join(location)
        .map_err(|_| unfollowed(from, from, "its target is no address"))?;
    match objection(from, &to) {
        None => Ok(Some(to)),
        Some(problem) => Err(unfollowed(from, &to, problem)),
    }
}

/// A registry must not make us speak in the clear, reach into this machine, or present a login of its choice.
fn objection(from: &Url, to: &Url) -> Option<&'static str> {
    let stays = from.host_str() == to.host_str();
    let both_local = is_loopback(from) && is_loopback(to);
    if !matches!(to.scheme(), "http" | "https") {
        Some("it is neither `https` nor `http`")
    } else if !to.username().is_empty() || to.password().is_some() {
        Some("it brings a login of its own")
    } else if from.scheme() == "https" && to.scheme() == "http" {
        Some("it leads from `https` to `http`")
    } else if is_loopback(to) && !is_loopback(from) {
        Some("it leads into this machine")
    } else if to.scheme() == "http" && !stays && !both_local {
        Some("it leads to another host over `http`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_as_safe_as_the_request_was() {
        for (from, to, followed) in [
            ("https://r.example/v2/", "https://cdn.example/b?sig=1", true),
            ("https://r.example/v2/", "https://r.example/b", true),
            ("http://localhost:5000/v2/", "http://localhost:6000/b", true),
            ("http://127.0.0.1:5000/v2/", "http://localhost:6000/b", true),
            ("http://localhost:5000/v2/", "https://cdn.example/b", true),
            (
                "http://insecure.example/v2/",
                "http://insecure.example:81/b",
                true,
            ),
            ("http://insecure.example/v2/", "http://other.example/b", false),
            ("https://r.example/v2/", "http://r.example/b", false),
            ("https://r.example/v2/", "http://cdn.example/b", false),
            ("https://r.example/v2/", "https://localhost/b", false),
            ("https://r.example/v2/", "https://[::1]/b", false),
            ("https://r.example/v2/", "https://user:x@cdn.example/b", false),
            ("https://r.example/v2/", "ftp://cdn.example/b", false),
            ("https://r.example/v2/", "file:///etc/passwd", false),
            ("http://localhost:5000/v2/", "http://cdn.example/b", false),
        ] {
            let (from, to) = (Url::parse(from).unwrap(), Url::parse(to).unwrap());
            assert_eq!(objection(&from, &to).is_none(), followed, "{from} -> {to}");
        }
    }
}
