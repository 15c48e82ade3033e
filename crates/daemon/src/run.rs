//! One run of the service, from the lock to the last answer.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use store::{ServiceFile, ServiceRoom, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::error::Error;
use crate::http::{self, Doors, Keys};
use crate::schedule;
use crate::service::Service;
use crate::use_cases::UseCases;

/// Where the service listens unless told otherwise: always the same, so that a page can be bookmarked; below the ports that
/// systems hand out.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7811));

/// How long jobs may take to end when the service stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How the service is to run.
#[derive(Debug)]
pub struct Options {
    /// The home folder and configuration that it works with.
    pub use_cases: UseCases,
    /// Where it listens on TCP. Port 0: any that is free.
    pub listen: SocketAddr,
    /// Whether it may listen where other machines reach it.
    pub beyond_loopback: bool,
}

/// That the service answers from now on.
#[derive(Debug)]
pub struct Started {
    /// Where it listens on TCP.
    pub address: SocketAddr,
    /// The socket, where there is one.
    pub socket: Option<Utf8PathBuf>,
    /// The link that opens the pages in a browser, once.
    pub link: String,
    /// Sentences about what a user should know.
    pub warnings: Vec<String>,
}

/// Where a running service listens, as it leaves it in the home folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Whereabouts {
    pub(crate) http: String,
    socket: Option<Utf8PathBuf>,
}

/// Serves until the process is told to stop (SIGTERM, or Ctrl-C), and then ends what runs: a job that was cut off has changed
/// nothing. Calls `started` when requests are answered.
///
/// # Errors
///
/// When another process serves this home folder, or an address cannot be listened at.
pub async fn run(options: Options, started: impl FnOnce(&Started)) -> Result<(), Error> {
    let Options {
        use_cases,
        listen,
        beyond_loopback,
    } = options;
    if !(listen.ip().is_loopback() || beyond_loopback) {
        return Err(Error::BeyondLoopback { address: listen });
    }
    let mut signals = Signals::new().map_err(Error::Signals)?;
    let store = Store::open(&use_cases.home)?;
    let room = claim(&store)?;
    let keys = Keys::of(&room)?;
    let mut warnings = Vec::new();
    let doors = open_doors(listen, &room, &mut warnings).await?;
    let (stop, stopped) = watch::channel(false);
    let address = doors.address;
    let link = http::link(address, &keys.new_link()?);
    let service = Arc::new(Service::new((use_cases, store), keys, address, stopped.clone()));
    let told = Started {
        address,
        socket: socket_of(&doors, &room),
        link,
        warnings,
    };
    let whereabouts = Whereabouts {
        http: format!("http://{address}"),
        socket: told.socket.clone(),
    };
    room.write_document(ServiceFile::Address, &whereabouts)?;
    started(&told);

    let farewell = async {
        signals.wait().await;
        tracing::info!("stopping");
        stop.send_replace(true);
        service.jobs().close(FAREWELL).await;
    };
    let scans = schedule::run(&service, &room);
    let (served, (), ()) = tokio::join!(http::serve(&service, doors, stopped), farewell, scans);
    room.remove(ServiceFile::Address)?;
    served
}

fn claim(store: &Store) -> Result<ServiceRoom, Error> {
    if let Some(room) = store.claim_service()? {
        return Ok(room);
    }
    let whereabouts = store.service_document::<Whereabouts>(ServiceFile::Address);
    Err(Error::AlreadyRunning {
        home: store.home().to_owned(),
        address: whereabouts.ok().flatten().map(|found| found.http),
    })
}

async fn open_doors(
    listen: SocketAddr,
    room: &ServiceRoom,
    warnings: &mut Vec<String>,
) -> Result<Doors, Error> {
    let failed = |source| Error::Listen {
        place: listen.to_string(),
        source,
    };
    let tcp = TcpListener::bind(listen).await.map_err(failed)?;
    let address = tcp.local_addr().map_err(failed)?;
    #[cfg(not(unix))]
    let _ = (room, warnings);
    Ok(Doors {
        tcp,
        address,
        #[cfg(unix)]
        socket: open_socket(room, warnings),
    })
}

/// The socket of the home folder. Its path may be longer than a socket's may be: then there is none, and that is told.
#[cfg(unix)]
fn open_socket(room: &ServiceRoom, warnings: &mut Vec<String>) -> Option<tokio::net::UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = room.socket();
    // The lock is held: whoever made the one that is there is gone.
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path).and_then(|listener| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(listener)
    });
    listener
        .inspect_err(|error| warnings.push(format!("cannot listen at the socket {path}: {error}")))
        .ok()
}

#[cfg(unix)]
fn socket_of(doors: &Doors, room: &ServiceRoom) -> Option<Utf8PathBuf> {
    doors.socket.is_some().then(|| room.socket())
}

#[cfg(not(unix))]
fn socket_of(_doors: &Doors, _room: &ServiceRoom) -> Option<Utf8PathBuf> {
    None
}

/// What tells the service to stop.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self) {
        // Where Ctrl-C cannot be waited for, the process ends with it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
