//! What a 401 asks for.

use http_auth::ChallengeParser;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use model::text::quote;

use super::unanswerable;
use crate::ErrorKind;

/// A way of proving who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// RFC 7617: name and password with every request.
    Basic,
    /// A token from a token server (distribution, "Token Authentication Specification").
    Bearer(Bearer),
}

/// Where a token comes from, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bearer {
    /// The token server's address as written.
    pub(super) realm: String,
    pub(super) service: Option<String>,
    pub(super) scope: Option<String>,
}

impl Challenge {
    /// Reads the challenges of a 401 and takes the first that can be answered, a token before a password.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, ErrorKind> {
        let mut basic = None;
        let mut unknown = String::new();
        for value in headers.get_all(WWW_AUTHENTICATE) {
            let Ok(text) = value.to_str() else { continue };
            // What stands before a mistake still counts.
            for challenge in ChallengeParser::new(text).map_while(Result::ok) {
                match challenge.scheme.to_ascii_lowercase().as_str() {
                    "bearer" => {
                        if let Some(bearer) = bearer(&challenge) {
                            return Ok(Self::Bearer(bearer));
                        }
                    }
                    "basic" => basic = Some(Self::Basic),
                    _ => {}
                }
                challenge.scheme.clone_into(&mut unknown);
            }
        }
        basic.ok_or_else(|| {
            let unknown = quote(&unknown);
            unanswerable(format!(
                "it asks for a login of the kind {unknown}, which is not known here"
            ))
        })
    }
}

fn bearer(challenge: &http_auth::ChallengeRef<'_>) -> Option<Bearer> {
    let parameter = |name: &str| {
        let found = challenge
            .params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    Some(Bearer {
        realm: parameter("realm")?,
        service: parameter("service"),
        scope: parameter("scope"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Result<Challenge, ErrorKind> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::of(&headers)
    }

    #[test]
    fn a_token_is_preferred_to_a_password() {
        let bearer = r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:acme/whale:pull""#;
        let expected = Challenge::Bearer(Bearer {
            realm: "https://auth.example/token".to_owned(),
            service: Some("registry.example".to_owned()),
            scope: Some("repository:acme/whale:pull".to_owned()),
        });
        let both = format!("Basic realm=\"x\", {bearer}");
        for values in [
            &[bearer][..],
            &[&both],
            &["Basic realm=x", bearer],
            &["bEARER realm=\"", bearer],
        ] {
            assert_eq!(of(values), Ok(expected.clone()), "{values:?}");
        }
        assert_eq!(of(&["basic realm=\"Registry\""]), Ok(Challenge::Basic));
    }

    #[test]
    fn what_cannot_be_answered_is_named() {
        for (values, scheme) in [
            (&[][..], "``"),
            (&["Digest realm=\"x\""], "`Digest`"),
            (&["Bearer service=\"x\""], "`Bearer`"),
        ] {
            let refused = of(values).unwrap_err();
            assert!(matches!(refused, ErrorKind::HiddenOrMissing { .. }));
            assert!(refused.to_string().contains(scheme), "{refused}");
        }
    }
}
