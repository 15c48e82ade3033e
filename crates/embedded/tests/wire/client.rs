//! One HTTP exchange over a fresh connection, with every byte in sight.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the first error in the envelope.
    pub(crate) fn error(&self) -> String {
        self.json()["errors"][0]["code"].as_str().unwrap().to_owned()
    }
}

/// Sends `request`, a method and a target such as `GET /v2/`, with header lines and a body.
pub(crate) async fn send(server: SocketAddr, request: &str, headers: &[&str], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let first = format!("{request} HTTP/1.1\r\nHost: {server}\r\nConnection: close");
    let length = format!("Content-Length: {}\r\n\r\n", body.len());
    let head = [&[first.as_str()], headers, &[&length]].concat().join("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(body).await; // a server may answer before it has read everything
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await; // and close while there is more to come
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let headers = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    }
}
