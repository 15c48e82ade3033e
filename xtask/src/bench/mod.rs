//! `cargo xtask bench`: how fast and how frugal the release binary is, against its peers in the same run.
//!
//! A row is a module below `rows`. It sets up real servers and files, lets everyone work in turns, and judges the
//! medians. What was measured is recorded in `docs/benchmarks/record.json`, and the document is written from there.

#[expect(clippy::module_inception, reason = "what every row is handed is the bench")]
mod bench;
mod document;
mod plot;
mod record;
mod row;
mod rows;
mod surroundings;

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;
use clap::Args;

use self::bench::Bench;
use self::record::{Record, Recorded};
use self::row::{Mark, Measurement, Row, Target};
use self::surroundings::Surroundings;
use crate::parts::{self, Part};
use crate::tool;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The rows; without any, all of them.
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Changes no document, and fails where a target is missed.
    #[arg(long)]
    check: bool,
    /// How often everything is run, instead of what each row takes for enough.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,
}

/// Builds the release binary, measures, prints, and records unless it only checks.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let rows = chosen(&options.rows)?;
    parts::ensure(&needed(&rows), |package| Ok(users(&rows, package)))?;
    let binary = build()?;
    let surroundings = Surroundings::look()?;
    let mut record = Record::load()?;
    record.retain(|name| rows::ALL.iter().any(|row| row.name == name));
    let mut missed = Vec::new();
    // What a row leaves is removed after the last one, which would otherwise pay for it: see `Bench::keep`.
    let mut measured = Vec::new();
    for row in rows {
        let recorded = record.find(row.name).filter(|_| options.check);
        let bench = Bench::new(
            binary.clone(),
            options.runs.map_or(row.runs, usize::from),
            recorded.map(|recorded| recorded.measurement.clone()),
        );
        let measurement = measure(row, &bench)?;
        measured.push(bench);
        if !measurement.is_reached() {
            missed.push(row.name);
        }
        let surroundings = surroundings.clone();
        record.insert(
            row.name,
            Recorded {
                surroundings,
                measurement,
            },
        );
        if !options.check {
            record.save()?;
            document::write(rows::ALL, &record)?;
        }
    }
    if options.check && !missed.is_empty() {
        bail!("missed: {}", missed.join(", "));
    }
    Ok(())
}

fn measure(row: &Row, bench: &Bench) -> anyhow::Result<Measurement> {
    println!("{}", row.name);
    let measurement = (row.measure)(bench).with_context(|| format!("the row `{}`", row.name))?;
    for series in &measurement.series {
        println!("  {}: {}", series.name, series.unit.show(series.median()));
    }
    for mark in &measurement.marks {
        println!("  {}", line(mark));
    }
    Ok(measurement)
}

fn line(mark: &Mark) -> String {
    let value = mark.unit.show(mark.value);
    let verdict = match mark.target {
        Target::Told => String::new(),
        _ if mark.is_reached() => " (reached)".to_owned(),
        Target::AtLeast(aim) => format!(" (MISSED: at least {})", mark.unit.show(aim)),
        Target::AtMost(aim) => format!(" (MISSED: at most {})", mark.unit.show(aim)),
    };
    format!("{}: {value}{verdict}", mark.what)
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Row>> {
    if names.is_empty() {
        return Ok(rows::ALL.iter().collect());
    }
    let find = |name: &String| {
        let known = || {
            rows::ALL
                .iter()
                .map(|row| row.name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let row = rows::ALL.iter().find(|row| row.name == name);
        row.with_context(|| format!("there is no row `{name}`; there are {}", known()))
    };
    names.iter().map(find).collect()
}

/// Every part that one of the rows needs.
fn needed(rows: &[&Row]) -> Vec<&'static Part> {
    let all = parts::FOR_TESTS.iter().chain(parts::FOR_BENCHMARKS);
    all.filter(|part| rows.iter().any(|row| row.needs.contains(&part.package)))
        .collect()
}

fn users(rows: &[&Row], package: &str) -> Vec<String> {
    let users = rows.iter().filter(|row| row.needs.contains(&package));
    users.map(|row| format!("the row `{}`", row.name)).collect()
}

/// The binary as it is released.
fn build() -> anyhow::Result<Utf8PathBuf> {
    let mut command = tool::cargo();
    command.args(["build", "--release", "--locked", "--package", "outrigger-cli"]);
    if !tool::succeeds(&mut command)? {
        bail!("`{}` failed", tool::spelled(&command));
    }
    let target = cargo_metadata::MetadataCommand::new()
        .no_deps()
        .exec()?
        .target_directory;
    Ok(target.join("release/outrigger"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_does_not_exist_is_named_with_those_that_do() {
        let error = chosen(&["instal".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`instal`") && error.contains("install"), "{error}");
    }

    #[test]
    fn every_package_that_a_row_needs_is_known() {
        for row in rows::ALL {
            for package in row.needs {
                let known = needed(&[row]).iter().any(|part| part.package == *package);
                assert!(known, "{}: {package}", row.name);
            }
        }
    }

    #[test]
    fn no_two_rows_have_one_name() {
        let mut names: Vec<_> = rows::ALL.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows::ALL.len());
    }
}
