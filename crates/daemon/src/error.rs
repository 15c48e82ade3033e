//! Why the service could not be started, or came to an end.

use std::io;
use std::net::SocketAddr;

use camino::Utf8PathBuf;
use thiserror::Error;

/// Why the service does not run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process serves this home folder.
    #[error("the service of {home} runs already{}", address.as_ref().map(|it| format!(": it listens at {it}")).unwrap_or_default())]
    AlreadyRunning {
        /// The home folder.
        home: Utf8PathBuf,
        /// Where it listens, where it says so.
        address: Option<String>,
    },
    /// No service of this home folder runs.
    #[error("no service of {home} runs")]
    NotRunning {
        /// The home folder.
        home: Utf8PathBuf,
    },
    /// The service does not answer as it should.
    #[error("the service at {address} does not answer: {problem}")]
    Silent {
        /// Where it should listen.
        address: String,
        /// What came instead.
        problem: String,
    },
    /// The address is one that other machines reach.
    #[error("{address} can be reached from other machines, who could try to guess the token")]
    BeyondLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened at.
    #[error("cannot listen at {place}")]
    Listen {
        /// The address, or the socket's path.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no random numbers, without which nobody could be kept out.
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(getrandom::Error),
    /// The home folder.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The system does not tell the service when to stop.
    #[error("signals cannot be waited for")]
    Signals(#[source] io::Error),
}

impl Error {
    /// What the user can do, where something is known to help.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::AlreadyRunning { .. } => Some(
                "one service for a home folder is enough; end that one first, or name another with --home",
            ),
            Self::BeyondLoopback { .. } => Some("pass `--beyond-loopback` if that is what you want"),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Some(
                "another program listens there; name another port with `--listen 127.0.0.1:PORT`, or any free one with port 0",
            ),
            Self::NotRunning { .. } | Self::Silent { .. } => Some("`outrigger serve` starts one"),
            Self::Listen { .. } | Self::NoRandomness(_) | Self::Store(_) | Self::Signals(_) => None,
        }
    }
}
