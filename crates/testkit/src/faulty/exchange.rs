//! One request and its reply, as text and bytes.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::listening::head_of;

/// A request, read to its end.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    headers: Headers,
    body: Vec<u8>,
}

/// What will be answered.
#[derive(Debug)]
pub(super) struct Reply {
    /// Code and words: `200 OK`.
    pub(super) status: String,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

/// The lines of a head behind the first, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, String)>);

/// How a reply goes out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Delivery {
    /// As it is.
    #[default]
    Whole,
    /// Not at all: the connection is closed.
    HangUp,
    /// The head, this many bytes of the body, and then the connection is closed.
    Cut(usize),
    /// The head, this many bytes of the body, and then nothing until the client has enough.
    Stall(usize),
    /// The head, and the body byte by byte with this pause before each.
    Slow(Duration),
    /// The body again and again, without a stated length, until the client has enough.
    Endless,
}

impl Headers {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Replaces every header of this name.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.0.push((name.to_owned(), value.into()));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    fn of(lines: std::str::Lines<'_>) -> Self {
        let pairs = lines.filter_map(|line| line.split_once(':'));
        Self(
            pairs
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
        )
    }

    fn write(&self, head: &mut String) {
        for (name, value) in &self.0 {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
    }
}

impl Request {
    pub(super) fn read(client: &mut TcpStream) -> io::Result<Self> {
        let head = head_of(client)?;
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let headers = Headers::of(lines);
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        client.read_exact(&mut body)?;
        Ok(Self {
            method,
            path,
            headers,
            body,
        })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    pub(super) fn remove_header(&mut self, name: &str) {
        self.headers.remove(name);
    }

    /// Loses what comes behind this many bytes of the body, without saying so in the head.
    pub(super) fn cut(&mut self, length: usize) {
        self.body.truncate(length);
    }

    pub(super) fn brings_something(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH")
    }

    /// Whether the head promises more than there is.
    fn is_cut(&self) -> bool {
        let promised = self
            .header("content-length")
            .and_then(|length| length.parse().ok());
        promised.is_some_and(|promised: usize| promised > self.body.len())
    }

    /// The value of one parameter of the query, as written.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl Reply {
    pub(super) fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut headers = Headers::default();
        headers.set("content-length", body.len().to_string());
        Self {
            status: status.to_owned(),
            headers,
            body,
        }
    }

    /// What the honest registry answers.
    pub(super) fn of(honest: &str, request: &Request) -> io::Result<Self> {
        let mut server = TcpStream::connect(honest)?;
        // By the older protocol every server closes at the end, and none sends the body in chunks.
        let mut head = format!("{} {} HTTP/1.0\r\n", request.method, request.path);
        request.headers.write(&mut head);
        server.write_all(head.as_bytes())?;
        server.write_all(&request.body)?;
        if request.is_cut() {
            // A line that breaks: the registry sees the end, and the client no answer.
            server.shutdown(Shutdown::Both)?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let head = head_of(&mut server)?;
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split_once(' '));
        let status = status.map(|(_, status)| status.to_owned()).unwrap_or_default();
        let mut headers = Headers::of(lines);
        headers.remove("connection");
        let mut body = Vec::new();
        server.read_to_end(&mut body)?;
        Ok(Self {
            status,
            headers,
            body,
        })
    }

    fn start(&self, length: usize) -> &[u8] {
        &self.body[..self.body.len().min(length)]
    }

    pub(super) fn deliver(mut self, mut client: TcpStream, delivery: &Delivery) -> io::Result<()> {
        if matches!(delivery, Delivery::Endless) {
            self.headers.remove("content-length");
        }
        let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", self.status);
        self.headers.write(&mut head);
        match delivery {
            Delivery::HangUp => return Ok(()),
            Delivery::Whole => client.write_all(&[head.as_bytes(), &self.body].concat())?,
            Delivery::Cut(length) => {
                client.write_all(&[head.as_bytes(), self.start(*length)].concat())?;
            }
            Delivery::Stall(length) => {
                client.write_all(&[head.as_bytes(), self.start(*length)].concat())?;
                io::copy(&mut client, &mut io::sink())?;
                return Ok(());
            }
            Delivery::Slow(pause) => {
                client.write_all(head.as_bytes())?;
                for byte in self.body {
                    std::thread::sleep(*pause);
                    client.write_all(&[byte])?;
                }
            }
            Delivery::Endless => {
                client.write_all(head.as_bytes())?;
                loop {
                    client.write_all(&self.body)?;
                }
            }
        }
        // Closing with unread input would reset the connection and take the answer with it.
        client.shutdown(Shutdown::Write)?;
        io::copy(&mut client, &mut io::sink())?;
        Ok(())
    }
}
