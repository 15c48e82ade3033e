//! See [`crate::fuzzing`].

use reqwest::header::HeaderMap;
use url::Url;

use super::challenge::Challenge;
use super::realm;
use super::token::Token;

/// Reads the challenges in `headers` and the token server's `answer`. Returns whether both were usable.
pub(crate) fn login(endpoint: &Url, headers: &HeaderMap, answer: &[u8]) -> bool {
    let token = Token::parse(answer);
    assert!(
        token
            .as_ref()
            .is_none_or(|token| !token.value.expose().is_empty())
    );
    let Ok(Challenge::Bearer(bearer)) = Challenge::of(headers) else {
        return false;
    };
    let Ok(address) = realm::admit(endpoint, &bearer.realm) else {
        return false;
    };
    assert!(address.username().is_empty() && address.password().is_none());
    assert!(address.scheme() == "https" || address.host() == endpoint.host() || endpoint.scheme() == "http");
    let gets_login = realm::objection(endpoint, &address, None).is_none();
    gets_login && token.is_some()
}
