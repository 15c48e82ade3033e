//! One run of the service, from the lock to the last answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use store::{ServiceFile, ServiceRoom, Store};
use tokio::sync::watch;

use crate::activation::Handed;
use crate::error::Error;
use crate::http::{self, Keys};
use crate::opening::{Opened, Wanted};
use crate::service::Service;
use crate::use_cases::UseCases;
use crate::{automatic, beside, manager, schedule};

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
    /// What a service manager has opened for it. A TCP socket among them stands in for `listen`.
    pub handed: Handed,
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
    /// Another one, for a browser that is opened now.
    pub browser_link: String,
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
/// When another process serves this home folder, an address cannot be listened at, or what was handed over would let others in.
pub async fn run(options: Options, started: impl FnOnce(&Started)) -> Result<(), Error> {
    let Options {
        use_cases,
        listen,
        beyond_loopback,
        handed,
    } = options;
    let wanted = Wanted {
        listen,
        beyond_loopback,
        handed,
    };
    wanted.check()?;
    let mut signals = Signals::new().map_err(Error::Signals)?;
    let store = Store::open(&use_cases.home)?;
    let room = Arc::new(claim(&store)?);
    let keys = Keys::of(&room)?;
    let Opened {
        doors,
        address,
        socket,
        warnings,
    } = wanted.open(&room).await?;
    let (stop, stopped) = watch::channel(false);
    let link = http::link(address, &keys.new_link()?);
    let browser_link = http::link(address, &keys.new_link()?);
    let service = Arc::new(Service::new(
        (use_cases, store),
        Arc::clone(&room),
        keys,
        address,
        stopped.clone(),
    ));
    let told = Started {
        address,
        socket,
        link,
        browser_link,
        warnings,
    };
    let whereabouts = Whereabouts {
        http: format!("http://{address}"),
        socket: told.socket.clone(),
    };
    room.write_document(ServiceFile::Address, &whereabouts)?;
    started(&told);
    manager::ready(address);

    let farewell = async {
        signals.wait().await;
        tracing::info!("stopping");
        manager::stopping();
        stop.send_replace(true);
        service.jobs().close(FAREWELL).await;
    };
    let scans = schedule::run(&service, &room);
    let notices = until_stopped(service.stop(), service.notices().run());
    let updates = until_stopped(service.stop(), automatic::run(&service, &room));
    let others = until_stopped(service.stop(), beside::run(&service));
    tokio::join!(
        http::serve(&service, doors, stopped),
        farewell,
        scans,
        notices,
        updates,
        others
    );
    room.remove(ServiceFile::Address)?;
    Ok(())
}

/// Goes on with `work` until the service stops.
async fn until_stopped(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = work => {}
    }
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
