//! `cargo xtask crash`: the checker of crashes and the kills alone, with as many states and kills as wanted.

use anyhow::bail;

use crate::tool;

/// What the ordinary tests look at, and what the long run does.
const ORDINARY: Amount = Amount {
    states: "10000",
    kills: "500",
};
const LONG: Amount = Amount {
    states: "1000000",
    kills: "10000",
};

struct Amount {
    states: &'static str,
    kills: &'static str,
}

/// Runs both, prints how many states were looked at and how often each fail point was hit, and fails at the
/// first violation.
pub(crate) fn run(long: bool) -> anyhow::Result<()> {
    let amount = if long { LONG } else { ORDINARY };
    let tests = [
        ("outrigger-store", "store", "crash::"),
        ("outrigger-cli", "kills", ""),
    ];
    for (package, target, filter) in tests {
        let mut command = tool::cargo();
        command.args(["test", "--package", package, "--test", target]);
        if long {
            command.arg("--release");
        }
        command.args(["--", "--include-ignored", "--nocapture", filter]);
        command
            .env("OUTRIGGER_CRASH_STATES", amount.states)
            .env("OUTRIGGER_CRASH_KILLS", amount.kills);
        if !tool::succeeds(&mut command)? {
            bail!("`{}` failed", tool::spelled(&command));
        }
    }
    Ok(())
}
