//! What the tests use that no package of the distribution holds: from npm and `PyPI`, by the clients of both.

use std::process::Command;

use anyhow::{Context as _, bail};
use testkit::fetched;

use super::interrupt::Interrupt;
use crate::tool;

/// Fetches what is not in `target/parts` yet. It takes minutes the first time, and waits for the network most of it.
pub(super) fn ensure(interrupt: &Interrupt) -> anyhow::Result<()> {
    fs_err::create_dir_all(fetched::folder())?;
    if fetched::axe().is_err() {
        fetch_axe(interrupt).context("no axe-core for the tests of the pages")?;
    }
    if fetched::schemathesis().is_err() {
        fetch_schemathesis(interrupt).context("no schemathesis for the tests of the API")?;
    }
    Ok(())
}

fn fetch_axe(interrupt: &Interrupt) -> anyhow::Result<()> {
    let packed = tempfile::tempdir()?;
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", fetched::AXE, "--pack-destination"]);
    succeed(interrupt, pack.arg(packed.path()), "nodejs and npm")?;
    let archive = fs_err::read_dir(packed.path())?
        .next()
        .context("npm has packed nothing")??;
    let mut unpack = Command::new("tar");
    unpack
        .args(["-x", "-z", "--strip-components=1", "-f"])
        .arg(archive.path());
    unpack.arg("-C").arg(fetched::folder());
    unpack.arg(format!("package/{}", fetched::AXE_FILE));
    succeed(interrupt, &mut unpack, "tar")?;
    fetched::axe().map(|_| ())
}

fn fetch_schemathesis(interrupt: &Interrupt) -> anyhow::Result<()> {
    let folder = fetched::folder().join(fetched::SCHEMATHESIS_FOLDER);
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    succeed(interrupt, &mut make, "python3-venv")?;
    let versions = folder.join("wanted.txt");
    fs_err::write(&versions, fetched::SCHEMATHESIS)?;
    let mut install = Command::new(folder.join("bin/python"));
    // Every package is named with its version; none that is not named is taken.
    install.args(["-m", "pip", "install", "--quiet", "--no-deps", "-r"]);
    succeed(interrupt, install.arg(&versions), "python3-venv")?;
    fs_err::rename(versions, folder.join(fetched::SCHEMATHESIS_MARK))?;
    Ok(())
}

/// Runs a command of a package to its end, unless somebody wants us to stop.
fn succeed(interrupt: &Interrupt, command: &mut Command, package: &str) -> anyhow::Result<()> {
    let spelled = tool::spelled(command);
    eprintln!("$ {spelled}");
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{spelled}`: install the Debian package {package}"))?;
    if !interrupt.wait(&mut child)?.success() {
        bail!("`{spelled}` failed (Debian package {package})");
    }
    Ok(())
}
