//! A session of `WebDriver` (W3C): JSON over HTTP with `chromedriver` on this machine.
//!
//! The protocol is a dozen requests. Clients of it that are published bring an HTTP stack of their own, and none of them
//! offers Chromium's further commands without JSON anyway.

use anyhow::Context as _;
use serde_json::{Value, json};
use ureq::http::{Method, Request};

use crate::folder::Folder;
use crate::process::{Program, Server};

const DRIVER: Program = Program {
    path: "/usr/bin/chromedriver",
    package: "chromium-driver",
};
const CHROMIUM: &str = "/usr/bin/chromium";

/// The most bytes of an answer: pictures and logs are the largest.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;

/// A running browser; it has ended when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    agent: ureq::Agent,
    /// The address that commands follow.
    address: String,
    // Dropped in this order: the driver before the folder that it writes to.
    _driver: Server,
    _folder: Folder,
}

/// What the driver would not do.
#[derive(Debug)]
pub(super) struct Refused {
    /// The word of the specification, such as `no such element`.
    pub(super) error: String,
    /// What it says besides.
    pub(super) message: String,
}

impl Session {
    /// Starts a driver, and by it a browser with a profile of its own.
    pub(super) fn start() -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let mut command = DRIVER.command();
        command.arg("--port=0");
        // Profile, settings and sockets go with the folder.
        command.env("TMPDIR", folder.path()).env("HOME", folder.path());
        command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
        let mut driver = DRIVER.start(&mut command, folder.path())?;
        let told = folder.path().join("stdout");
        let port = driver.wait_for(|| port(&fs_err::read_to_string(&told).ok()?))?;
        let configuration = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut session = Self {
            agent: ureq::Agent::new_with_config(configuration),
            address: format!("http://127.0.0.1:{port}/session"),
            _driver: driver,
            _folder: folder,
        };
        let made = session.post("", &json!({ "capabilities": { "alwaysMatch": capabilities() } }));
        let made = made.context("Chromium does not start; is the Debian package `chromium` installed?")?;
        let id = made["sessionId"].as_str().context("a session without a number")?;
        session.address = format!("{}/{id}", session.address);
        Ok(session)
    }

    /// Asks for something.
    pub(super) fn get(&self, path: &str) -> Result<Value, Refused> {
        self.call(&Method::GET, path, "")
    }

    /// Has something done.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Refused> {
        self.call(&Method::POST, path, &body.to_string())
    }

    /// A command of Chromium's own protocol.
    pub(super) fn chromium(&self, command: &str, parameters: &Value) -> Result<Value, Refused> {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", &body)
    }

    fn call(&self, method: &Method, path: &str, body: &str) -> Result<Value, Refused> {
        self.exchange(method, path, body).unwrap_or_else(|error| {
            Err(Refused {
                error: "no answer".to_owned(),
                message: format!("{error:#}"),
            })
        })
    }

    fn exchange(&self, method: &Method, path: &str, body: &str) -> anyhow::Result<Result<Value, Refused>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("content-type", "application/json; charset=utf-8")
            .body(body)?;
        let mut answer = self.agent.run(request)?;
        let is_good = answer.status().is_success();
        let text = answer
            .body_mut()
            .with_config()
            .limit(LONGEST_ANSWER)
            .read_to_string()?;
        let mut answer: Value = serde_json::from_str(&text)?;
        let value = answer["value"].take();
        if is_good {
            return Ok(Ok(value));
        }
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Ok(Err(Refused {
            error: word("error"),
            message: word("message"),
        }))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A driver that is ended leaves its browser behind.
        let _ = self.call(&Method::DELETE, "", "");
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.error, self.message)
    }
}

impl std::error::Error for Refused {}

fn capabilities() -> Value {
    // Its own sandbox needs rights that containers, in which tests run, do not have. The pages are ours.
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ];
    json!({
        "browserName": "chrome",
        // A dialog stays, so that a test sees it.
        "unhandledPromptBehavior": "ignore",
        "goog:chromeOptions": { "binary": CHROMIUM, "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

/// The driver chooses its port itself, and says which it is.
fn port(told: &str) -> Option<u16> {
    let mut lines = told.lines();
    let line = lines.find(|line| line.contains("started successfully on port"))?;
    line.trim_end_matches('.').rsplit(' ').next()?.parse().ok()
}
