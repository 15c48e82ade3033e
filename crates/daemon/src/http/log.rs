//! A line of the log for each request. It never holds what lets somebody in: of an address only its path is told, of headers nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use tracing::Span;

use super::guard::Door;

/// Counts requests over all doors, so that each has a number of its own in a run.
#[derive(Debug, Default)]
pub(crate) struct RequestNumbers(AtomicU64);

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Logged {
    /// What is told within it carries its number.
    pub(super) span: Span,
    method: Method,
    path: String,
    began: Instant,
}

impl RequestNumbers {
    /// Begins the line of a request.
    pub(super) fn begin(&self, request: &Request, door: Door) -> Logged {
        let id = self.0.fetch_add(1, Ordering::Relaxed);
        let door = match door {
            Door::Socket => "socket",
            Door::Tcp(_) => "tcp",
        };
        Logged {
            span: tracing::info_span!("request", id, door),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            began: Instant::now(),
        }
    }
}

impl Logged {
    /// Tells how it was answered. What only looks and succeeds is told of only where everything is.
    pub(super) fn end(self, status: StatusCode) {
        let Self {
            span,
            method,
            path,
            began,
        } = self;
        let _entered = span.enter();
        let (status, microseconds) = (status.as_u16(), began.elapsed().as_micros());
        match status {
            500.. => tracing::warn!(%method, path, status, microseconds, "answered"),
            ..400 if method.is_safe() => tracing::debug!(%method, path, status, microseconds, "answered"),
            _ => tracing::info!(%method, path, status, microseconds, "answered"),
        }
    }
}
