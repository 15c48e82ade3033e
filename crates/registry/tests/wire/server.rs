//! A server on loopback that answers from a closure and keeps what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.headers
            .get("authorization")
            .map(|value| value.to_str().unwrap())
    }

    /// The value of one parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// A server that lives as long as the test holds it.
pub(crate) struct Server {
    /// Host and port: the name of this registry in references.
    pub(crate) authority: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers every request with what `reply` makes of it.
    pub(crate) async fn start(reply: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (log, reply) = (Arc::clone(&log), reply.clone());
            async move {
                let request = read(request).await;
                log.lock().unwrap().push(request.clone());
                reply(&request)
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            authority,
            seen,
            task,
        }
    }

    /// Sends `start` to every connection that asked something, and then `again` over and over until the other side
    /// has enough; with an empty `again` the connection ends there.
    pub(crate) async fn raw(start: &str, again: &'static [u8]) -> Self {
        let seen = Arc::default();
        let start = start.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let start = start.clone();
                tokio::spawn(async move {
                    if read_head(&mut stream).await && stream.write_all(start.as_bytes()).await.is_ok() {
                        while !again.is_empty() && stream.write_all(again).await.is_ok() {}
                    }
                });
            }
        });
        Self {
            authority,
            seen,
            task,
        }
    }

    /// What was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }
}

async fn read(request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn read_head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}

/// A status with nothing else.
pub(crate) fn status(code: u16) -> Response {
    reply(code, &[], Vec::new())
}

/// A success with a body.
pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Response {
    reply(200, &[], body)
}

/// An answer in all its parts.
pub(crate) fn reply(code: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}
