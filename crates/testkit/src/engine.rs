//! A Docker Engine: the one that answers, or one of our own.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::Context as _;
use camino::Utf8Path;

use crate::folder::Folder;
use crate::process::{Program, Server};

/// The environment variable that names the engine which the test command started for all tests, such as
/// `unix:///tmp/outrigger-x/docker.sock`.
pub const DOCKER_HOST_VARIABLE: &str = "OUTRIGGER_TEST_DOCKER_HOST";

const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";

/// Debian's client: its `docker build` still has the classic builder, and BuildKit without a plugin.
const CLIENT: Program = Program {
    path: "/usr/bin/docker",
    package: "docker.io",
};

const DAEMON: Program = Program {
    path: "/usr/sbin/dockerd",
    package: "docker.io",
};

/// Which part of the engine builds an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// The classic builder (`DOCKER_BUILDKIT=0`): a layer for each step.
    Classic,
    /// BuildKit (`DOCKER_BUILDKIT=1`), as the engine embeds it.
    BuildKit,
}

/// A Docker Engine with a client configuration of its own; one that was started here is stopped when it is dropped.
#[derive(Debug)]
pub struct Engine {
    host: String,
    // Dropped in this order: the daemon before the folder that it lives in.
    daemon: Option<Server>,
    folder: Folder,
}

impl Engine {
    /// The engine of all tests of this process, found or started as [`Engine::find_or_start`] does. It lives as long as any test
    /// holds it.
    pub fn shared() -> anyhow::Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Engine>> = Mutex::new(Weak::new());
        // A test that failed to start it has poisoned nothing: the weak reference is replaced whole.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = shared.upgrade() {
            return Ok(engine);
        }
        let engine = Arc::new(Self::find_or_start()?);
        *shared = Arc::downgrade(&engine);
        Ok(engine)
    }

    /// The engine that [`DOCKER_HOST_VARIABLE`] names, else the one on the default socket where one answers, else one started now,
    /// which needs root. The test command calls this and hands [`Engine::host`] to the tests in that variable.
    pub fn find_or_start() -> anyhow::Result<Self> {
        CLIENT.run(CLIENT.command().arg("--version"))?; // a missing client must not look like a missing engine
        if let Ok(host) = std::env::var(DOCKER_HOST_VARIABLE) {
            let engine = Self::at(host)?;
            engine
                .version()
                .with_context(|| format!("no engine answers at ${DOCKER_HOST_VARIABLE}"))?;
            return Ok(engine);
        }
        let engine = Self::at(DEFAULT_HOST.to_owned())?;
        match engine.version() {
            Ok(_) => Ok(engine),
            Err(_) => Self::start(),
        }
    }

    fn at(host: String) -> anyhow::Result<Self> {
        Ok(Self {
            host,
            daemon: None,
            folder: Folder::try_new()?,
        })
    }

    /// Starts an engine with its own data, socket and process file, without bridge or packet filter rules, so that it
    /// neither needs nor leaves anything outside its folder. Builds with `RUN` have no network there.
    pub fn start() -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let path = |name| folder.path().join(name);
        let host = format!("unix://{}", path("docker.sock"));
        let mut command = DAEMON.command();
        command.args(["--bridge=none", "--iptables=false", "--host", &host]);
        command.arg("--data-root").arg(path("data"));
        command.arg("--exec-root").arg(path("exec"));
        command.arg("--pidfile").arg(path("pid"));
        let daemon = DAEMON.start(&mut command, folder.path());
        let mut daemon = daemon.context("no Docker Engine answers, and none could be started")?;
        let engine = Self {
            host,
            daemon: None,
            folder,
        };
        let started = daemon.wait_for(|| engine.version().ok());
        started.context("no Docker Engine answers, and starting one needs root")?;
        Ok(Self {
            daemon: Some(daemon),
            ..engine
        })
    }

    /// Ends an engine that was started here. What it holds stays on the disk until this is dropped.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// The engine's address, as `docker --host` takes it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The engine's version; an error where no engine answers.
    pub fn version(&self) -> anyhow::Result<String> {
        let version = self.run(&["version", "--format", "{{.Server.Version}}"])?;
        Ok(version.trim().to_owned())
    }

    /// Builds the `Dockerfile` of a folder and tags the image, for instance `127.0.0.1:5000/acme/whale:1.0.0`.
    pub fn build(&self, context: &Utf8Path, tag: &str, builder: Builder) -> anyhow::Result<()> {
        let buildkit = match builder {
            Builder::Classic => "0",
            Builder::BuildKit => "1",
        };
        let mut command = self.docker();
        command.env("DOCKER_BUILDKIT", buildkit);
        // An engine of our own has no bridge, and BuildKit takes that for an error unless it is told.
        command.args([
            "build",
            "--quiet",
            "--network",
            "none",
            "--tag",
            tag,
            context.as_str(),
        ]);
        CLIENT.run(&mut command)?;
        Ok(())
    }

    /// Pushes a tagged image to the registry that its tag names, and answers the digest that the registry gave it.
    pub fn push(&self, tag: &str) -> anyhow::Result<model::Digest> {
        let output = self.run(&["push", tag])?;
        let digest = output.split_whitespace().find_map(|word| word.parse().ok());
        digest.with_context(|| format!("`docker push {tag}` names no digest:\n{output}"))
    }

    /// Keeps a login in this client's own configuration.
    pub fn login(&self, authority: &str, user: &str, password: &str) -> anyhow::Result<()> {
        // The client warns of passwords on the command line. This one protects nothing.
        self.run(&["login", "--username", user, "--password", password, authority])?;
        Ok(())
    }

    /// Runs any command of the client, and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        CLIENT.run(self.docker().args(arguments))
    }

    /// The client, told where the engine is; for what has no method here.
    fn docker(&self) -> Command {
        let mut command = CLIENT.command();
        command.env("DOCKER_HOST", &self.host);
        command.env("DOCKER_CONFIG", self.folder.path().join("client"));
        command.env_remove("DOCKER_CONTEXT");
        command
    }
}
