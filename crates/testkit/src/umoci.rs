//! `umoci`, which makes and unpacks image layouts without a registry.

use crate::process::Program;

const PROGRAM: Program = Program {
    path: "/usr/bin/umoci",
    package: "umoci",
};

/// Runs a command, and answers what it printed. Fails where `umoci` is missing or refuses.
pub fn run(arguments: &[&str]) -> anyhow::Result<String> {
    PROGRAM.run(PROGRAM.command().args(arguments))
}
