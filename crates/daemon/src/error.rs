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
    /// What was handed over is no socket to listen at.
    #[error("what was handed over as number {number} is neither a TCP nor a Unix socket")]
    NoSocket {
        /// Its number, from 0.
        number: usize,
        /// What the system says.
        source: io::Error,
    },
    /// A socket was handed over through which others could come in.
    #[error("the socket {place} that was handed over is not for this user alone: {problem}")]
    Handed {
        /// Its path.
        place: String,
        /// Who else could use it.
        problem: String,
    },
    /// There is a file for the service manager that Outrigger did not write.
    #[error("{path} was not written by Outrigger")]
    ForeignUnit {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The service manager was never told of the service.
    #[error("nothing in {folder} starts the service")]
    NotInstalled {
        /// Where it would be.
        folder: Utf8PathBuf,
    },
    /// The service manager cannot start a program with this path.
    #[error(
        "systemd starts no program whose path holds quotes, backslashes or control characters: {program:?}"
    )]
    Unstartable {
        /// The program.
        program: Utf8PathBuf,
    },
    /// A file for the service manager cannot be read, written or removed.
    #[error("cannot change {path}")]
    Unit {
        /// The file.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system does not say where the service manager looks for files of this user.
    #[error(
        "there is no folder for the service manager of this user: the home directory is not known, or not UTF-8"
    )]
    NoFolder,
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
            Self::ForeignUnit { .. } => Some("look at it, and move it away if nobody needs it"),
            Self::NotInstalled { .. } => Some("`outrigger serve --install` writes what starts it"),
            Self::Unstartable { .. } => Some("install the program elsewhere, such as in `~/.local/bin`"),
            Self::Handed { .. } => Some("set `SocketMode=0600` in the socket unit"),
            Self::NoSocket { .. } => Some("a socket unit needs `ListenStream=`, and `Accept=no`"),
            Self::Listen { .. }
            | Self::Unit { .. }
            | Self::NoFolder
            | Self::NoRandomness(_)
            | Self::Store(_)
            | Self::Signals(_) => None,
        }
    }
}
