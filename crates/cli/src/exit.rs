//! Exit codes (contract `cli.md`).

use std::process::ExitCode;

use desktop::Kind;

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
