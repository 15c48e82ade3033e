//! Packages and who imports whom, as `cargo metadata` tells it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use anyhow::Context as _;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use semver::Version;

/// Every package of a resolution, with its imports.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    packages: Vec<Package>,
}

/// One package and what it imports.
#[derive(Debug)]
pub(crate) struct Package {
    /// The name in its manifest (`outrigger-model`).
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: Version,
    /// The `license` field, an SPDX expression.
    pub(crate) licence: Option<String>,
    /// Where its source comes from.
    pub(crate) origin: Origin,
    /// What it imports, each once.
    pub(crate) imports: Vec<Import>,
    /// Whether it is a library with documentation tests switched on.
    pub(crate) doc_tests: bool,
}

/// Where a package's source comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A member of this workspace.
    Workspace,
    /// A folder outside the workspace's members.
    Path,
    /// The public registry that Cargo uses by default.
    CratesIo,
    /// Anything else (a git repository, another registry), as Cargo spells it.
    Other(String),
}

/// An edge of the graph.
#[derive(Debug)]
pub(crate) struct Import {
    /// Index of the imported package.
    to: usize,
    /// As what it is imported.
    pub(crate) kinds: Vec<Kind>,
}

/// As what a package imports another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `[dependencies]`: part of the program.
    Normal,
    /// `[build-dependencies]`: runs while the program is built.
    Build,
    /// `[dev-dependencies]`: tests only.
    Development,
}

impl Graph {
    /// Asks Cargo for the resolution in `Cargo.lock`: for every platform, or as one platform sees it.
    pub(crate) fn load(platform: Option<&str>) -> anyhow::Result<Self> {
        // `--locked`: a lock file that does not fit the manifests is a mistake that a fresh clone would meet first.
        let mut options = vec!["--locked".to_owned()];
        if let Some(platform) = platform {
            options.extend(["--filter-platform".to_owned(), platform.to_owned()]);
        }
        let metadata = MetadataCommand::new()
            .other_options(options)
            .exec()
            .context("`cargo metadata --locked` failed; does Cargo.lock fit the manifests?")?;
        Self::from_metadata(&metadata)
    }

    fn from_metadata(metadata: &Metadata) -> anyhow::Result<Self> {
        let resolve = metadata
            .resolve
            .as_ref()
            .context("`cargo metadata` gave no resolution")?;
        let index: HashMap<_, _> = resolve
            .nodes
            .iter()
            .zip(0..)
            .map(|(node, at)| (&node.id, at))
            .collect();
        let mut packages = Vec::with_capacity(resolve.nodes.len());
        for node in &resolve.nodes {
            let imports = node.deps.iter().map(|dependency| Import {
                to: index[&dependency.pkg],
                kinds: dependency
                    .dep_kinds
                    .iter()
                    .filter_map(|info| Kind::from_cargo(info.kind))
                    .collect(),
            });
            let package = &metadata[&node.id];
            let member = metadata.workspace_members.contains(&node.id);
            packages.push(Package {
                name: package.name.to_string(),
                version: package.version.clone(),
                licence: package.license.clone(),
                origin: Origin::from_cargo(package, member),
                imports: imports.collect(),
                doc_tests: member
                    && package
                        .targets
                        .iter()
                        .any(|target| target.is_lib() && target.doctest),
            });
        }
        Ok(Self { packages })
    }

    /// Every package.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter()
    }

    /// The members of this workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages()
            .filter(|package| package.origin == Origin::Workspace)
    }

    /// The package behind an edge.
    pub(crate) fn target(&self, import: &Import) -> &Package {
        &self.packages[import.to]
    }

    /// The packages that the named member pulls in over edges of the given kinds, itself included.
    pub(crate) fn reachable(&self, member: &str, kinds: &[Kind]) -> Vec<&Package> {
        self.walk(member, kinds)
            .into_iter()
            .map(|step| &self.packages[step.package])
            .collect()
    }

    /// The shortest chain of imports from the named member to the first package called `name`, as names.
    pub(crate) fn chain(&self, member: &str, name: &str, kinds: &[Kind]) -> Option<Vec<&str>> {
        let steps = self.walk(member, kinds);
        let mut at = steps
            .iter()
            .position(|step| self.packages[step.package].name == name);
        at?;
        let mut chain = Vec::new();
        while let Some(position) = at {
            chain.push(self.packages[steps[position].package].name.as_str());
            at = steps[position].from;
        }
        chain.reverse();
        Some(chain)
    }

    /// Breadth first from the named member; empty where there is none.
    fn walk(&self, member: &str, kinds: &[Kind]) -> Vec<Step> {
        let start = self
            .packages
            .iter()
            .position(|package| package.origin == Origin::Workspace && package.name == member);
        let mut queue: VecDeque<Step> = start
            .map(|package| Step { package, from: None })
            .into_iter()
            .collect();
        let mut seen: BTreeSet<usize> = start.into_iter().collect();
        let mut steps = Vec::new();
        while let Some(step) = queue.pop_front() {
            for import in &self.packages[step.package].imports {
                let wanted = import.kinds.iter().any(|kind| kinds.contains(kind));
                if wanted && seen.insert(import.to) {
                    queue.push_back(Step {
                        package: import.to,
                        from: Some(steps.len()),
                    });
                }
            }
            steps.push(step);
        }
        steps
    }
}

/// One package met on a walk, and the position in the walk of the one that led to it.
struct Step {
    package: usize,
    from: Option<usize>,
}

impl Origin {
    fn from_cargo(package: &cargo_metadata::Package, member: bool) -> Self {
        match &package.source {
            None if member => Self::Workspace,
            None => Self::Path,
            Some(source) if source.is_crates_io() => Self::CratesIo,
            Some(source) => Self::Other(source.repr.clone()),
        }
    }
}

impl Kind {
    fn from_cargo(kind: DependencyKind) -> Option<Self> {
        match kind {
            DependencyKind::Normal => Some(Self::Normal),
            DependencyKind::Build => Some(Self::Build),
            DependencyKind::Development => Some(Self::Development),
            _ => None,
        }
    }
}

#[cfg(test)]
impl Graph {
    /// A graph for the tests of the checks. Each line is `importer -> imported`, with `dev:` or `build:` before the
    /// imported one where it is not normal. Names that begin with `outrigger-` and `xtask` are members.
    pub(crate) fn drawn(lines: &[&str]) -> Self {
        let mut graph = Self::default();
        for line in lines {
            let (from, edge) = line.split_once(" -> ").unwrap();
            let (kind, to) = match edge.split_once(':') {
                Some(("dev", name)) => (Kind::Development, name),
                Some(("build", name)) => (Kind::Build, name),
                _ => (Kind::Normal, edge),
            };
            let to = graph.node(to);
            let from = graph.node(from);
            graph.packages[from].imports.push(Import {
                to,
                kinds: vec![kind],
            });
        }
        graph
    }

    /// The index of the package called `name`, which is added where it is missing.
    fn node(&mut self, name: &str) -> usize {
        if let Some(at) = self.packages.iter().position(|package| package.name == name) {
            return at;
        }
        let member = name.starts_with("outrigger-") || name == "xtask";
        self.packages.push(Package {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            licence: Some("MIT".to_owned()),
            origin: if member {
                Origin::Workspace
            } else {
                Origin::CratesIo
            },
            imports: Vec::new(),
            doc_tests: false,
        });
        self.packages.len() - 1
    }

    /// The package called `name`, to be changed by a test.
    pub(crate) fn package_mut(&mut self, name: &str) -> &mut Package {
        let at = self.node(name);
        &mut self.packages[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(packages: &[&Package]) -> Vec<String> {
        packages.iter().map(|package| package.name.clone()).collect()
    }

    #[test]
    fn only_edges_of_the_wanted_kinds_are_followed() {
        let graph = Graph::drawn(&[
            "outrigger-cli -> clap",
            "outrigger-cli -> build:cc",
            "outrigger-cli -> dev:insta",
            "clap -> anstyle",
        ]);
        let built = graph.reachable("outrigger-cli", &[Kind::Normal, Kind::Build]);
        assert_eq!(names(&built), ["outrigger-cli", "clap", "cc", "anstyle"]);
    }

    #[test]
    fn a_cycle_through_a_development_edge_ends() {
        let graph = Graph::drawn(&[
            "outrigger-model -> dev:outrigger-testkit",
            "outrigger-testkit -> outrigger-model",
        ]);
        let all = graph.reachable("outrigger-model", &[Kind::Normal, Kind::Development]);
        assert_eq!(names(&all), ["outrigger-model", "outrigger-testkit"]);
    }

    #[test]
    fn the_chain_is_the_shortest_way_to_a_package() {
        let graph = Graph::drawn(&[
            "outrigger-store -> a",
            "a -> b",
            "b -> reqwest",
            "outrigger-store -> c",
            "c -> reqwest",
        ]);
        let chain = graph
            .chain("outrigger-store", "reqwest", &[Kind::Normal])
            .unwrap();
        assert_eq!(chain, ["outrigger-store", "c", "reqwest"]);
        assert!(graph.chain("outrigger-store", "tokio", &[Kind::Normal]).is_none());
    }

    #[test]
    fn this_workspace_is_read_as_it_is() {
        let graph = Graph::load(None).unwrap();
        let cli = graph
            .members()
            .find(|package| package.name == "outrigger-cli")
            .unwrap();
        let imported: Vec<_> = cli
            .imports
            .iter()
            .map(|import| graph.target(import).name.as_str())
            .collect();
        assert!(imported.contains(&"outrigger-model") && imported.contains(&"clap"));
        let serde = graph.packages().find(|package| package.name == "serde").unwrap();
        assert_eq!(serde.origin, Origin::CratesIo);
        assert!(serde.licence.is_some());
    }
}
