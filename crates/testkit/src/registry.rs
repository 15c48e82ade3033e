//! The `docker-registry` of Debian, with its access log.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::folder::{Folder, write};
use crate::process::{Program, Server};

pub(crate) const PROGRAM: Program = Program {
    path: "/usr/bin/docker-registry",
    package: "docker-registry",
};

/// The cheapest cost that bcrypt knows: these passwords protect nothing.
const BCRYPT_COST: u32 = 4;

/// A real registry on a free port, with deletion enabled; ended when it is dropped.
#[derive(Debug)]
pub struct RealRegistry {
    authority: String,
    access_log: Utf8PathBuf,
    forgotten: AtomicUsize,
    marks: AtomicUsize,
    /// User and password that it wants.
    login: Option<(String, String)>,
    // Dropped in this order: the server before the folder that it writes to.
    _server: Server,
    folder: Folder,
}

impl RealRegistry {
    /// Starts an empty registry that anyone may use. Fails where the program is missing or does not start.
    pub fn start() -> anyhow::Result<Self> {
        Self::launch(Folder::try_new()?, None)
    }

    /// Starts an empty registry that asks for this login (Basic), to read and to write.
    pub fn start_with_login(user: &str, password: &str) -> anyhow::Result<Self> {
        Self::launch(Folder::try_new()?, Some((user.to_owned(), password.to_owned())))
    }

    fn launch(folder: Folder, login: Option<(String, String)>) -> anyhow::Result<Self> {
        let auth = match &login {
            None => String::new(),
            Some((user, password)) => {
                let hash = bcrypt::hash(password, BCRYPT_COST).context("cannot hash the password")?;
                let file = folder.path().join("htpasswd");
                write(&file, format!("{user}:{hash}\n").as_bytes());
                format!("auth:\n  htpasswd:\n    realm: outrigger\n    path: {file}\n")
            }
        };
        let file = folder.path().join("config.yml");
        write(&file, configuration(folder.path(), "", &auth).as_bytes());
        let mut command = PROGRAM.command();
        command.arg("serve").arg(&file);
        let mut server = PROGRAM.start(&mut command, folder.path())?;
        let log = folder.path().join("stderr");
        // It chooses the port itself, so that no other program can take it in between, and says which it is.
        let authority = server.wait_for(|| listening_on(&fs_err::read_to_string(&log).ok()?))?;
        Ok(Self {
            authority,
            access_log: folder.path().join("stdout"),
            forgotten: AtomicUsize::new(0),
            marks: AtomicUsize::new(0),
            login,
            _server: server,
            folder,
        })
    }

    /// Host and port as they stand in a reference: `127.0.0.1:40123`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Makes a repository with the tags and images of another one. It copies the registry's own files, which is a hundred times as fast
    /// as to push them.
    ///
    /// # Panics
    ///
    /// Where there is no repository `from`, or there is one named `to`.
    pub fn copy_repository(&self, from: &str, to: &str) {
        let repositories = self.folder.path().join("storage/docker/registry/v2/repositories");
        copy_folder(&repositories.join(from), &repositories.join(to))
            .unwrap_or_else(|error| panic!("cannot copy {from} to {to}: {error}"));
    }

    /// The configuration of another server over the same content, with more below `http` and at the end.
    pub(crate) fn configuration(&self, http: &str, auth: &str) -> String {
        configuration(self.folder.path(), http, auth)
    }

    /// The login that it was started with.
    pub(crate) fn login(&self) -> Option<&(String, String)> {
        self.login.as_ref()
    }

    /// The requests answered since the start, or since [`RealRegistry::clear_requests`], oldest first.
    ///
    /// # Panics
    ///
    /// Where the registry or its log cannot be reached.
    pub fn requests(&self) -> Vec<Request> {
        let log = self.settled_log().unwrap_or_else(|error| panic!("{error:#}"));
        let lines = log.lines().skip(self.forgotten.load(Ordering::SeqCst));
        lines
            .filter_map(Request::parse)
            .filter(|request| !request.path.starts_with(MARK))
            .collect()
    }

    /// Forgets the requests answered so far.
    ///
    /// # Panics
    ///
    /// Where the registry or its log cannot be reached.
    pub fn clear_requests(&self) {
        let log = self.settled_log().unwrap_or_else(|error| panic!("{error:#}"));
        self.forgotten.store(log.lines().count(), Ordering::SeqCst);
    }

    /// The access log once it is complete. A line is written after its answer was sent, so a request of our own is made
    /// and looked for: what was answered before it is in the log then.
    fn settled_log(&self) -> anyhow::Result<String> {
        let path = format!("{MARK}{};", self.marks.fetch_add(1, Ordering::SeqCst));
        let mut stream = TcpStream::connect(&self.authority).context("the registry is gone")?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.authority);
        stream.write_all(request.as_bytes())?;
        stream.read_to_end(&mut Vec::new())?;
        let start = Instant::now();
        loop {
            let log = fs_err::read_to_string(&self.access_log)?;
            if log.contains(&path) {
                return Ok(log);
            }
            anyhow::ensure!(
                start.elapsed() < Duration::from_secs(10),
                "the registry does not write {}",
                self.access_log
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn copy_folder(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    fs_err::create_dir_all(to.parent().unwrap_or(to))?;
    fs_err::create_dir(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(entry.path(), &target)?;
        } else {
            fs_err::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn configuration(folder: &Utf8Path, http: &str, auth: &str) -> String {
    let storage = folder.join("storage");
    format!(
        "version: 0.1\n\
         log:\n  level: info\n  formatter: text\n\
         storage:\n  filesystem:\n    rootdirectory: {storage}\n  delete:\n    enabled: true\n\
         http:\n  addr: 127.0.0.1:0\n  secret: tests\n{http}\
         {auth}"
    )
}

/// The path of the requests by which the end of the log is found.
const MARK: &str = "/v2/?outrigger-mark=";

/// `127.0.0.1:40123` out of the line that says so.
pub(crate) fn listening_on(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("listening on ")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ':')?;
    Some(rest[..end].to_owned())
}

/// A request that a real registry answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of the answer's body.
    pub length: u64,
    /// The `User-Agent` header; empty where there was none.
    pub user_agent: String,
}

impl Request {
    /// Reads a line of the combined log format.
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(6, '"');
        let (_peer_and_time, request, status_and_length) = (parts.next()?, parts.next()?, parts.next()?);
        let (_referrer, _blank, user_agent) = (parts.next()?, parts.next()?, parts.next()?);
        let mut words = request.split(' ');
        let mut figures = status_and_length.split_whitespace();
        Some(Self {
            method: words.next()?.to_owned(),
            path: words.next()?.to_owned(),
            status: figures.next()?.parse().ok()?,
            length: figures.next()?.parse().ok()?,
            user_agent: user_agent.trim_end_matches('"').to_owned(),
        })
    }

    /// Whether it asked for a blob: a config or a layer.
    pub fn is_for_blob(&self) -> bool {
        self.path.contains("/blobs/sha256:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_access_log_is_read() {
        let line = r#"127.0.0.1 - bob [21/Nov/2026:21:12:30 +0000] "HEAD /v2/acme/whale/blobs/sha256:00?a=b HTTP/1.1" 404 157 "" "outrigger/0.1.0 (a \"b\")""#;
        let request = Request::parse(line).unwrap();
        assert_eq!(request.method, "HEAD");
        assert_eq!(request.path, "/v2/acme/whale/blobs/sha256:00?a=b");
        assert_eq!((request.status, request.length), (404, 157));
        assert_eq!(request.user_agent, r#"outrigger/0.1.0 (a \"b\")"#);
        assert!(request.is_for_blob());
        assert_eq!(Request::parse("half a li"), None);
    }

    #[test]
    fn the_port_is_read_only_from_a_complete_line() {
        assert_eq!(listening_on("msg=\"listening on 127.0.0.1:4012"), None);
        assert_eq!(
            listening_on("msg=\"listening on 127.0.0.1:40123\" go.version=x").as_deref(),
            Some("127.0.0.1:40123")
        );
    }
}
