//! Every package that we build with carries a licence that lets us give the program away as MIT or Apache-2.0.

use spdx::{Expression, LicenseReq, ParseMode};

use super::Outcome;
use crate::graph::Graph;

/// Licences, as SPDX identifiers, that ask for no more than to be named beside the program. One asks for a little more:
/// under MPL-2.0 are the parser of styles below `ammonia`, which sanitises the HTML of labels, and what writes its numbers. It binds
/// the files that it stands in and nothing that is built with them, and we change none of them.
const ALLOWED: &[&str] = &[
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// Looks at the licence of every package of the lock file: the Linux build is a part of them.
pub(super) fn check(graph: &Graph) -> Outcome {
    let mut problems = Vec::new();
    for package in graph.packages() {
        if let Err(reason) = judge(package.licence.as_deref()) {
            problems.push(format!(
                "`{} {}` {reason}: replace it, or argue for the licence in xtask/src/lint/licences.rs",
                package.name, package.version
            ));
        }
    }
    Outcome {
        looked_at: format!("{} packages", graph.packages().count()),
        problems,
    }
}

/// Whether a `license` field can be satisfied with allowed licences alone; if not, the reason.
fn judge(licence: Option<&str>) -> Result<(), String> {
    let text = licence.ok_or("names no licence")?;
    // Old manifests write `MIT/Apache-2.0` for "or"; the lenient mode reads it so.
    let expression = Expression::parse_mode(text, ParseMode::LAX)
        .map_err(|error| format!("has no SPDX licence: {error}"))?;
    expression.evaluate_with_failures(is_allowed).map_err(|failed| {
        let refused: Vec<_> = failed
            .iter()
            .map(|requirement| requirement.req.to_string())
            .collect();
        format!(
            "is licensed as `{text}`, and {} is not on our list",
            refused.join(", ")
        )
    })
}

fn is_allowed(requirement: &LicenseReq) -> bool {
    // The one exception that we meet; it waives a condition, so it asks for less than the licence alone.
    let exception_is_fine = match &requirement.addition {
        None => true,
        Some(addition) => addition.to_string() == "LLVM-exception",
    };
    let name = requirement.license.id().map(|id| id.name);
    exception_is_fine && name.is_some_and(|name| ALLOWED.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_licences_pass_alone_and_combined() {
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
        ] {
            assert_eq!(judge(Some(text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn one_allowed_side_of_an_or_is_enough() {
        assert_eq!(judge(Some("GPL-3.0-only OR MIT")), Ok(()));
        assert_eq!(
            judge(Some("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT")),
            Ok(())
        );
    }

    #[test]
    fn of_the_exceptions_only_the_known_one_passes() {
        assert_eq!(judge(Some("Apache-2.0 WITH LLVM-exception")), Ok(()));
        assert!(judge(Some("Apache-2.0 WITH Bison-exception-2.2")).is_err());
        assert!(judge(Some("GPL-2.0-only WITH LLVM-exception")).is_err());
    }

    #[test]
    fn both_sides_of_an_and_are_needed() {
        let reason = judge(Some("MIT AND GPL-3.0-only")).unwrap_err();
        assert!(reason.contains("GPL-3.0-only is not on our list"), "{reason}");
    }

    #[test]
    fn no_licence_and_no_spdx_expression_are_refused() {
        assert!(judge(None).unwrap_err().contains("names no licence"));
        assert!(
            judge(Some("as you like it"))
                .unwrap_err()
                .contains("no SPDX licence")
        );
    }

    #[test]
    fn the_problem_names_the_package() {
        let mut graph = Graph::drawn(&["outrigger-cli -> copyleft"]);
        graph.package_mut("copyleft").licence = Some("AGPL-3.0-only".to_owned());
        let found = check(&graph).problems;
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("`copyleft 1.0.0`"), "{found:?}");
    }
}
