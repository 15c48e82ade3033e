//! The house has floors, and an import only ever goes down.
//!
//! A direction that is only drawn does not survive growth; so the drawing of `ARCHITECTURE.md` is a table here, and
//! every edge between our own packages must stand in it.

use std::fmt::Write as _;

use super::Outcome;
use crate::graph::{Graph, Import, Kind, Package};

/// One package of ours and the packages of ours that it may import.
struct Room {
    name: &'static str,
    may_import: &'static [&'static str],
}

/// The allowed edges. Floor 2 (`registry`, `archive`, `store`) never imports its neighbours.
const ROOMS: &[Room] = &[
    // 1
    Room {
        name: "outrigger-model",
        may_import: &[],
    },
    // 2
    Room {
        name: "outrigger-registry",
        may_import: &["outrigger-model"],
    },
    Room {
        name: "outrigger-archive",
        may_import: &["outrigger-model"],
    },
    Room {
        name: "outrigger-store",
        may_import: &["outrigger-model"],
    },
    // 3
    Room {
        name: "outrigger-desktop",
        may_import: &[
            "outrigger-model",
            "outrigger-registry",
            "outrigger-archive",
            "outrigger-store",
        ],
    },
    // 4
    Room {
        name: "outrigger-author",
        may_import: &[
            "outrigger-model",
            "outrigger-registry",
            "outrigger-archive",
            "outrigger-desktop",
        ],
    },
    Room {
        name: "outrigger-daemon",
        may_import: &["outrigger-model", "outrigger-store", "outrigger-desktop"],
    },
    // 5; `embedded` because `demo` runs on a registry in the process
    Room {
        name: "outrigger-cli",
        may_import: &[
            "outrigger-model",
            "outrigger-registry",
            "outrigger-store",
            "outrigger-desktop",
            "outrigger-author",
            "outrigger-daemon",
            "outrigger-embedded",
        ],
    },
    // Beside the house.
    Room {
        name: "outrigger-embedded",
        may_import: &["outrigger-model"],
    },
    Room {
        name: "outrigger-testkit",
        may_import: &["outrigger-model", "outrigger-embedded"],
    },
    Room {
        name: "xtask",
        may_import: &["outrigger-author", "outrigger-embedded", "outrigger-testkit"],
    },
];

/// What the tests of every room may import besides.
const FOR_TESTS: &[&str] = &["outrigger-embedded", "outrigger-testkit"];

/// Foreign packages that a room must not reach, however long the chain: the room, the packages, and why.
const OUT_OF_REACH: &[(&str, &[&str], &str)] = &[
    (
        "outrigger-model",
        &["tokio", "reqwest", "hyper"],
        "every decision is a pure function",
    ),
    (
        "outrigger-archive",
        &["tokio", "reqwest", "hyper"],
        "unpacking is plain blocking code and knows no HTTP",
    ),
    (
        "outrigger-store",
        &["tokio", "reqwest", "hyper"],
        "the disk is plain blocking code and knows no HTTP",
    ),
    (
        "outrigger-desktop",
        &["clap", "indicatif", "axum"],
        "the use cases know no terminal and serve no pages",
    ),
];

/// Compares every edge between our packages with the table.
pub(super) fn check(graph: &Graph) -> Outcome {
    let mut problems = Vec::new();
    let mut edges = 0;
    for package in graph.members() {
        let Some(room) = ROOMS.iter().find(|room| room.name == package.name) else {
            problems.push(format!(
                "`{}` is not in the table of rooms: give it a floor in xtask/src/lint/floors.rs and ARCHITECTURE.md",
                package.name
            ));
            continue;
        };
        let ours = package
            .imports
            .iter()
            .filter(|import| is_room(graph.target(import)));
        for import in ours {
            edges += 1;
            problems.extend(edge_problem(graph, room, import));
        }
    }
    Outcome {
        looked_at: format!("{edges} imports between our packages"),
        problems,
    }
}

fn is_room(package: &Package) -> bool {
    ROOMS.iter().any(|room| room.name == package.name)
}

fn edge_problem(graph: &Graph, room: &Room, import: &Import) -> Option<String> {
    let imported = graph.target(import).name.as_str();
    let only_for_tests = import.kinds.iter().all(|kind| *kind == Kind::Development);
    if room.may_import.contains(&imported) || (only_for_tests && FOR_TESTS.contains(&imported)) {
        return None;
    }
    let mut problem = format!("`{}` imports `{imported}`, ", room.name);
    // Writing to a string cannot fail.
    let _ = if only_for_tests {
        write!(
            problem,
            "which its tests may not: they may use {} besides",
            FOR_TESTS.join(" and ")
        )
    } else if room.may_import.is_empty() {
        write!(
            problem,
            "but stands on the lowest floor: move what it needs down, or turn the import around"
        )
    } else {
        write!(
            problem,
            "but may import only {}: move what both need down",
            room.may_import.join(", ")
        )
    };
    Some(problem)
}

/// Looks for foreign packages that a room must never reach, over chains of normal imports.
pub(super) fn check_reach(graph: &Graph) -> Outcome {
    let mut problems = Vec::new();
    let mut looked_at = 0;
    for (room, forbidden, reason) in OUT_OF_REACH {
        for name in *forbidden {
            looked_at += 1;
            if let Some(chain) = graph.chain(room, name, &[Kind::Normal]) {
                problems.push(format!(
                    "`{room}` must not reach `{name}` ({reason}): {}",
                    chain.join(" -> ")
                ));
            }
        }
    }
    Outcome {
        looked_at: format!("{looked_at} packages that a room must not reach"),
        problems,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(lines: &[&str]) -> String {
        check(&Graph::drawn(lines)).problems.join("\n")
    }

    #[test]
    fn an_import_downwards_is_fine() {
        assert_eq!(
            problems(&[
                "outrigger-desktop -> outrigger-store",
                "outrigger-store -> outrigger-model"
            ]),
            ""
        );
    }

    #[test]
    fn an_import_upwards_is_a_problem() {
        let found = problems(&["outrigger-model -> outrigger-registry"]);
        assert!(
            found.contains("`outrigger-model` imports `outrigger-registry`"),
            "{found}"
        );
    }

    #[test]
    fn neighbours_of_the_second_floor_never_import_each_other() {
        let floor = ["outrigger-registry", "outrigger-archive", "outrigger-store"];
        for importer in floor {
            for imported in floor.into_iter().filter(|name| *name != importer) {
                assert_ne!(problems(&[&format!("{importer} -> {imported}")]), "");
                assert_ne!(problems(&[&format!("{importer} -> dev:{imported}")]), "");
                assert_ne!(problems(&[&format!("{importer} -> build:{imported}")]), "");
            }
        }
    }

    #[test]
    fn tests_may_use_the_embedded_registry_and_the_test_kit_but_the_program_may_not() {
        assert_eq!(problems(&["outrigger-registry -> dev:outrigger-embedded"]), "");
        assert_eq!(problems(&["outrigger-model -> dev:outrigger-testkit"]), "");
        assert_ne!(problems(&["outrigger-desktop -> outrigger-embedded"]), "");
        assert_ne!(problems(&["outrigger-cli -> outrigger-testkit"]), "");
    }

    #[test]
    fn nobody_imports_xtask() {
        assert_ne!(problems(&["outrigger-cli -> dev:xtask"]), "");
    }

    #[test]
    fn a_member_without_a_floor_is_a_problem() {
        let found = problems(&["outrigger-mystery -> serde"]);
        assert!(
            found.contains("`outrigger-mystery` is not in the table"),
            "{found}"
        );
    }

    #[test]
    fn a_forbidden_package_is_found_at_the_end_of_a_chain() {
        let graph = Graph::drawn(&["outrigger-model -> innocent", "innocent -> tokio"]);
        let found = check_reach(&graph).problems.join("\n");
        assert!(found.contains("outrigger-model -> innocent -> tokio"), "{found}");
    }

    #[test]
    fn tests_may_reach_what_the_program_must_not() {
        let graph = Graph::drawn(&["outrigger-model -> dev:tokio", "outrigger-registry -> reqwest"]);
        assert_eq!(check_reach(&graph).problems, Vec::<String>::new());
    }
}
