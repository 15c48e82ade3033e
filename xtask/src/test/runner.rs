//! Builds and runs the tests, with cargo-nextest where it is installed and with `cargo test` otherwise.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};

use testkit::DOCKER_HOST_VARIABLE;

use super::interrupt::Interrupt;
use crate::graph::Graph;
use crate::tool;

/// What the tests are run with.
pub(super) struct Run<'run> {
    /// For the test runner, from the developer.
    pub(super) arguments: &'run [String],
    /// The address of the Docker Engine.
    pub(super) engine: &'run str,
    /// Where temporary files belong.
    pub(super) folder: &'run Path,
    /// Whether to stop.
    pub(super) interrupt: &'run Interrupt,
}

impl Run<'_> {
    /// Compiles the tests, so that nothing is left to compile when they run.
    pub(super) fn build(&self) -> anyhow::Result<()> {
        let mut command = tool::cargo();
        if nextest_is_installed() {
            command.args(["nextest", "run", "--config-file", "xtask/nextest.toml"]);
        } else {
            command.arg("test");
        }
        command
            .arg("--no-run")
            .args(scope(self.arguments))
            .args(self.arguments);
        self.finish(&mut command)
    }

    /// Runs every test, those that need real parts included, then the documentation tests.
    pub(super) fn everything(&self) -> anyhow::Result<()> {
        if nextest_is_installed() {
            self.nextest()?;
            self.doc_tests()
        } else {
            self.cargo_test()
        }
    }

    fn nextest(&self) -> anyhow::Result<()> {
        let mut command = tool::cargo();
        // A run without a test is a failure; nextest says so itself.
        command.args([
            "nextest",
            "run",
            "--config-file",
            "xtask/nextest.toml",
            "--run-ignored",
            "all",
        ]);
        command
            .arg("--no-tests=fail")
            .args(scope(self.arguments))
            .args(self.arguments);
        self.finish(&mut command)
    }

    /// nextest does not run documentation tests, so Cargo does, for the libraries that have them switched on.
    fn doc_tests(&self) -> anyhow::Result<()> {
        let graph = Graph::load(None)?;
        let libraries: Vec<_> = graph.members().filter(|package| package.doc_tests).collect();
        if libraries.is_empty() {
            return Ok(());
        }
        let mut command = tool::cargo();
        command.args(["test", "--doc"]);
        for library in libraries {
            command.args(["-p", &library.name]);
        }
        self.finish(&mut command)
    }

    fn cargo_test(&self) -> anyhow::Result<()> {
        let mut command = tool::cargo();
        command
            .args(["test", "--no-fail-fast"])
            .args(scope(self.arguments))
            .args(self.arguments);
        command.args(["--", "--include-ignored"]).stdout(Stdio::piped());
        let mut child = self.start(&mut command)?;
        let counter = child.stdout.take().map(count_tests);
        self.wait(&command, &mut child)?;
        let ran = counter.and_then(|counter| counter.join().ok()).unwrap_or(0);
        if ran == 0 {
            bail!("no test ran");
        }
        println!("{ran} tests ran");
        Ok(())
    }

    fn finish(&self, command: &mut Command) -> anyhow::Result<()> {
        let mut child = self.start(command)?;
        self.wait(command, &mut child)
    }

    fn start(&self, command: &mut Command) -> anyhow::Result<Child> {
        if self.interrupt.happened() {
            bail!("stopped before `{}`", tool::spelled(command));
        }
        eprintln!("$ {}", tool::spelled(command));
        command
            .env(DOCKER_HOST_VARIABLE, self.engine)
            .env("TMPDIR", self.folder);
        command.spawn().context("cannot start cargo")
    }

    fn wait(&self, command: &Command, child: &mut Child) -> anyhow::Result<()> {
        if !self.interrupt.wait(child)?.success() {
            bail!("`{}` failed", tool::spelled(command));
        }
        Ok(())
    }
}

fn nextest_is_installed() -> bool {
    let mut command = tool::cargo();
    command
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Copies the tests' output to ours and counts how many ran: `cargo test` is content with none.
fn count_tests(output: ChildStdout) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let mut ran = 0;
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            ran += tests_in(&line);
        }
        ran
    })
}

/// How many tests a test binary says it is about to run: `running 3 tests`.
fn tests_in(line: &str) -> usize {
    line.strip_prefix("running ")
        .and_then(|rest| rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test")))
        .and_then(|count| count.parse().ok())
        .unwrap_or(0)
}

/// The whole workspace, unless the developer names packages.
fn scope(arguments: &[String]) -> Option<&'static str> {
    let names_packages = |argument: &String| {
        argument == "-p" || argument.starts_with("--package") || argument == "--workspace"
    };
    (!arguments.iter().any(names_packages)).then_some("--workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_each_binary_are_counted() {
        assert_eq!(tests_in("running 12 tests"), 12);
        assert_eq!(tests_in("running 1 test"), 1);
        assert_eq!(tests_in("running away from 3 tests"), 0);
        assert_eq!(tests_in("test running::works ... ok"), 0);
    }

    #[test]
    fn the_whole_workspace_is_tested_unless_packages_are_named() {
        assert_eq!(scope(&["labels".to_owned()]), Some("--workspace"));
        assert_eq!(scope(&["-p".to_owned(), "outrigger-model".to_owned()]), None);
        assert_eq!(scope(&["--package=outrigger-model".to_owned()]), None);
    }
}
