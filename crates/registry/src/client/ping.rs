//! Whether a registry answers, whom it lets in, and what time it has.

use jiff::Timestamp;

use super::shared::Shared;
use crate::Login;
use crate::error::{ErrorKind, Fault, redacted};
use crate::station::{Request, Scope};
use crate::wire::sent_at;

/// The answer of a registry that lets us in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// The address that answered.
    pub endpoint: String,
    /// The login that it was shown, if it asked for one.
    pub login: Login,
    /// The time by its clock, in whole seconds, where it says so.
    pub date: Option<Timestamp>,
}

/// The call that every registry answers first (distribution-spec, "Determining Support").
pub(super) async fn ping(shared: &Shared, registry: &str) -> Result<Ping, Fault> {
    let request = Request::reading(String::new(), Scope::Entry);
    let (answer, login) = shared
        .ask_once(registry, &request)
        .await
        .map_err(about_registry)?;
    Ok(Ping {
        endpoint: redacted(&answer.url).trim_end_matches("/v2/").to_owned(),
        login,
        date: sent_at(answer.response.headers()),
    })
}

/// A 404 is about the registry here, and not about a repository in it.
fn about_registry(fault: Fault) -> Fault {
    match fault.kind {
        ErrorKind::NotFound { .. } => Fault {
            kind: ErrorKind::Server {
                status: 404,
                after: None,
                said: None,
            },
            ..fault
        },
        _ => fault,
    }
}
