//! What makes a release good: beginning an extension, and looking at it before it is pushed.
//!
//! This room knows rules, and how the facts that they judge are gathered: a folder with its build file or Dockerfile, the
//! metadata, labels, pages, icons and programs. It must not know installing, a user's home folder, terminals or argument
//! parsers.
//!
//! Two steps, which never mix: reading gathers facts and judges nothing, and the rules are pure functions over these facts. So a
//! rule is tested with facts that no disk holds.

mod build;
mod build_file;
mod error;
mod files;
mod init;
mod inspect;
mod plan;
mod report;
mod rules;
mod text;

use std::collections::BTreeMap;

use camino::Utf8Path;
use model::Reference;

pub use build::{Build, BuildOptions, BuiltImage, BuiltRelease, Compression, Layers};
pub use build_file::BUILD_FILE;
pub use error::Error;
pub use init::{Beginning, Template};
pub use inspect::Reading;
pub use report::{Diagnostic, Location, Report, Severity};
pub use rules::{Rule, all as rules};

/// Looks at a folder with a `metadata.json`, or at such a file alone, and judges it by every rule.
///
/// Labels are read from the folder's `outrigger.toml`, or else its `Dockerfile`. Which files there are is judged where that is known:
/// with a build file, or with neither; a Dockerfile may bring more.
///
/// # Errors
///
/// When something cannot be read, or the build file cannot be understood. A metadata file that is missing or wrong is a
/// finding.
pub fn validate_path(path: &Utf8Path) -> Result<Report, Error> {
    Ok(rules::judge(inspect::path(path)?))
}

/// Looks at the image that `reference` names, wherever `reading` finds it, and judges it by every rule. `subject` is what the user
/// called it.
///
/// # Errors
///
/// When it cannot be found, fetched or unpacked.
pub async fn validate_image(
    reading: &Reading,
    subject: &str,
    reference: &Reference,
) -> Result<Report, Error> {
    Ok(rules::judge(reading.inspect(subject, reference).await?))
}

/// What is known of a release whose files are not at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts<'a> {
    /// The bytes of its metadata file.
    pub metadata: Option<&'a [u8]>,
    /// The labels of its image.
    pub labels: Option<&'a BTreeMap<String, String>>,
}

/// Judges the parts of a release that are known. A part that is not known is not said to be missing.
pub fn validate_parts(subject: &str, parts: &Parts<'_>) -> Report {
    rules::judge(inspect::parts(subject, parts))
}
