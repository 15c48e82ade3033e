//! Asking again: how often, after which pauses, and who is told.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use crate::Limits;
use crate::error::{ErrorKind, Fault, NetworkProblem};
use crate::wire::Wire;

/// A pause before a registry is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Host and port of the endpoint that will be asked, where a request was sent at all.
    pub endpoint: Option<String>,
    /// Why it did not go well. Like an [`Error`](crate::Error) it holds no secret.
    pub cause: ErrorKind,
    /// The pause.
    pub pause: Duration,
    /// Which further try comes after it, from 1.
    pub attempt: usize,
    /// How many there will be at most.
    pub attempts: usize,
}

/// Who is told of every [`Retry`], before its pause. By default nobody.
#[derive(Clone)]
pub struct RetryListener(Arc<dyn Fn(Retry) + Send + Sync>);

impl RetryListener {
    /// Tells `listener`, which is called from several threads and must not block.
    pub fn new(listener: impl Fn(Retry) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn tell(&self, retry: Retry) {
        (self.0)(retry);
    }
}

impl Default for RetryListener {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for RetryListener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RetryListener")
    }
}

/// A number of further tries with growing random pauses between: those who failed together must not come back together.
pub(crate) struct Patience {
    attempt: usize,
    attempts: usize,
    pauses: ExponentialBackoff,
    end: Option<Instant>,
}

impl Patience {
    pub(crate) fn new(attempts: usize) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(attempts)
            .with_jitter();
        Self {
            attempt: 0,
            attempts,
            pauses: pauses.build(),
            end: None,
        }
    }

    /// For one request: none of the tries begins later than `limits.retry-time` after the first.
    pub(crate) fn for_request(attempts: usize, limits: &Limits) -> Self {
        Self {
            end: Some(Instant::now() + limits.retry_time),
            ..Self::new(attempts)
        }
    }

    /// Waits before a request is sent again. The fault comes back where it will not pass, or no try is left.
    pub(crate) async fn ask_again(&mut self, wire: &Wire, fault: Fault) -> Result<(), Fault> {
        if may_pass(&fault.kind, wire.limits().retry_after) {
            self.wait(wire, fault).await
        } else {
            Err(fault)
        }
    }

    /// Waits before the next try, as long as the registry wants where it says so. The fault comes back where no try is left.
    pub(crate) async fn wait(&mut self, wire: &Wire, fault: Fault) -> Result<(), Fault> {
        let Some(pause) = self.pauses.next() else {
            return Err(fault);
        };
        let pause = wanted_pause(&fault.kind).unwrap_or(pause);
        if self.end.is_some_and(|end| Instant::now() + pause > end) {
            return Err(fault);
        }
        self.attempt += 1;
        tracing::debug!(problem = %fault.kind, ?pause, attempt = self.attempt, "asking again");
        wire.tell(Retry {
            endpoint: fault.host(),
            cause: fault.kind,
            pause,
            attempt: self.attempt,
            attempts: self.attempts,
        });
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// Whether the same request may go well a little later.
fn may_pass(kind: &ErrorKind, longest_pause: Duration) -> bool {
    match kind {
        ErrorKind::Network { problem, .. } => {
            matches!(problem, NetworkProblem::Refused | NetworkProblem::Broken)
        }
        ErrorKind::Server { status, after, .. } => {
            matches!(status, 500 | 502 | 503 | 504) && after.is_none_or(|after| after <= longest_pause)
        }
        ErrorKind::RateLimited { after } => after.is_some_and(|after| after <= longest_pause),
        _ => false,
    }
}

/// The pause that the registry itself asked for.
fn wanted_pause(kind: &ErrorKind) -> Option<Duration> {
    match kind {
        ErrorKind::RateLimited { after } | ErrorKind::Server { after, .. } => *after,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let patience = Duration::from_secs(5);
        let limited = |after: u64| ErrorKind::RateLimited {
            after: Some(Duration::from_secs(after)),
        };
        let server = |status| ErrorKind::Server {
            status,
            after: None,
            said: None,
        };
        let resting = |status, after: u64| ErrorKind::Server {
            status,
            after: Some(Duration::from_secs(after)),
            said: None,
        };
        let network = |problem| ErrorKind::Network {
            problem,
            cause: String::new(),
        };
        for (kind, again) in [
            (server(503), true),
            (server(501), false),
            (server(400), false),
            (resting(503, 5), true),
            (resting(503, 6), false),
            (resting(501, 1), false),
            (limited(5), true),
            (limited(6), false),
            (ErrorKind::RateLimited { after: None }, false),
            (network(NetworkProblem::Broken), true),
            (network(NetworkProblem::Refused), true),
            (network(NetworkProblem::Timeout), false),
            (network(NetworkProblem::Slow), false),
            (network(NetworkProblem::Tls), false),
            (network(NetworkProblem::UnknownIssuer), false),
            (network(NetworkProblem::Dns), false),
        ] {
            assert_eq!(may_pass(&kind, patience), again, "{kind:?}");
        }
    }
}
