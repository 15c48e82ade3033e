//! Comparators joined by commas or blanks (`>= 1.4.7, < 2.0`), as API requirements and allow-list ranges write them.
//!
//! Each comparator is read and matched by the `semver` crate. What that crate leaves open, or reads otherwise than
//! extension authors do, is decided here: blanks may stand anywhere, a `v` before the number is skipped, and the
//! meaning of a bare version is the caller's.

use semver::{Comparator, Version, VersionReq};

/// How many comparators one text may hold; a label is hostile input.
const MAX_COMPARATORS: usize = 16;

/// Reads `text`; `bare` is the operator that a version without one gets. `None` when it cannot be read.
pub(crate) fn parse(text: &str, bare: &str) -> Option<VersionReq> {
    let mut comparators = Vec::new();
    for piece in text.split(',') {
        let mut rest = piece.trim();
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let operator_end = rest.find(|character| !is_operator(character))?;
            let (operator, behind) = rest.split_at(operator_end);
            let behind = behind.trim_start();
            let version_end = behind
                .find(|character: char| character.is_whitespace() || is_operator(character))
                .unwrap_or(behind.len());
            let (version, next) = behind.split_at(version_end);
            // `*` alone adds no condition: every version satisfies it.
            if !(operator.is_empty() && version == "*") {
                comparators.push(comparator(operator, version, bare)?);
            }
            if comparators.len() > MAX_COMPARATORS {
                return None;
            }
            rest = next.trim_start();
        }
    }
    Some(VersionReq { comparators })
}

fn comparator(operator: &str, version: &str, bare: &str) -> Option<Comparator> {
    if !matches!(operator, "" | "=" | ">" | ">=" | "<" | "<=" | "^" | "~") || version == "*" {
        return None;
    }
    let version = version.strip_prefix('v').unwrap_or(version);
    let is_wildcard = version.ends_with(['*', 'x', 'X']);
    let operator = if operator.is_empty() && !is_wildcard {
        bare
    } else {
        operator
    };
    Comparator::parse(&format!("{operator}{version}")).ok()
}

fn is_operator(character: char) -> bool {
    matches!(character, '<' | '>' | '=' | '^' | '~' | '!' | '|')
}

/// Reads one version of one to three numbers, with `v` allowed; missing numbers count as 0.
pub(crate) fn parse_version(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    if numbers.contains(['*', 'x', 'X']) {
        return None; // to a comparator these are any number
    }
    let comparator = Comparator::parse(&format!("={text}")).ok()?;
    let mut version = Version::new(
        comparator.major,
        comparator.minor.unwrap_or(0),
        comparator.patch.unwrap_or(0),
    );
    version.pre = comparator.pre;
    Some(version)
}
