//! Every package comes from the public registry or from this workspace.

use super::Outcome;
use crate::graph::{Graph, Origin};

/// Looks for packages from git repositories, other registries and folders that are no members.
pub(super) fn check(graph: &Graph) -> Outcome {
    let problems = graph.packages().filter_map(|package| {
        let origin = match &package.origin {
            Origin::Workspace | Origin::CratesIo => return None,
            Origin::Path => "a folder that is no member of the workspace",
            Origin::Other(source) => source,
        };
        Some(format!(
            "`{} {}` comes from {origin}: a clone elsewhere could not build it; take a published version",
            package.name, package.version
        ))
    });
    Outcome {
        looked_at: format!("{} packages", graph.packages().count()),
        problems: problems.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_published_packages_are_fine() {
        assert_eq!(
            check(&Graph::drawn(&["outrigger-model -> serde"])).problems,
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_git_repository_or_a_foreign_folder_is_a_problem() {
        for origin in [
            Origin::Other("git+https://example.org/fork".to_owned()),
            Origin::Path,
        ] {
            let mut graph = Graph::drawn(&["outrigger-model -> fork"]);
            graph.package_mut("fork").origin = origin;
            assert_eq!(check(&graph).problems.len(), 1);
        }
    }
}
