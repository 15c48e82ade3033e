//! How many packages it takes to build the program on Linux.
//!
//! Each one is code to trust, to update and to wait for; a limit makes adding the next a decision.

use super::Outcome;
use crate::graph::{Graph, Kind};

/// The program that is shipped.
const PROGRAM: &str = "outrigger-cli";

/// The most packages that a Linux build of it may take, our own included.
const LIMIT: usize = 420;

/// Counts the packages that building the program on Linux takes: normal and build dependencies, no tests.
pub(super) fn check(linux: &Graph) -> Outcome {
    judge(
        linux.reachable(PROGRAM, &[Kind::Normal, Kind::Build]).len(),
        LIMIT,
    )
}

fn judge(count: usize, limit: usize) -> Outcome {
    let problem = match count {
        0 => Some(format!("the workspace has no package `{PROGRAM}`")),
        _ if count > limit => Some(format!(
            "{} too many: `cargo tree -p {PROGRAM} -e normal,build` shows what pulls in most; drop a feature or a crate",
            count - limit
        )),
        _ => None,
    };
    Outcome {
        looked_at: format!("{count} packages in a Linux build of {PROGRAM}, of {limit}"),
        problems: problem.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_need_is_not_counted() {
        let graph = Graph::drawn(&[
            "outrigger-cli -> clap",
            "outrigger-cli -> dev:insta",
            "clap -> build:cc",
        ]);
        assert_eq!(
            check(&graph).looked_at,
            "3 packages in a Linux build of outrigger-cli, of 420"
        );
    }

    #[test]
    fn the_limit_itself_is_within_the_budget() {
        assert!(judge(420, 420).problems.is_empty());
        assert!(judge(421, 420).problems[0].starts_with("1 too many"));
    }

    #[test]
    fn a_program_that_is_not_found_is_no_success() {
        assert_eq!(
            check(&Graph::drawn(&["outrigger-model -> serde"])).problems.len(),
            1
        );
    }
}
