//! See [`crate::fuzzing`].

use reqwest::header::HeaderMap;
use url::Url;

use super::challenge::Challenge;
use super::realm;
use super::token::Token;
use crate::settings::is_loopback;

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
    // In the clear only where nobody listens who does not already: at a registry that is spoken to like that, or on this
    // machine, which is no other host.
    let is_clear_already = endpoint.scheme() == "http" && address.host() == endpoint.host();
    let stays_here = is_loopback(endpoint) && is_loopback(&address);
    assert!(address.scheme() == "https" || is_clear_already || stays_here);
    let gets_login = realm::objection(endpoint, &address, None).is_none();
    gets_login && token.is_some()
}
