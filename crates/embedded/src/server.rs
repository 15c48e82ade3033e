//! A registry on a port of the loopback device, or on a socket.

use std::fmt::Debug;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::path::Path;

use axum::Router;
use axum::serve::Listener;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::protocol;
use crate::registry::Registry;

/// A running registry; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _alive: oneshot::Sender<()>,
}

/// A running registry on a socket; it ends when this is dropped. The socket's file stays.
#[cfg(unix)]
#[derive(Debug)]
pub struct SocketServer {
    _alive: oneshot::Sender<()>,
}

impl Server {
    pub(crate) async fn start(registry: Registry) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        Ok(Self {
            address: listener.local_addr()?,
            _alive: serve(listener, registry),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }
}

#[cfg(unix)]
impl SocketServer {
    /// Must be called inside a tokio runtime.
    pub(crate) fn start(registry: Registry, path: &Path) -> io::Result<Self> {
        let listener = tokio::net::UnixListener::bind(path)?;
        Ok(Self {
            _alive: serve(listener, registry),
        })
    }
}

/// Serves until what is returned is dropped.
fn serve<Listening>(listener: Listening, registry: Registry) -> oneshot::Sender<()>
where
    Listening: Listener<Addr: Debug>,
{
    let (alive, dropped) = oneshot::channel();
    let router = Router::new().fallback(protocol::answer).with_state(registry);
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = dropped.await; // nothing is ever sent: it resolves when the sender is dropped
    });
    tokio::spawn(async {
        let _ = serving.await; // axum's accept loop reports no errors of its own
    });
    alive
}
