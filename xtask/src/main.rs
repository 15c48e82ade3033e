//! What developers and the CI run: `cargo xtask lint`, `test`, `crash`, `fuzz`, `bench` and `corpus`.
//!
//! This program knows the workspace as Cargo sees it, and the distribution's packages that tests and benchmarks need. Nothing
//! imports it and it is never shipped, so it is the one place beside `cli` that prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool: its results are what it prints"
)]

mod bench;
mod corpus;
mod crash;
mod fuzz;
mod graph;
mod lint;
mod parts;
mod rust_files;
mod test;
mod tool;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;

/// What developers run in this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Checks everything that a machine can check without running the code.
    Lint,
    /// Runs every test, with the real registry, engine and tools that some of them need.
    Test {
        /// Handed to the test runner: names of tests, `-p outrigger-model`, and so on.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Runs only what looks for states that a crash would break, and the kills of the real binary.
    Crash {
        /// A million states and ten thousand kills: hours instead of minutes.
        #[arg(long)]
        long: bool,
    },
    /// Feeds every reader of foreign input with what libFuzzer makes up.
    Fuzz(fuzz::Options),
    /// Measures the release binary against its peers, and writes `docs/benchmarks.md`.
    Bench(bench::Options),
    /// Judges a folder of real metadata and labels by the rules of `outrigger validate`.
    Corpus(corpus::Options),
}

fn main() -> ExitCode {
    match run(&Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    // Its folder is relative to where the developer stands.
    if !matches!(task, Task::Corpus(_)) {
        enter_workspace()?;
    }
    match task {
        Task::Lint => lint::run(),
        Task::Test { arguments } => test::run(arguments),
        Task::Crash { long } => crash::run(*long),
        Task::Fuzz(options) => fuzz::run(options),
        Task::Bench(options) => bench::run(options),
        Task::Corpus(options) => corpus::run(options),
    }
}

/// Makes the workspace's root the current folder, so that every path below is relative to it.
fn enter_workspace() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the folder of xtask has no parent")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))
}
