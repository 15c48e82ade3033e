//! The row `instructions`.

use std::process::Command;

use anyhow::{Context as _, bail};
use camino::Utf8Path;
use testkit::Folder;

use crate::bench::bench::{self, Bench};
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};
use crate::tool;

/// By how many hundredths a path may become longer before a check fails.
const TOLERANCE: f64 = 3.0;

/// The paths that the example `hot_paths` knows, each with what it does.
const PATHS: &[(&str, &str)] = &[
    ("layer", "read a gzip layer of 1000 files, 8 MB"),
    ("tags", "choose among 10,000 tags"),
    ("allow-list", "look for 1000 references in 500 patterns"),
    ("labels", "read the labels of a release 1000 times"),
    ("payload", "plan a payload of 100 binaries 100 times"),
    ("activations", "list 100 installed extensions"),
];

pub(super) const ROW: Row = Row {
    name: "instructions",
    what: "The instructions that hot paths execute, counted by `valgrind --tool=callgrind` in a program that walks each of them once. \
           They do not depend on what else the machine does, so that `--check` compares them with those recorded here and fails \
           where one has grown by more than 3 %.",
    bounded_by: "Counts are of what valgrind takes the processor for, which has no instructions for SHA-256: two thirds of a layer \
                 are hashing here, and far less on a processor that has them.",
    needs: &["valgrind"],
    runs: 1,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let program = build(bench)?;
    let mut series = Vec::new();
    let mut marks = Vec::new();
    for (path, what) in PATHS {
        let now = Series {
            name: (*what).to_owned(),
            unit: Unit::Instructions,
            samples: vec![count(&program, path)?],
        };
        let before = bench
            .recorded
            .as_ref()
            .and_then(|recorded| recorded.series.iter().find(|series| series.name == now.name));
        marks.extend(before.map(|before| Mark {
            what: format!("more instructions than recorded to {what}"),
            value: (now.median() / before.median() - 1.0) * 100.0,
            unit: Unit::Percent,
            target: Target::AtMost(TOLERANCE),
        }));
        series.push(now);
    }
    Ok(Measurement {
        series,
        marks,
        notes: Vec::new(),
    })
}

fn build(bench: &Bench) -> anyhow::Result<camino::Utf8PathBuf> {
    let mut command = tool::cargo();
    command.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "outrigger-desktop",
        "--example",
        "hot_paths",
    ]);
    if !tool::succeeds(&mut command)? {
        bail!("`{}` failed", tool::spelled(&command));
    }
    Ok(bench.binary.with_file_name("examples").join("hot_paths"))
}

fn count(program: &Utf8Path, path: &str) -> anyhow::Result<f64> {
    let folder = Folder::new();
    let output = folder.path().join("callgrind.out");
    let mut command = Command::new("/usr/bin/valgrind");
    // The function around each path is called `measured`.
    command.args(["--tool=callgrind", "--toggle-collect=*measured*"]);
    command
        .arg(format!("--callgrind-out-file={output}"))
        .arg(program)
        .arg(path);
    bench::time(&mut command)?;
    let text = fs_err::read_to_string(&output)?;
    total(&text).with_context(|| format!("callgrind counted nothing in `hot_paths {path}`"))
}

/// The total that callgrind writes behind `totals:` or `summary:`.
fn total(text: &str) -> Option<f64> {
    let totals = text.lines().find_map(|line| {
        line.strip_prefix("totals: ")
            .or_else(|| line.strip_prefix("summary: "))
    })?;
    let total: f64 = totals.trim().parse().ok()?;
    (total > 0.0).then_some(total)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_total_is_found_and_nothing_is_no_total() {
        assert_eq!(
            super::total("events: Ir\nfn=(1) a\n\ntotals: 1234\n"),
            Some(1234.0)
        );
        assert_eq!(super::total("events: Ir\ntotals: 0\n"), None);
    }
}
