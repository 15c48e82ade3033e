//! Sockets that were opened before this program was started: a service manager hands them over (`LISTEN_FDS`, as systemd does).
//!
//! What is handed over comes from the user's own units. It is checked all the same, because a unit that is wrong in one line
//! lets the whole machine in: systemd makes sockets that everybody may use unless told otherwise.

use std::net::TcpListener;

use crate::error::Error;

/// The sockets that were handed over; by their kind, whatever their names.
#[derive(Debug, Default)]
pub struct Handed {
    pub(crate) tcp: Vec<TcpListener>,
    #[cfg(unix)]
    pub(crate) sockets: Vec<std::os::unix::net::UnixListener>,
}

impl Handed {
    /// Takes what was handed to this process; nothing where nothing was. Call it once, and before threads are started: it
    /// clears the variables that tell of it, so that no program that is started later takes them for its own.
    ///
    /// # Errors
    ///
    /// [`Error::NoSocket`] where something was handed over that is neither a TCP nor a Unix socket.
    #[cfg(target_os = "linux")]
    pub fn take() -> Result<Self, Error> {
        let mut handed = listenfd::ListenFd::from_env();
        let mut taken = Self::default();
        for number in 0..handed.len() {
            if let Ok(Some(listener)) = handed.take_tcp_listener(number) {
                taken.tcp.push(listener);
                continue;
            }
            let socket = handed.take_unix_listener(number);
            let socket = socket.map_err(|source| Error::NoSocket { number, source })?;
            taken.sockets.extend(socket);
        }
        Ok(taken)
    }

    /// Nothing: other systems hand over sockets in other ways.
    ///
    /// # Errors
    ///
    /// None.
    #[cfg(not(target_os = "linux"))]
    pub fn take() -> Result<Self, Error> {
        Ok(Self::default())
    }
}

/// Refuses a socket that somebody else could connect to: through it, no token is asked for.
#[cfg(unix)]
pub(crate) fn refuse_foreign(
    socket: &std::os::unix::net::UnixListener,
) -> Result<camino::Utf8PathBuf, Error> {
    use std::os::unix::fs::MetadataExt as _;
    /// Who may write may connect; that is for the owner alone.
    const OTHERS: u32 = 0o022;
    let refused = |place: &str, problem: &str| Error::Handed {
        place: place.to_owned(),
        problem: problem.to_owned(),
    };
    let address = socket.local_addr().ok();
    let path = address.as_ref().and_then(|address| address.as_pathname());
    let Some(path) = path.and_then(camino::Utf8Path::from_path) else {
        return Err(refused(
            "without a path",
            "everybody on this machine can reach it",
        ));
    };
    let found = std::fs::metadata(path).map_err(|error| refused(path.as_str(), &error.to_string()))?;
    if found.mode() & OTHERS != 0 {
        return Err(refused(path.as_str(), "other users may write to it"));
    }
    Ok(path.to_owned())
}
