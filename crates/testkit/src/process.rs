//! Foreign programs: run to their end, or kept running until they are dropped.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::Utf8Path;

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program and the Debian package that brings it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    pub(crate) path: &'static str,
    pub(crate) package: &'static str,
}

impl Program {
    pub(crate) fn command(self) -> Command {
        let mut command = Command::new(self.path);
        command.stdin(Stdio::null());
        command
    }

    fn explain(self, error: std::io::Error) -> anyhow::Error {
        let Self { path, package } = self;
        let hint = if error.kind() == std::io::ErrorKind::NotFound {
            format!("cannot run `{path}`: install the Debian package `{package}`")
        } else {
            format!("cannot run `{path}` of the Debian package `{package}`")
        };
        anyhow::Error::new(error).context(hint)
    }

    /// Runs a command of this program to its end and answers what it printed. Anything but success is an error with both streams.
    pub(crate) fn run(self, command: &mut Command) -> anyhow::Result<String> {
        let output = command.output().map_err(|error| self.explain(error))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("{command:?} ended with {}:\n{stdout}{stderr}", output.status);
        }
        Ok(stdout)
    }

    /// Starts a command of this program as a server; what it prints goes to `stdout` and `stderr` in `folder`.
    pub(crate) fn start(self, command: &mut Command, folder: &Utf8Path) -> anyhow::Result<Server> {
        command.stdout(fs_err::File::create(folder.join("stdout"))?.into_file());
        command.stderr(fs_err::File::create(folder.join("stderr"))?.into_file());
        let child = command.spawn().map_err(|error| self.explain(error))?;
        Ok(Server {
            child,
            log: folder.join("stderr"),
        })
    }
}

/// A running server, ended when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: camino::Utf8PathBuf,
}

impl Server {
    /// Asks again and again until the server is ready. An error, with the server's last words, where it ends or takes too long.
    pub(crate) fn wait_for<T>(&mut self, mut ready: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
        let start = Instant::now();
        loop {
            if let Some(answer) = ready() {
                return Ok(answer);
            }
            let ended = self.child.try_wait().context("cannot ask after the server")?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let log = fs_err::read_to_string(&self.log).unwrap_or_default();
                let from = log.char_indices().rev().nth(2000).map_or(0, |(index, _)| index);
                bail!(
                    "the server did not start; the end of {}:\n{}",
                    self.log,
                    &log[from..]
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks it to end: a server may have children and mounts of its own to take down.
    #[cfg(unix)]
    fn ask_to_end(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM); // it may have ended by itself
        }
    }

    #[cfg(not(unix))]
    fn ask_to_end(&mut self) {
        let _ = self.child.kill(); // it may have ended by itself
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ask_to_end();
        let start = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill(); // nothing more can be done in a drop
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Folder;

    const SHELL: Program = Program {
        path: "/bin/sh",
        package: "dash",
    };

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let program = Program {
            path: "/nowhere/skopeo",
            package: "skopeo",
        };
        let error = program.run(&mut program.command()).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot run `/nowhere/skopeo`: install the Debian package `skopeo`"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_program_is_quoted() {
        let error = SHELL
            .run(SHELL.command().args(["-c", "echo out; echo err >&2; exit 7"]))
            .unwrap_err()
            .to_string();
        for text in ["exit status: 7", "out\n", "err\n"] {
            assert!(error.contains(text), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_server_that_gives_up_is_quoted_at_once() {
        let folder = Folder::new();
        let mut command = SHELL.command();
        command.args(["-c", "echo 'no such port' >&2; exit 1"]);
        let mut server = SHELL.start(&mut command, folder.path()).unwrap();
        let error = server.wait_for(|| None::<()>).unwrap_err().to_string();
        assert!(error.contains("no such port"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_dropped_server_was_asked_to_end_and_has_ended() {
        let folder = Folder::new();
        let farewell = folder.path().join("farewell");
        let script =
            format!("trap 'echo bye > {farewell}; exit' TERM; echo up; while :; do sleep 0.01; done");
        let mut command = SHELL.command();
        command.args(["-c", &script]);
        let mut server = SHELL.start(&mut command, folder.path()).unwrap();
        let stdout = folder.path().join("stdout");
        server
            .wait_for(|| {
                fs_err::read_to_string(&stdout)
                    .ok()
                    .filter(|text| !text.is_empty())
            })
            .unwrap();
        drop(server);
        assert_eq!(fs_err::read_to_string(farewell).unwrap(), "bye\n");
    }
}
