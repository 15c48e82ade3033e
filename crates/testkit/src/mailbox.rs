//! Somebody who wants to be posted to, as those behind a webhook do.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::listening::{Listening, head_of};

/// How long a letter may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes JSON at any path of a free port, until it is dropped.
#[derive(Debug)]
pub struct Mailbox {
    listening: Listening,
    letters: Arc<Mutex<Vec<Letter>>>,
}

/// What was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The path, with what stands behind the question mark.
    pub path: String,
    /// The body.
    pub content: Value,
}

impl Mailbox {
    /// Answers each request with `status`.
    ///
    /// # Panics
    ///
    /// Where no port is to be had.
    pub fn answering(status: u16) -> Self {
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&letters);
        let listening = Listening::start(move |client| take(client, status, &kept))
            .unwrap_or_else(|error| panic!("no port to listen on: {error}"));
        Self { listening, letters }
    }

    /// The address of a path, which begins with a slash.
    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.listening.authority())
    }

    /// What came so far.
    pub fn letters(&self) -> Vec<Letter> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until so many came, and answers all of them.
    ///
    /// # Panics
    ///
    /// Where they do not come.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Letter> {
        let start = Instant::now();
        loop {
            let letters = self.letters();
            if letters.len() >= count {
                return letters;
            }
            assert!(start.elapsed() < PATIENCE, "there are only {letters:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn take(mut client: TcpStream, status: u16, letters: &Mutex<Vec<Letter>>) -> io::Result<()> {
    let head = head_of(&mut client)?;
    let mut lines = head.lines();
    let path = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .unwrap_or_default();
    let length = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.parse().ok())
        .unwrap_or_default();
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    let content = serde_json::from_slice(&body).unwrap_or_default();
    let letter = Letter {
        path: path.to_owned(),
        content,
    };
    letters
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(letter);
    let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    client.write_all(answer.as_bytes())
}
