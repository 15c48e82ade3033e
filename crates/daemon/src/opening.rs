//! Opening the doors: what was handed over, the address that was asked for, and the socket in the home folder.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use store::ServiceRoom;
use tokio::net::TcpListener;

use crate::activation::Handed;
use crate::error::Error;
use crate::http::Doors;

/// What is to be listened at.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Where on TCP, unless a TCP socket was handed over.
    pub(crate) listen: SocketAddr,
    pub(crate) beyond_loopback: bool,
    pub(crate) handed: Handed,
}

/// What is listened at, and what its users should know.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) doors: Doors,
    /// The first address on TCP: the one that links lead to.
    pub(crate) address: SocketAddr,
    /// The socket in the home folder, where there is one.
    pub(crate) socket: Option<Utf8PathBuf>,
    pub(crate) warnings: Vec<String>,
}

impl Wanted {
    /// Refuses what would let other machines or users in.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.handed.tcp.is_empty() {
            refuse_reachable(self.listen, self.beyond_loopback)?;
        }
        for listener in &self.handed.tcp {
            let address = listener.local_addr().map_err(handed_over)?;
            refuse_reachable(address, self.beyond_loopback)?;
        }
        Ok(())
    }

    /// Opens all doors.
    pub(crate) async fn open(self, room: &ServiceRoom) -> Result<Opened, Error> {
        let tcp = match self.handed.tcp {
            handed if handed.is_empty() => vec![bind(self.listen).await?],
            handed => handed.into_iter().map(take_over).collect::<Result<_, _>>()?,
        };
        // There is at least one: it was handed over, or was just opened.
        let address = tcp.first().map_or(self.listen, |(_, address)| *address);
        let mut opened = Opened {
            doors: Doors {
                tcp,
                #[cfg(unix)]
                sockets: Vec::new(),
            },
            address,
            socket: None,
            warnings: Vec::new(),
        };
        #[cfg(unix)]
        opened.open_sockets(self.handed.sockets, room)?;
        #[cfg(not(unix))]
        let _ = (room, &mut opened);
        Ok(opened)
    }
}

/// Refuses an address that other machines reach, unless that is wanted.
pub(crate) fn refuse_reachable(address: SocketAddr, beyond_loopback: bool) -> Result<(), Error> {
    if beyond_loopback || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(Error::BeyondLoopback { address })
}

#[cfg(unix)]
impl Opened {
    /// Those that were handed over, and the one in the home folder where it is not among them. Its path may be longer than a
    /// socket's may be: then there is none, and that is told.
    fn open_sockets(
        &mut self,
        handed: Vec<std::os::unix::net::UnixListener>,
        room: &ServiceRoom,
    ) -> Result<(), Error> {
        let own = room.socket();
        for socket in handed {
            let path = crate::activation::refuse_foreign(&socket)?;
            socket.set_nonblocking(true).map_err(handed_over)?;
            let socket = tokio::net::UnixListener::from_std(socket).map_err(handed_over)?;
            self.doors.sockets.push(socket);
            if path == own {
                self.socket = Some(path);
            }
        }
        if self.socket.is_some() {
            return Ok(());
        }
        match bind_socket(&own) {
            Ok(socket) => {
                self.doors.sockets.push(socket);
                self.socket = Some(own);
            }
            Err(error) => {
                let warning = format!("cannot listen at the socket {own}: {error}");
                self.warnings.push(warning);
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn bind_socket(path: &camino::Utf8Path) -> std::io::Result<tokio::net::UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    // The lock is held: whoever made the one that is there is gone.
    let _ = std::fs::remove_file(path);
    let listener = tokio::net::UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |source| Error::Listen {
        place: listen.to_string(),
        source,
    };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn take_over(listener: std::net::TcpListener) -> Result<(TcpListener, SocketAddr), Error> {
    let take = || {
        listener.set_nonblocking(true)?;
        let mut address = listener.local_addr()?;
        // A socket for both kinds of addresses spells those of the older kind in the newer one.
        address.set_ip(address.ip().to_canonical());
        Ok((TcpListener::from_std(listener)?, address))
    };
    take().map_err(handed_over)
}

fn handed_over(source: std::io::Error) -> Error {
    Error::Listen {
        place: "what was handed over".to_owned(),
        source,
    }
}
