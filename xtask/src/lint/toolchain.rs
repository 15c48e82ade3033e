//! The checks that come with a Rust toolchain: rustfmt, clippy, rustdoc. Their own output says what is wrong.

use std::process::Command;

use super::Outcome;
use crate::tool;

/// Whether every file is formatted as rustfmt would.
pub(super) fn rustfmt() -> anyhow::Result<Outcome> {
    let advice = "the files named above are not formatted: run `cargo fmt --all`";
    outcome("every file", &mut cargo("fmt --all -- --check -l"), advice)
}

/// Whether clippy, with the lints of the workspace, has nothing to say about code, tests and benches.
pub(super) fn clippy() -> anyhow::Result<Outcome> {
    let advice = "see above; allow only with `#[expect(…, reason = \"…\")]`";
    let mut command = cargo("clippy --workspace --all-targets --locked -- -D warnings");
    outcome("every target", &mut command, advice)
}

/// Whether the documentation builds without warnings.
///
/// Private items are part of it: the readers of these libraries are those who work on them, and a link that leads
/// nowhere is as bad in a private comment.
pub(super) fn docs() -> anyhow::Result<Outcome> {
    let advice = "see above; the same command shows it again";
    let mut command = cargo("doc --workspace --no-deps --document-private-items --locked");
    outcome(
        "private items too",
        command.env("RUSTDOCFLAGS", "-D warnings"),
        advice,
    )
}

fn cargo(arguments: &str) -> Command {
    let mut command = tool::cargo();
    command.args(arguments.split(' '));
    command
}

fn outcome(looked_at: &str, command: &mut Command, advice: &str) -> anyhow::Result<Outcome> {
    let fine = tool::succeeds(command)?;
    Ok(Outcome {
        looked_at: looked_at.to_owned(),
        problems: if fine { Vec::new() } else { vec![advice.to_owned()] },
    })
}
