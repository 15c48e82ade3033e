//! `cargo xtask lint`: what a machine can hold, held by a machine.
//!
//! Licences, bans and sources are what cargo-deny checks for others. It is no part of a Rust toolchain and building
//! it takes longer than everything else here together, so the few rules that we need are written down in this
//! folder; the parts with substance (the dependency graph, licence expressions) come from libraries.

mod bans;
mod budget;
mod floors;
mod lengths;
mod licences;
mod sources;
mod toolchain;

use anyhow::bail;

use crate::graph::Graph;

/// The platform whose build we count: the one of most servers and of the CI.
const LINUX: &str = "x86_64-unknown-linux-gnu";

/// What one check found.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// What was looked at, in a few words.
    looked_at: String,
    /// One line each: what is wrong and what to do about it.
    problems: Vec<String>,
}

/// Runs every check, prints a line for each, and fails at the end if one of them found something.
///
/// The quick ones come first; none stops the others, so that one run shows everything.
pub(crate) fn run() -> anyhow::Result<()> {
    let everything = Graph::load(None)?;
    let linux = Graph::load(Some(LINUX))?;
    let mut failed = Vec::new();
    let mut note = |name: &'static str, outcome: &Outcome| {
        print(name, outcome);
        if !outcome.problems.is_empty() {
            failed.push(name);
        }
    };
    note("floors", &floors::check(&everything));
    note("reach", &floors::check_reach(&everything));
    note("licences", &licences::check(&everything));
    note("bans", &bans::check(&everything));
    note("sources", &sources::check(&everything));
    note("budget", &budget::check(&linux));
    lengths::report()?;
    note("rustfmt", &toolchain::rustfmt()?);
    note("clippy", &toolchain::clippy()?);
    note("docs", &toolchain::docs()?);
    if !failed.is_empty() {
        bail!("lint found problems: {}", failed.join(", "));
    }
    Ok(())
}

fn print(name: &str, outcome: &Outcome) {
    let mark = if outcome.problems.is_empty() {
        "ok"
    } else {
        "PROBLEM"
    };
    println!("{mark:<8} {name:<9} {}", outcome.looked_at);
    for problem in &outcome.problems {
        println!("         - {problem}");
    }
}
