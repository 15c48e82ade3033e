//! A slow link: a proxy that carries bytes no faster than a line would, and no sooner.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::listening::Listening;

/// The most bytes that take their turn on the line as one. Small, so that connections share it fairly.
const PIECE: usize = 16 * 1024;

/// Pieces of one connection that are under way at most.
const UNDER_WAY: usize = 1024;

/// How long the bytes of one connection that wait for the line may need on it. Like the buffer of a router it keeps the line busy
/// where the thread that sends wakes late.
const WAITING: Duration = Duration::from_millis(5);

/// How fast a line is, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What all connections together can carry in each direction.
    pub bytes_per_second: u32,
    /// From sending a request to receiving the first byte of an answer that takes no time.
    pub round_trip: Duration,
}

/// A running proxy on a free port of 127.0.0.1 in front of a server on this machine; ended when it is dropped.
///
/// A connection costs one round trip before its first byte passes, as a handshake would. Nothing is lost and there is no slow
/// start: what is measured over it is a lower bound of what a real line would need.
#[derive(Debug)]
pub struct Link {
    listening: Listening,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: String,
    line: Line,
    /// When each direction is free again: towards the server, and back.
    free: [Mutex<Instant>; 2],
    carried_back: AtomicU64,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy)]
enum Way {
    There = 0,
    Back = 1,
}

/// Bytes that have left one end, and when they arrive at the other.
type UnderWay = (Instant, Vec<u8>);

impl Link {
    /// Begins to carry for `server`, such as `127.0.0.1:5000`.
    pub fn to(server: &str, line: Line) -> anyhow::Result<Self> {
        let now = Instant::now();
        let shared = Arc::new(Shared {
            server: server.to_owned(),
            line,
            free: [Mutex::new(now), Mutex::new(now)],
            carried_back: AtomicU64::new(0),
        });
        let carrying = Arc::clone(&shared);
        let listening =
            Listening::start(move |client| carrying.carry(&client)).context("no port for the link")?;
        Ok(Self { listening, shared })
    }

    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub fn authority(&self) -> String {
        self.listening.authority().to_owned()
    }

    /// The bytes that the server has sent over it since this was asked last, those under way included.
    pub fn take_carried(&self) -> u64 {
        self.shared.carried_back.swap(0, Ordering::SeqCst)
    }
}

impl Shared {
    fn carry(self: &Arc<Self>, client: &TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(&self.server)?;
        for end in [client, &server] {
            end.set_nodelay(true)?;
        }
        thread::sleep(self.line.round_trip);
        let there = self.pump(client, &server, Way::There)?;
        let back = self.pump(&server, client, Way::Back)?;
        let _ = (there.join(), back.join()); // nothing in them panics
        Ok(())
    }

    /// Carries one direction of a connection, by two threads: one sends, one lets arrive.
    fn pump(
        self: &Arc<Self>,
        from: &TcpStream,
        to: &TcpStream,
        way: Way,
    ) -> io::Result<thread::JoinHandle<()>> {
        let (from, to) = (from.try_clone()?, to.try_clone()?);
        let (sender, receiver) = sync_channel(UNDER_WAY);
        let shared = Arc::clone(self);
        thread::spawn(move || shared.send(from, way, &sender));
        Ok(thread::spawn(move || arrive(to, &receiver)))
    }

    fn send(&self, mut from: TcpStream, way: Way, line: &SyncSender<UnderWay>) {
        let mut buffer = vec![0; PIECE];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let sent = self.book(way, count);
            if let Way::Back = way {
                self.carried_back.fetch_add(count as u64, Ordering::SeqCst);
            }
            thread::sleep(sent.saturating_duration_since(Instant::now() + WAITING));
            let arrival = sent + self.line.round_trip / 2;
            if line.send((arrival, buffer[..count].to_vec())).is_err() {
                return;
            }
        }
    }

    /// When the last of so many bytes will have left, after all that wait already.
    fn book(&self, way: Way, count: usize) -> Instant {
        let count = u32::try_from(count).unwrap_or(u32::MAX); // a piece is far smaller
        let time = Duration::from_secs_f64(f64::from(count) / f64::from(self.line.bytes_per_second));
        // An instant is whole after every change.
        let mut free = self.free[way as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *free = (*free).max(Instant::now()) + time;
        *free
    }
}

fn arrive(mut to: TcpStream, line: &Receiver<UnderWay>) {
    for (arrival, bytes) in line {
        thread::sleep(arrival.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write); // it may be closed already
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each connection with so many bytes, after one byte was sent to it.
    fn server(bytes: usize) -> Listening {
        Listening::start(move |mut client| {
            client.read_exact(&mut [0])?;
            client.write_all(&vec![7; bytes])
        })
        .unwrap()
    }

    fn fetch(authority: &str) -> usize {
        let mut stream = TcpStream::connect(authority).unwrap();
        stream.write_all(b"?").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap()
    }

    #[test]
    fn bytes_arrive_whole_and_no_sooner_than_the_line_allows() {
        let line = Line {
            bytes_per_second: 1_000_000,
            round_trip: Duration::from_millis(20),
        };
        let server = server(200_000);
        let proxy = Link::to(server.authority(), line).unwrap();
        let start = Instant::now();
        assert_eq!(fetch(&proxy.authority()), 200_000);
        // A round trip for the connection, one for the answer, and the bytes.
        assert!(
            start.elapsed() >= Duration::from_millis(240),
            "{:?}",
            start.elapsed()
        );
        assert_eq!((proxy.take_carried(), proxy.take_carried()), (200_000, 0));
    }

    #[test]
    fn connections_share_the_line() {
        let line = Line {
            bytes_per_second: 1_000_000,
            round_trip: Duration::ZERO,
        };
        let server = server(100_000);
        let proxy = Link::to(server.authority(), line).unwrap();
        let authority = proxy.authority();
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| fetch(&authority));
            }
        });
        assert!(
            start.elapsed() >= Duration::from_millis(300),
            "{:?}",
            start.elapsed()
        );
    }
}
