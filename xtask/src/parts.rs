//! The real programs that tests and benchmarks run against, and the distribution's packages that hold them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::tool;

/// A package of Debian and Ubuntu, and the programs of it that are started.
pub(crate) struct Part {
    pub(crate) package: &'static str,
    pub(crate) programs: &'static [&'static str],
    /// Newer distributions have moved some of it to these; installed where they exist.
    pub(crate) moved_to: &'static [&'static str],
}

/// What the tests need.
pub(crate) const FOR_TESTS: &[Part] = &[
    Part {
        package: "docker-registry",
        programs: &["docker-registry"],
        moved_to: &[],
    },
    Part {
        package: "docker.io",
        programs: &["dockerd", "docker"],
        moved_to: &["docker-cli", "docker-buildx"],
    },
    Part {
        package: "skopeo",
        programs: &["skopeo"],
        moved_to: &[],
    },
    Part {
        package: "buildah",
        programs: &["buildah"],
        moved_to: &[],
    },
    Part {
        package: "podman",
        programs: &["podman"],
        moved_to: &[],
    },
    Part {
        package: "umoci",
        programs: &["umoci"],
        moved_to: &[],
    },
    Part {
        package: "nginx",
        programs: &["nginx"],
        moved_to: &[],
    },
    Part {
        package: "tinyproxy",
        programs: &["tinyproxy"],
        moved_to: &[],
    },
    Part {
        package: "chromium",
        programs: &["chromium"],
        moved_to: &[],
    },
    Part {
        package: "chromium-driver",
        programs: &["chromedriver"],
        moved_to: &[],
    },
    Part {
        package: "dunst",
        programs: &["dunst", "dunstctl"],
        moved_to: &[],
    },
    Part {
        package: "xvfb",
        programs: &["Xvfb"],
        moved_to: &[],
    },
    Part {
        package: "dbus",
        programs: &["dbus-daemon"],
        moved_to: &["dbus-daemon"],
    },
    Part {
        package: "strace",
        programs: &["strace"],
        moved_to: &[],
    },
    Part {
        package: "faketime",
        programs: &["faketime"],
        moved_to: &[],
    },
    Part {
        package: "systemd",
        programs: &["systemd-socket-activate", "systemd-analyze"],
        moved_to: &[],
    },
    Part {
        package: "iproute2",
        programs: &["ip"],
        moved_to: &[],
    },
    Part {
        package: "openssl",
        programs: &["openssl"],
        moved_to: &[],
    },
    Part {
        package: "make",
        programs: &["make"],
        moved_to: &[],
    },
];

/// What only the benchmarks need.
pub(crate) const FOR_BENCHMARKS: &[Part] = &[
    Part {
        package: "binutils",
        programs: &["strip"],
        moved_to: &[],
    },
    Part {
        package: "curl",
        programs: &["curl"],
        moved_to: &[],
    },
    Part {
        package: "time",
        programs: &["time"],
        moved_to: &[],
    },
    Part {
        package: "util-linux",
        programs: &["taskset"],
        moved_to: &[],
    },
    Part {
        package: "valgrind",
        programs: &["valgrind"],
        moved_to: &[],
    },
    Part {
        package: "wrk",
        programs: &["wrk"],
        moved_to: &[],
    },
];

/// What only fuzzing needs: libFuzzer is C++.
pub(crate) const FOR_FUZZING: &[Part] = &[Part {
    package: "g++",
    programs: &["g++"],
    moved_to: &[],
}];

/// Where packages put programs. Not `PATH`: a user's has no `sbin`, and may lead to another `docker` first.
const FOLDERS: &[&str] = &["/usr/bin", "/usr/sbin"];

/// Makes sure that every part is here: as root by installing what lacks, otherwise by saying what lacks and for whom;
/// `users` names the tests or benchmarks that need a package.
pub(crate) fn ensure(
    parts: &[&Part],
    users: impl Fn(&str) -> anyhow::Result<Vec<String>>,
) -> anyhow::Result<()> {
    let lacking = lacking(parts);
    if lacking.is_empty() {
        return Ok(());
    }
    if !can_install() {
        bail!("{}", explain(&lacking, users)?);
    }
    install(&lacking)?;
    let still: Vec<_> = self::lacking(parts).iter().map(|part| part.package).collect();
    if !still.is_empty() {
        bail!(
            "installed, and still without their programs in {}: {}",
            FOLDERS.join(", "),
            still.join(", ")
        );
    }
    Ok(())
}

fn lacking<'part>(parts: &[&'part Part]) -> Vec<&'part Part> {
    let here = |program: &str| {
        FOLDERS
            .iter()
            .any(|folder| Path::new(folder).join(program).exists())
    };
    parts
        .iter()
        .filter(|part| !part.programs.iter().all(|program| here(program)))
        .copied()
        .collect()
}

fn can_install() -> bool {
    rustix::process::geteuid().is_root() && Path::new("/usr/bin/apt-get").exists()
}

fn install(lacking: &[&Part]) -> anyhow::Result<()> {
    apt_get(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages(lacking, is_known));
    apt_get(&arguments)
}

/// The packages to install, with those of `moved_to` that this distribution knows.
fn packages(lacking: &[&Part], is_known: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let moved = |part: &Part| {
        part.moved_to
            .iter()
            .copied()
            .filter(|package| is_known(package))
            .collect::<Vec<_>>()
    };
    lacking
        .iter()
        .flat_map(|part| std::iter::once(part.package).chain(moved(part)))
        .collect()
}

fn is_known(package: &str) -> bool {
    let shown = Command::new("apt-cache")
        .args(["show", package])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    shown.is_ok_and(|status| status.success())
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    if !tool::succeeds(&mut command)? {
        bail!("`{}` failed", tool::spelled(&command));
    }
    Ok(())
}

/// What lacks, who needs it, and how to get it.
fn explain(lacking: &[&Part], users: impl Fn(&str) -> anyhow::Result<Vec<String>>) -> anyhow::Result<String> {
    let mut text = "programs are needed that are not here".to_owned();
    for part in lacking {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n  {} (package {}), for:",
            part.programs.join(", "),
            part.package
        );
        for user in users(part.package)? {
            let _ = write!(text, "\n    {user}");
        }
    }
    let names: Vec<_> = lacking.iter().map(|part| part.package).collect();
    let _ = write!(
        text,
        "\ninstall them as root (`apt-get install --no-install-recommends {}`), or run this command as root; \
         `cargo test --workspace` runs every test that needs none of them",
        names.join(" ")
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_a_distribution_does_not_know_are_not_asked_for() {
        let docker = &FOR_TESTS[1];
        assert_eq!(packages(&[docker], |_| false), ["docker.io"]);
        assert_eq!(
            packages(&[docker], |name| name == "docker-cli"),
            ["docker.io", "docker-cli"]
        );
    }

    #[test]
    fn the_explanation_names_the_package_its_programs_and_the_way_to_get_it() {
        let users = |_: &str| Ok(vec!["a_test".to_owned()]);
        let text = explain(&[&FOR_TESTS[0], &FOR_TESTS[2]], users).unwrap();
        assert!(
            text.contains("docker-registry (package docker-registry), for:\n    a_test"),
            "{text}"
        );
        assert!(
            text.contains("apt-get install --no-install-recommends docker-registry skopeo"),
            "{text}"
        );
    }
}
