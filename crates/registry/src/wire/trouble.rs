//! What went wrong on the way, in words that lead to the cause.

use std::error::Error;
use std::io;

use super::certificate::Refused;
use crate::error::{ErrorKind, NetworkProblem};

type Cause = dyn Error + 'static;

/// The longest cause that is told, in characters.
const LONGEST: usize = 500;

/// Turns the HTTP library's error into the kind of trouble and its chain of causes. The library's own message repeats
/// the whole URL, so it is left out.
pub(crate) fn in_words(error: reqwest::Error) -> ErrorKind {
    let error = error.without_url();
    let causes = causes(&error);
    ErrorKind::Network {
        problem: problem(&error, &causes),
        cause: words(&error, &causes),
    }
}

/// Everything below `error`, also what hides inside an `io::Error`, whose `source` skips its own content.
fn causes(error: &Cause) -> Vec<&Cause> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &Cause),
            None => cause.source(),
        };
    }
    causes
}

fn problem(error: &reqwest::Error, causes: &[&Cause]) -> NetworkProblem {
    let kind = causes
        .iter()
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind);
    if error.is_dns() {
        NetworkProblem::Dns
    } else if refused(causes).is_some_and(|refused| refused.is_of_unknown_issuer) {
        NetworkProblem::UnknownIssuer
    } else if causes.iter().any(|cause| cause.is::<rustls::Error>()) {
        NetworkProblem::Tls
    } else if error.is_timeout() || kind == Some(io::ErrorKind::TimedOut) {
        NetworkProblem::Timeout
    } else if kind == Some(io::ErrorKind::ConnectionRefused) {
        NetworkProblem::Refused
    } else if error.is_connect() {
        NetworkProblem::Unreachable
    } else {
        NetworkProblem::Broken
    }
}

/// The certificate that was not accepted, if that is what it is about.
fn refused<'a>(causes: &[&'a Cause]) -> Option<&'a Refused> {
    let mut tls = causes.iter().filter_map(|cause| cause.downcast_ref());
    tls.find_map(Refused::within)
}

/// The innermost cause says it best; what stands around it mostly repeats that something failed.
fn words(error: &reqwest::Error, causes: &[&Cause]) -> String {
    let innermost = match (refused(causes), causes.last()) {
        (Some(refused), _) => refused.to_string(),
        (None, Some(innermost)) => innermost.to_string(),
        (None, None) => error.to_string(),
    };
    model::text::printable(&innermost, LONGEST)
}
