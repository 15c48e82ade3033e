//! What makes a release good: one table of rules, and pure functions that judge facts by them.
//!
//! An error is what Docker's own check is known to refuse and its marketplace is not known to have accepted (contract,
//! section 2.3); everything beyond is a warning or a note.

mod binaries;
mod compose;
mod files;
mod findings;
mod icon;
mod labels;
mod metadata;
mod pages;
mod prose;
mod release;
pub(crate) mod table;

use model::Permissions;
use model::platform::System;

use crate::inspect::Inspected;
use crate::report::{Report, Severity};
pub(crate) use files::bad_names;
use findings::Findings;

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name, in words joined by hyphens: what JSON and SARIF carry, and the name of its page in the book.
    pub code: &'static str,
    /// How much it matters unless strictness raises it.
    pub severity: Severity,
    /// Why it is a rule: one sentence.
    pub why: &'static str,
}

/// Every rule, in the order in which they are documented.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    table::ALL.iter().copied()
}

/// Judges facts by every rule.
pub(crate) fn judge(inspected: Inspected) -> Report {
    let mut findings = Findings::default();
    metadata::check(&inspected, &mut findings);
    labels::check(&inspected, &mut findings);
    files::check(&inspected, &mut findings);
    binaries::check(&inspected, &mut findings);
    icon::check(&inspected, &mut findings);
    pages::check(&inspected, &mut findings);
    compose::check(&inspected, &mut findings);
    release::check(&inspected, &mut findings);
    let lines = permissions(&inspected)
        .map(|found| found.lines())
        .unwrap_or_default();
    let label_text = inspected.labels.and_then(|labels| labels.text);
    let pages = inspected
        .images
        .into_iter()
        .flat_map(|image| image.files.into_values());
    let pages = pages.filter_map(|file| match file.content {
        crate::inspect::Content::Page(page) => Some(page),
        _ => None,
    });
    let texts = inspected.metadata.map(|facts| facts.text).into_iter();
    let texts = texts.chain(label_text).chain(inspected.compose).chain(pages);
    Report::new(inspected.subject, findings.into_list(), lines, texts)
}

/// What a desktop will ask about, host binaries of every system included.
fn permissions(inspected: &Inspected) -> Option<Permissions> {
    let metadata = inspected.metadata.as_ref()?.parsed.as_ref().ok()?;
    let bytes = inspected.compose.as_ref().map(|text| text.text.as_bytes());
    let system = System::ALL
        .into_iter()
        .find(|system| !metadata.host.of(*system).is_empty());
    Some(Permissions::of(metadata, system.unwrap_or(System::Linux), bytes).0)
}

#[cfg(test)]
mod tests;
