//! A registry on a port of the loopback device.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
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

impl Server {
    pub(crate) async fn start(registry: Registry) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (alive, dropped) = oneshot::channel();
        let router = Router::new().fallback(protocol::answer).with_state(registry);
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = dropped.await; // nothing is ever sent: it resolves when the sender is dropped
        });
        tokio::spawn(async {
            let _ = serving.await; // axum's accept loop reports no errors of its own
        });
        Ok(Self {
            address,
            _alive: alive,
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
