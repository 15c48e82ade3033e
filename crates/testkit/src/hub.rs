//! A hub: it stands in front of a registry, counts manifest reads against a limit as Docker Hub does, and takes its time.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::listening::{Listening, head_of};

/// A hub, until it is dropped.
#[derive(Debug)]
pub struct Hub {
    listening: Listening,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    honest: String,
    pause: Duration,
    /// How many manifest reads there are in six hours, and how many are left; without a limit nothing is said of it.
    limit: Option<u64>,
    left: Mutex<u64>,
    asked: Mutex<Vec<Exchange>>,
}

/// A request that the hub answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Method and path: `GET /v2/acme/whale/manifests/1.0.0`.
    pub request: String,
    from: Instant,
    until: Instant,
}

impl Hub {
    /// Stands in front of the registry at `honest` (host and port), and lets `limit` manifests be read.
    ///
    /// # Panics
    ///
    /// Where no port is to be had.
    pub fn limiting(honest: &str, limit: u64) -> Self {
        Self::start(honest, Some(limit), Duration::ZERO)
    }

    /// Stands in front of the registry at `honest`, and answers each request only after `pause`.
    ///
    /// # Panics
    ///
    /// Where no port is to be had.
    pub fn pausing(honest: &str, pause: Duration) -> Self {
        Self::start(honest, None, pause)
    }

    fn start(honest: &str, limit: Option<u64>, pause: Duration) -> Self {
        let shared = Arc::new(Shared {
            honest: honest.to_owned(),
            pause,
            limit,
            left: Mutex::new(limit.unwrap_or_default()),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        let listening = Listening::start(move |client| serving.answer(client))
            .unwrap_or_else(|error| panic!("no port to listen on: {error}"));
        Self { listening, shared }
    }

    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub fn authority(&self) -> &str {
        self.listening.authority()
    }

    /// Lets `left` more manifests be read.
    pub fn refill(&self, left: u64) {
        *lock(&self.shared.left) = left;
    }

    /// How many manifests may still be read.
    pub fn left(&self) -> u64 {
        *lock(&self.shared.left)
    }

    /// What was asked since the last call, in the order of the answers.
    pub fn take_asked(&self) -> Vec<Exchange> {
        std::mem::take(&mut *lock(&self.shared.asked))
    }
}

/// The most of these exchanges of which each began only after the one before it had ended: how often somebody who waited
/// for the whole waited for an answer.
pub fn depth(exchanges: &[Exchange]) -> usize {
    let mut by_end: Vec<_> = exchanges.iter().collect();
    by_end.sort_by_key(|exchange| exchange.until);
    let mut depth = 0;
    let mut last: Option<Instant> = None;
    for exchange in by_end {
        if last.is_none_or(|last| exchange.from >= last) {
            depth += 1;
            last = Some(exchange.until);
        }
    }
    depth
}

impl Shared {
    /// Answers one request; each has a connection of its own.
    fn answer(&self, mut client: TcpStream) -> io::Result<()> {
        let head = head_of(&mut client)?;
        let from = Instant::now();
        thread::sleep(self.pause);
        let line = head.split(" HTTP/").next().unwrap_or_default();
        let request = line.split('?').next().unwrap_or_default().to_owned();
        let answer = match self.take(&request) {
            Some(limits) => self.forward(&head, &limits)?,
            None => b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_vec(),
        };
        lock(&self.asked).push(Exchange {
            request,
            from,
            until: Instant::now(),
        });
        client.write_all(&answer)
    }

    /// The header lines that tell what is left after this request; `None` where nothing was left for it.
    fn take(&self, request: &str) -> Option<String> {
        let Some(limit) = self.limit.filter(|_| request.contains("/manifests/")) else {
            return Some(String::new());
        };
        let mut left = lock(&self.left);
        if request.starts_with("GET ") {
            *left = left.checked_sub(1)?;
        }
        Some(format!(
            "ratelimit-limit: {limit};w=21600\r\nratelimit-remaining: {left};w=21600\r\n"
        ))
    }

    fn forward(&self, head: &str, limits: &str) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.honest)?;
        let alone = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        server.write_all(alone.as_bytes())?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        let line = answer.windows(2).position(|pair| pair == b"\r\n").unwrap_or(0) + 2;
        answer.splice(line..line, limits.bytes());
        Ok(answer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each is replaced or grows in one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_is_the_longest_chain_of_waiting() {
        let start = Instant::now();
        let at = |from: u64, until: u64| Exchange {
            request: String::new(),
            from: start + Duration::from_millis(from),
            until: start + Duration::from_millis(until),
        };
        assert_eq!(depth(&[]), 0);
        assert_eq!(depth(&[at(0, 10), at(1, 11), at(2, 12)]), 1);
        assert_eq!(depth(&[at(0, 10), at(1, 11), at(12, 20), at(21, 30)]), 3);
        assert_eq!(depth(&[at(0, 30), at(1, 10), at(11, 20)]), 2);
    }
}
