//! Exit codes (contract `cli.md`) and the log.

use std::process::ExitCode;

use desktop::Kind;

use crate::arguments::Global;

/// How a command ended. The order is that of the codes: of several, the highest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done, also with warnings.
    Done = 0,
    /// Failed otherwise.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// Refused by policy or host.
    Refused = 3,
    /// No such extension, repository, tag or digest.
    NotFound = 4,
    /// A registry could not be reached or refused the login.
    Unreachable = 5,
    /// The content is not what it should be.
    Invalid = 6,
    /// `scan --exit-code` found an update.
    UpdateAvailable = 10,
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Failed => Self::Failed,
            Kind::Usage => Self::Usage,
            Kind::Refused => Self::Refused,
            Kind::NotFound => Self::NotFound,
            Kind::Unreachable => Self::Unreachable,
            Kind::Invalid => Self::Invalid,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// `OUTRIGGER_LOG` (in the form of `RUST_LOG`) and `-v` make the program tell what it does. Nothing of it is stable.
pub(crate) fn log_to_stderr(global: &Global) {
    use tracing_subscriber::EnvFilter;
    let default = match (global.is_json(), global.verbose) {
        (true, _) => "off",
        (false, 0) => "error",
        (false, 1) => "warn",
        (false, _) => "debug",
    };
    let filter = EnvFilter::try_from_env("OUTRIGGER_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .init();
}
