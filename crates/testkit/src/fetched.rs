//! What tests use that no package of the distribution holds. `cargo xtask test` fetches it into `target/parts` by the clients of
//! its registries; nothing of it is shipped.

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;
use model::Digest;

/// The package of npm that looks for what people with disabilities cannot use, with its version.
pub const AXE: &str = "axe-core@4.14.1";
/// The file of it that a page runs.
pub const AXE_FILE: &str = "axe.min.js";
/// The SHA-256 of that file.
const AXE_DIGEST: &str = "sha256:29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// The packages of `PyPI` that make schemathesis, in the form that pip reads, with their versions.
pub const SCHEMATHESIS: &str = include_str!("schemathesis.txt");
/// The virtual environment that they are installed in, in [`folder`].
pub const SCHEMATHESIS_FOLDER: &str = "schemathesis";
/// What stands in that folder when it is whole: [`SCHEMATHESIS`].
pub const SCHEMATHESIS_MARK: &str = "installed.txt";

/// Where it lies.
pub fn folder() -> Utf8PathBuf {
    Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/parts"))
}

/// The script of axe-core. Fails where it is not here, or not as it was published.
pub fn axe() -> anyhow::Result<String> {
    let script = fs_err::read_to_string(folder().join(AXE_FILE)).context(HOW)?;
    let digest = Digest::of(script.as_bytes());
    if digest.to_string() != AXE_DIGEST {
        bail!("{AXE_FILE} of {AXE} is {digest} and should be {AXE_DIGEST}; {HOW}");
    }
    Ok(script)
}

/// The program of schemathesis. Fails where it is not here, or another version.
pub fn schemathesis() -> anyhow::Result<Utf8PathBuf> {
    let folder = folder().join(SCHEMATHESIS_FOLDER);
    let installed = fs_err::read_to_string(folder.join(SCHEMATHESIS_MARK)).context(HOW)?;
    if installed != SCHEMATHESIS {
        bail!("schemathesis is here with other versions; {HOW}");
    }
    Ok(folder.join("bin/schemathesis"))
}

const HOW: &str = "`cargo xtask test` fetches it";
