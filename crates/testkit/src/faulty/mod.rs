//! A registry with faults: it stands in front of an honest one, and goes wrong where a test says so.
//!
//! It works byte by byte, on a connection for each request, so that it can do what no HTTP library would let a server
//! do: promise more than it sends, hang up, never end. The honest registry may be the one in memory or a real one.

mod exchange;
mod fault;

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use exchange::{Reply, Request};

use crate::listening::Listening;

pub use fault::{Fault, RetryAfter};

/// A registry with faults, until it is dropped. Without faults it answers what the honest one answers.
#[derive(Debug)]
pub struct FaultyRegistry {
    listening: Listening,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    honest: String,
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<Asked>>,
}

/// A fault, and which requests meet it.
#[derive(Debug)]
struct Rule {
    /// What the path with its query has to contain.
    path: String,
    fault: Fault,
    /// Requests that are still spared.
    spared: usize,
    /// Requests that will still meet it.
    left: usize,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The method in upper case.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `Content-Range` header: which bytes of a blob an upload brings.
    pub content_range: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
}

impl FaultyRegistry {
    /// Stands in front of the registry at `honest` (host and port), on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// Where no port is to be had.
    pub fn in_front_of(honest: &str) -> Self {
        let shared = Arc::new(Shared {
            honest: honest.to_owned(),
            rules: Mutex::default(),
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

    /// Every request whose path with its query contains `path` meets `fault`. Several faults may meet one request.
    pub fn always(&self, path: &str, fault: Fault) -> &Self {
        self.rule(path, fault, 0, usize::MAX)
    }

    /// The next `count` such requests meet `fault`.
    pub fn times(&self, count: usize, path: &str, fault: Fault) -> &Self {
        self.rule(path, fault, 0, count)
    }

    /// All such requests but the next `count` meet `fault`.
    pub fn after(&self, count: usize, path: &str, fault: Fault) -> &Self {
        self.rule(path, fault, count, usize::MAX)
    }

    fn rule(&self, path: &str, fault: Fault, spared: usize, left: usize) -> &Self {
        self.shared.rules().push(Rule {
            path: path.to_owned(),
            fault,
            spared,
            left,
        });
        self
    }

    /// Honest from now on.
    pub fn heal(&self) -> &Self {
        self.shared.rules().clear();
        self
    }

    /// The requests so far, oldest first, also those that got no answer.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.asked().clone()
    }

    /// How many requests had a path that contains `path`.
    pub fn count(&self, path: &str) -> usize {
        let asked = self.shared.asked();
        asked.iter().filter(|asked| asked.path.contains(path)).count()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.asked().clear();
    }
}

impl Shared {
    fn answer(&self, mut client: TcpStream) -> io::Result<()> {
        let mut request = Request::read(&mut client)?;
        let faults = self.met_by(&request);
        for fault in &faults {
            fault.change_request(&mut request);
        }
        let own = faults.iter().find_map(|fault| fault.reply(&request));
        let mut reply = match own {
            Some(reply) => reply,
            None => Reply::of(&self.honest, &request)?,
        };
        for fault in &faults {
            fault.change_reply(&request, &mut reply);
        }
        let delivery = faults.iter().find_map(Fault::delivery).unwrap_or_default();
        reply.deliver(client, &delivery)
    }

    /// Notes the request, and which faults it meets.
    fn met_by(&self, request: &Request) -> Vec<Fault> {
        self.asked().push(Asked {
            method: request.method.clone(),
            path: request.path.clone(),
            range: request.header("range").map(str::to_owned),
            content_range: request.header("content-range").map(str::to_owned),
            authorization: request.header("authorization").map(str::to_owned),
        });
        let mut rules = self.rules();
        let meeting = rules.iter_mut().filter(|rule| request.path.contains(&rule.path));
        meeting.filter_map(Rule::meet).collect()
    }

    // Neither is half changed by a panic: each change is one push or one count.
    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn meet(&mut self) -> Option<Fault> {
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        Some(self.fault.clone())
    }
}
