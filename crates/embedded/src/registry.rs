//! The registry as its owner sees it: publish, look, take away.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::RANGE;
use model::Digest;

use crate::content::Content;
use crate::image::Image;
use crate::server::Server;
#[cfg(unix)]
use crate::server::SocketServer;

/// How many requests are remembered; older ones are forgotten.
const MAX_REQUESTS: usize = 100_000;

/// A registry in memory. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    content: Arc<Mutex<Content>>,
    requests: Arc<Mutex<VecDeque<Request>>>,
}

impl Registry {
    /// An empty registry that nobody can reach yet; see [`Registry::serve`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves the content over plain HTTP on a free port of 127.0.0.1 until the [`Server`] is dropped.
    ///
    /// It may be called several times; every server shows the same content. It must be called inside a tokio runtime.
    /// Fails where no port can be opened.
    pub async fn serve(&self) -> io::Result<Server> {
        Server::start(self.clone()).await
    }

    /// Serves the content on a new socket of this machine, which needs no network at all, until the [`SocketServer`] is
    /// dropped.
    ///
    /// It must be called inside a tokio runtime. Fails where something is at `path` already, or no socket can be made
    /// there: systems allow about 100 bytes for its path.
    #[cfg(unix)]
    pub fn serve_on_socket(&self, path: &std::path::Path) -> io::Result<SocketServer> {
        SocketServer::start(self.clone(), path)
    }

    /// Publishes an image, as `docker push` would: blobs, manifests, then the tag. Answers the digest that the tag points
    /// to now (of an image index, the index).
    ///
    /// Names are taken as they are: what is not legal in a URL can be pushed here and fetched by nobody.
    pub fn push(&self, repository: &str, tag: &str, image: &Image) -> Digest {
        let mut content = self.content();
        let repository = content.repository(repository);
        repository.add(image);
        repository.tags.insert(tag.to_owned(), image.digest().clone());
        image.digest().clone()
    }

    /// Takes a tag away; what it pointed to stays reachable by digest. Answers whether there was such a tag.
    pub fn delete_tag(&self, repository: &str, tag: &str) -> bool {
        let mut content = self.content();
        let repository = content.repositories.get_mut(repository);
        repository.is_some_and(|repository| repository.tags.remove(tag).is_some())
    }

    /// Takes a manifest away with every tag that points to it. Answers whether it was there.
    pub fn delete_manifest(&self, repository: &str, digest: &Digest) -> bool {
        let mut content = self.content();
        let repository = content.repositories.get_mut(repository);
        repository.is_some_and(|repository| repository.remove(digest))
    }

    /// Takes a blob away from a repository, so that what names it is broken. Answers whether it was there.
    pub fn delete_blob(&self, repository: &str, digest: &Digest) -> bool {
        let mut content = self.content();
        let repository = content.repositories.get_mut(repository);
        repository.is_some_and(|repository| repository.blobs.remove(digest).is_some())
    }

    /// Takes a repository away with everything in it. Answers whether there was one.
    pub fn delete_repository(&self, repository: &str) -> bool {
        self.content().repositories.remove(repository).is_some()
    }

    /// The requests that were answered, oldest first; of very many only the newest 100,000.
    pub fn requests(&self) -> Vec<Request> {
        self.log().iter().cloned().collect()
    }

    /// Forgets the requests answered so far.
    pub fn clear_requests(&self) {
        self.log().clear();
    }

    pub(crate) fn note(&self, request: Request) {
        let mut log = self.log();
        if log.len() >= MAX_REQUESTS {
            log.pop_front();
        }
        log.push_back(request);
    }

    /// The content, for one short look or change. Never held over an `await`.
    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        // Each change is a few map insertions: a panic between them leaves nothing that a reader could trip over.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that the registry answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The `Range` header, where one was sent.
    pub range: Option<String>,
}

impl Request {
    /// What can be said of a request before its answer is known; the status is still 0.
    pub(crate) fn received(request: &axum::extract::Request) -> Self {
        let range = request.headers().get(RANGE);
        Self {
            method: request.method().to_string(),
            path: request.uri().to_string(),
            status: 0,
            range: range.map(|range| String::from_utf8_lossy(range.as_bytes()).into_owned()),
        }
    }
}
