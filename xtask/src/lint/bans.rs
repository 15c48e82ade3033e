//! Packages that must not be in the lock file at all, and those that must not be there in an old version.

use semver::Version;

use super::Outcome;
use crate::graph::{Graph, Package};

/// A banned package and why.
const BANNED: &[(&str, &str)] = &[
    (
        "tokio-tar",
        "abandoned with a known hole in how it reads sizes (RUSTSEC-2025-0111); use `tar`",
    ),
    ("async-tar", "of the same family as tokio-tar; use `tar`"),
    ("backoff", "unmaintained (RUSTSEC-2025-0012); use `backon`"),
    (
        "openssl",
        "TLS is rustls here, so that the program needs nothing of the system; look for a rustls feature",
    ),
    (
        "openssl-sys",
        "TLS is rustls here, so that the program needs nothing of the system; look for a rustls feature",
    ),
    (
        "native-tls",
        "TLS is rustls here, so that the program needs nothing of the system; look for a rustls feature",
    ),
];

/// A package, the oldest version of it that is safe for hostile input, and why.
const OLDEST: &[(&str, Version, &str)] = &[
    (
        "tar",
        Version::new(0, 4, 45),
        "before it, sizes in PAX headers were ignored (CVE-2026-33055)",
    ),
    (
        "h2",
        Version::new(0, 4, 16),
        "before it, empty frames could be sent without end (RUSTSEC-2026-0258)",
    ),
];

/// Looks for both in the whole lock file, also on platforms other than this one.
pub(super) fn check(graph: &Graph) -> Outcome {
    let problems = graph
        .packages()
        .flat_map(|package| banned(package).into_iter().chain(too_old(package)));
    Outcome {
        looked_at: format!(
            "{} banned packages, {} oldest versions",
            BANNED.len(),
            OLDEST.len()
        ),
        problems: problems.collect(),
    }
}

fn banned(package: &Package) -> Option<String> {
    let (name, reason) = BANNED.iter().find(|(name, _)| *name == package.name)?;
    Some(format!(
        "`{name}` is banned: {reason} (`cargo tree -i {name} --target all` shows who wants it)"
    ))
}

fn too_old(package: &Package) -> Option<String> {
    let (name, oldest, reason) = OLDEST.iter().find(|(name, ..)| *name == package.name)?;
    (package.version < *oldest).then(|| {
        format!(
            "`{name} {}` is older than {oldest}: {reason}; run `cargo update -p {name}`",
            package.version
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banned_package_is_found_wherever_it_hangs() {
        let graph = Graph::drawn(&["outrigger-registry -> client", "client -> native-tls"]);
        let found = check(&graph).problems;
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`native-tls` is banned"), "{found:?}");
    }

    #[test]
    fn the_oldest_safe_version_is_fine_and_the_one_before_is_not() {
        let mut graph = Graph::drawn(&["outrigger-archive -> tar"]);
        for (version, fine) in [
            ((0, 4, 44), false),
            ((0, 4, 45), true),
            ((0, 4, 46), true),
            ((0, 5, 0), true),
            ((0, 3, 99), false),
        ] {
            graph.package_mut("tar").version = Version::new(version.0, version.1, version.2);
            assert_eq!(check(&graph).problems.is_empty(), fine, "{version:?}");
        }
    }

    #[test]
    fn a_pre_release_of_the_oldest_safe_version_is_too_old() {
        let mut graph = Graph::drawn(&["outrigger-registry -> h2"]);
        graph.package_mut("h2").version = "0.4.16-rc.1".parse().unwrap();
        assert_eq!(check(&graph).problems.len(), 1);
    }
}
