//! On what, and with what, a measurement was taken.

use std::process::Command;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A machine at a time, with the programs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Surroundings {
    /// The day, in UTC.
    pub(crate) date: String,
    /// Cores, processor, memory, kernel, file system, and how much else the machine had to do.
    pub(crate) machine: String,
    /// Programs with their versions.
    pub(crate) versions: Vec<String>,
}

/// How each program is asked for its version; the first line of the answer is taken.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("rustc", &["rustc", "--version"]),
    ("docker-registry", &["/usr/bin/docker-registry", "--version"]),
    ("curl", &["/usr/bin/curl", "--version"]),
    ("tar", &["/usr/bin/tar", "--version"]),
    ("gzip", &["/usr/bin/gzip", "--version"]),
    ("skopeo", &["/usr/bin/skopeo", "--version"]),
    ("umoci", &["/usr/bin/umoci", "--version"]),
    ("docker", &["/usr/bin/docker", "--version"]),
    ("valgrind", &["/usr/bin/valgrind", "--version"]),
];

impl Surroundings {
    /// What is here now. A program that is not here is left out.
    pub(crate) fn look() -> anyhow::Result<Self> {
        let ours = format!("outrigger {} ({})", env!("CARGO_PKG_VERSION"), commit());
        let others = PROGRAMS
            .iter()
            .filter_map(|(name, command)| version(name, &first_line(command)?));
        Ok(Self {
            date: today(),
            machine: machine()?,
            versions: std::iter::once(ours).chain(others).collect(),
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement bears its date; no decision depends on it"
)]
fn today() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}

fn commit() -> String {
    let commit = first_line(&["git", "rev-parse", "--short", "HEAD"]);
    commit.unwrap_or_else(|| "no commit".to_owned())
}

fn machine() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism().context("cannot count the cores")?;
    let processors = fs_err::read_to_string("/proc/cpuinfo")?;
    let memory = fs_err::read_to_string("/proc/meminfo")?;
    let kernel = fs_err::read_to_string("/proc/sys/kernel/osrelease")?;
    let folder = std::env::temp_dir();
    let folder = folder.to_string_lossy();
    let file_system = first_line(&[
        "findmnt",
        "--noheadings",
        "--output",
        "FSTYPE",
        "--target",
        &folder,
    ]);
    let load = fs_err::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or("unknown");
    Ok(format!(
        "{cores} cores of {}, {} GiB of memory, Linux {}, {} under {folder}, load {load} before it began",
        field(&processors, "model name").unwrap_or("an unknown processor"),
        field(&memory, "MemTotal")
            .and_then(|size| size.strip_suffix(" kB")?.parse::<u64>().ok())
            .map_or(0, |kibibytes| kibibytes >> 20),
        kernel.trim(),
        file_system.as_deref().unwrap_or("an unknown file system"),
    ))
}

/// The first value of `name : value` in a file of `/proc`.
fn field<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.trim() == name)?;
    Some(value.trim())
}

fn first_line(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(|line| line.trim().to_owned())
}

/// The name with the first word of the line that looks like a version.
fn version(name: &str, line: &str) -> Option<String> {
    let mut words = line
        .split([' ', '-'])
        .map(|word| word.trim_matches(|letter| "v,()".contains(letter)));
    let version = words.find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))?;
    Some(format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (line, expected) in [
            ("curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1", "p 7.88.1"),
            ("tar (GNU tar) 1.34", "p 1.34"),
            ("Docker version 20.10.24+dfsg1, build 297e128", "p 20.10.24+dfsg1"),
            (
                "docker-registry github.com/docker/distribution 2.8.2+ds1",
                "p 2.8.2+ds1",
            ),
            ("umoci version 0.4.7+ds-3+b7", "p 0.4.7+ds"),
            ("valgrind-3.19.0", "p 3.19.0"),
        ] {
            assert_eq!(version("p", line).as_deref(), Some(expected));
        }
        assert_eq!(version("p", "no version"), None);
    }

    #[test]
    fn a_field_of_proc_is_found_by_its_whole_name() {
        let text = "MemTotal:       24683 kB\nMemFree:  1 kB\n";
        assert_eq!(field(text, "MemTotal"), Some("24683 kB"));
        assert_eq!(field(text, "Mem"), None);
    }
}
