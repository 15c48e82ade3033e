//! Building the targets with counters.

use std::process::Command;

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;

use crate::tool;

/// The workspace of the targets.
const MANIFEST: &str = "fuzz/Cargo.toml";
/// Where they are built, beside everything else.
const FOLDER: &str = "target/fuzz";

/// What cargo-fuzz 0.13 hands to rustc for `--sanitizer none`, in its order, so that both share what is built: counters for
/// every branch, a table of them, and a call for each comparison, from which libFuzzer learns what is compared with.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Cllvm-args=-sanitizer-coverage-stack-depth \
    -Cdebug-assertions \
    -Ccodegen-units=1";

/// Builds every target, and answers the folder of the programs.
pub(super) fn run() -> anyhow::Result<Utf8PathBuf> {
    // The targets run what is shipped, so their packages have its versions; Cargo adds only what the product has not.
    fs_err::copy("Cargo.lock", "fuzz/Cargo.lock")?;
    let host = host()?;
    let mut command = tool::cargo();
    // With `--target` the flags are for the targets alone, and not for build scripts.
    command.args(["build", "--release", "--bins", "--manifest-path", MANIFEST]);
    command.args(["--target-dir", FOLDER, "--target", &host]);
    command
        .env("RUSTFLAGS", FLAGS)
        // Some build scripts look at it, and cargo-fuzz needs it.
        .env("RUSTC_BOOTSTRAP", "1");
    // Build scripts look at these too, and would run again whenever cargo-fuzz takes turns with us, who are run by Cargo.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_our_package) {
            command.env_remove(name);
        }
    }
    if !tool::succeeds(&mut command)? {
        bail!("`{}` failed", tool::spelled(&command));
    }
    Ok(Utf8PathBuf::from(FOLDER).join(host).join("release"))
}

/// Whether Cargo has set this variable for the package that it runs, which is xtask.
fn is_of_our_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// This machine's platform, as rustc names it.
fn host() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .output()
        .context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}
