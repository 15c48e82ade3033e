//! The binary as a service, and a client that can be as rude as a test needs.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "this is a part of tests, and fails as they do"
)]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde_json::Value;

use crate::outrigger::Outrigger;

/// How long the service may take to start, to answer, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `outrigger serve`, on a free port. It is asked to end when this is dropped, and has ended afterwards.
#[derive(Debug)]
pub struct Service {
    child: Child,
    authority: String,
    token: String,
    link: String,
}

/// A request that is about to be made.
#[derive(Debug, Clone)]
pub struct Asking {
    authority: String,
    head: String,
    has_host: bool,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct EventStream {
    lines: BufReader<TcpStream>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct ServerEvent {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its data.
    pub data: Value,
}

impl Service {
    /// Starts `outrigger serve` with these further arguments and waits until it answers.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    #[track_caller]
    pub fn start(outrigger: &Outrigger, arguments: &[&str]) -> Self {
        let mut command = outrigger.command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
        Self::launch(command.args(arguments), &outrigger.home())
    }

    /// Starts a command that serves, with `--format json`, and waits until it answers. Its home folder is the one that it says.
    ///
    /// # Panics
    ///
    /// Where it does not start, or has no socket in its home folder.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        Self::launch(command, Utf8Path::new(""))
    }

    #[track_caller]
    fn launch(command: &mut Command, home: &Utf8Path) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        // One document over several lines, of which the last one is a brace.
        while lines.read_line(&mut told).unwrap() > 0 && !told.ends_with("\n}\n") {}
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("it did not start: {told}"));
        let socket = told["socket"].as_str().map(Utf8Path::new);
        let folder = socket.and_then(Utf8Path::parent).map(Utf8Path::to_owned);
        let token = fs_err::read_to_string(folder.unwrap_or_else(|| home.join("service")).join("token"));
        Self {
            child,
            authority: told["http"].as_str().unwrap().replace("http://", ""),
            token: token.unwrap().trim().to_owned(),
            link: told["link"].as_str().unwrap().to_owned(),
        }
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The token of programs.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The path with the key that opens the pages once.
    pub fn link(&self) -> String {
        self.link.replace(&format!("http://{}", self.authority), "")
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A request without anything that lets it in.
    pub fn stranger(&self, method: &str, path: &str) -> Asking {
        Asking {
            authority: self.authority.clone(),
            // In version 1.0 the end of an answer is the end of its connection.
            head: format!("{method} {path} HTTP/1.0\r\n"),
            has_host: false,
            body: Vec::new(),
        }
    }

    /// A request with the token.
    pub fn ask(&self, method: &str, path: &str) -> Asking {
        let token = format!("Bearer {}", self.token);
        self.stranger(method, path).with("authorization", &token)
    }

    /// What is at a path, which has to be there.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.ask("GET", path).now().gives(200).json()
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).json(body).now()
    }

    /// Begins a job, and answers its number.
    #[track_caller]
    pub fn order(&self, order: &Value) -> String {
        let job = self.post("/v1/jobs", order).gives(202).json();
        job["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a job is in one of these states, and answers the job.
    #[track_caller]
    pub fn wait_for(&self, job: &str, states: &[&str]) -> Value {
        let start = Instant::now();
        loop {
            let told = self.get(&format!("/v1/jobs/{job}"));
            if states.contains(&told["state"].as_str().unwrap()) {
                return told;
            }
            assert!(start.elapsed() < PATIENCE, "the job is still {told}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Carries out a job to its end, which has to be a good one.
    #[track_caller]
    pub fn carry_out(&self, order: &Value) -> Value {
        let job = self.order(order);
        let told = self.wait_for(&job, &["done", "failed", "cancelled", "asking"]);
        assert_eq!(told["state"], "done", "{told}");
        told
    }

    /// Listens to what happens, from the event with this id on or from now on.
    pub fn events(&self, after: Option<&str>) -> EventStream {
        let asking = self.ask("GET", "/v1/events");
        let asking = match after {
            Some(id) => asking.with("last-event-id", id),
            None => asking,
        };
        let mut stream = asking.send();
        // The head has to be there, so that nothing is missed from now on.
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        stream.flush().unwrap();
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 0 && line != "\r\n" {
            line.clear();
        }
        EventStream { lines }
    }

    /// Kills it, so that it can say nothing more.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        use rustix::process::{Pid, kill_process};
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.unwrap(), signal).unwrap();
    }

    /// Asks it to end, and answers its exit code and how long it took.
    #[cfg(unix)]
    #[track_caller]
    pub fn end(mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
        let start = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if cfg!(not(unix)) || start.elapsed() > PATIENCE {
                let _ = self.child.kill(); // nothing more can be done in a drop
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Asking {
    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.has_host |= name.eq_ignore_ascii_case("host");
        self.head = self.head + name + ": " + value + "\r\n";
        self
    }

    /// Adds a body of JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.with("content-type", "application/json")
            .body(body.to_string().into_bytes())
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        let length = self.body.len().to_string();
        self.with("content-length", &length)
    }

    /// Makes the request on TCP.
    #[track_caller]
    pub fn now(self) -> Answer {
        Answer::read(self.send())
    }

    /// Makes the request through a socket.
    #[cfg(unix)]
    #[track_caller]
    pub fn through(self, socket: &camino::Utf8Path) -> Answer {
        let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
        self.write(&mut stream);
        Answer::read(stream)
    }

    fn send(self) -> TcpStream {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        self.write(&mut stream);
        stream
    }

    fn write(mut self, stream: &mut impl Write) {
        if !self.has_host {
            let authority = self.authority.clone();
            self = self.with("host", &authority);
        }
        stream.write_all(format!("{}\r\n", self.head).as_bytes()).unwrap();
        // Whoever refuses a body may hang up before all of it was sent.
        let _ = stream.write_all(&self.body);
    }
}

impl Answer {
    #[track_caller]
    fn read(mut stream: impl Read) -> Self {
        let mut bytes = Vec::new();
        // A connection that is reset after the answer has still answered.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {text}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_lowercase(), value.trim().to_owned())
        };
        Self {
            status: status.parse().unwrap(),
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    /// Asserts the status.
    ///
    /// # Panics
    ///
    /// With the answer where it is another.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "often the assertion is all that a test wants"
    )]
    pub fn gives(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status}: {self:?}");
        self
    }

    /// Asserts a problem, by status and code.
    ///
    /// # Panics
    ///
    /// With the answer where it is something else.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "often the assertion is all that a test wants"
    )]
    pub fn is_problem(self, status: u16, code: &str) -> Self {
        let answer = self.gives(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        answer
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(its_name, _)| its_name == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// Where it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("no JSON ({error}): {self:?}"),
        }
    }
}

impl EventStream {
    /// Waits for the next event.
    #[track_caller]
    pub fn next_event(&mut self) -> ServerEvent {
        let mut event = ServerEvent {
            id: String::new(),
            name: String::new(),
            data: Value::Null,
        };
        loop {
            let mut line = String::new();
            assert_ne!(
                self.lines.read_line(&mut line).unwrap(),
                0,
                "the stream has ended"
            );
            match line.trim_end().split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut event.id),
                Some(("event", name)) => name.clone_into(&mut event.name),
                Some(("data", data)) => event.data = serde_json::from_str(data).unwrap(),
                None if line == "\n" && !event.name.is_empty() => return event,
                _ => {}
            }
        }
    }

    /// Waits for an event of a job in this state; answers it and what came before.
    #[track_caller]
    pub fn until(&mut self, job: &str, state: &str) -> Vec<ServerEvent> {
        let mut heard = Vec::new();
        loop {
            let event = self.next_event();
            let is_it = event.name == "job" && event.data["id"] == job && event.data["state"] == state;
            heard.push(event);
            if is_it {
                return heard;
            }
        }
    }

    /// Whether the stream ends without another event.
    pub fn ends(mut self) -> bool {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).is_ok() && !rest.contains("event:")
    }
}
