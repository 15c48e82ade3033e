//! Listening, and carrying requests to the router until it is time to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use futures_util::future::join_all;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::guard::Door;
use super::peer::Client;
use super::router::router;
use crate::service::Shared;

/// How long a client may take to send the head of a request, and a connection may be left unused.
const HEAD: Duration = Duration::from_secs(30);
/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// The most connections at a time through one door; more wait.
const CONNECTIONS: usize = 256;
/// How long answers that have begun may still take when the service stops.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long it waits before it accepts again where the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(200);

/// What the service listens at.
#[derive(Debug)]
pub(crate) struct Doors {
    pub(crate) tcp: Vec<(TcpListener, SocketAddr)>,
    #[cfg(unix)]
    pub(crate) sockets: Vec<tokio::net::UnixListener>,
}

/// Answers until `stop` says so, and then finishes what has begun.
pub(crate) async fn serve(service: &Shared, doors: Doors, stop: watch::Receiver<bool>) {
    let tcp = doors.tcp.into_iter().map(|(listener, address)| {
        let accept = async move || {
            let (stream, client) = listener.accept().await?;
            // Answers are small, and events must not wait for more.
            stream.set_nodelay(true)?;
            Ok((stream, Client(Some(client))))
        };
        answer(
            router(Arc::clone(service), Door::Tcp(address)),
            accept,
            stop.clone(),
        )
    });
    #[cfg(unix)]
    let sockets = doors.sockets.into_iter().map(|socket| {
        let accept = async move || Ok((socket.accept().await?.0, Client(None)));
        answer(router(Arc::clone(service), Door::Socket), accept, stop.clone())
    });
    #[cfg(not(unix))]
    let sockets = std::iter::empty::<std::future::Ready<()>>();
    tokio::join!(join_all(tcp), join_all(sockets));
}

async fn answer<S>(
    router: Router,
    accept: impl AsyncFn() -> std::io::Result<(S, Client)>,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = GracefulShutdown::new();
    loop {
        // The semaphore is never closed.
        let permit = Arc::clone(&room).acquire_owned().await;
        let accepted = tokio::select! {
            accepted = accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        let inner = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(client);
            inner.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    if tokio::time::timeout(FAREWELL, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some answers were not finished in time");
    }
}
