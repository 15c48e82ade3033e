//! What went wrong on the way, in words that lead to the cause.

use std::error::Error;
use std::io;

use crate::error::{ErrorKind, NetworkProblem};

type Cause = dyn Error + 'static;

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

/// The innermost cause says it best; what stands around it mostly repeats that something failed.
fn words(error: &reqwest::Error, causes: &[&Cause]) -> String {
    let innermost = causes
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string);
    model::text::printable(&innermost, 300)
}
