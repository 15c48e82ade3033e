//! `cargo xtask fuzz`: every reader of foreign input, fed by libFuzzer.
//!
//! The targets lie in `fuzz`, as cargo-fuzz wants them, and can be run with it. They are driven from here without it, because
//! that is a list of flags, and a tool less to build and to keep in the CI.

mod build;
mod outcome;
mod table;
mod target;

use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, bail};
use clap::Args;

use self::outcome::Outcome;
use self::target::Target;
use crate::parts;

/// What to run, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The targets; without any, all of them.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// How long each is run.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// How many run side by side.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// Writes what came out into `docs/reliability.md`.
    #[arg(long)]
    record: bool,
}

/// Builds the targets, holds their seeds against them, runs each, prints what came out, and fails where one found something.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    parts::ensure(&parts::FOR_FUZZING.iter().collect::<Vec<_>>(), |_| {
        Ok(vec!["every target".to_owned()])
    })?;
    let targets = chosen(&options.targets, target::names()?)?;
    let programs = build::run()?;
    let folder = temporary_folder()?;
    let targets: Vec<_> = targets
        .into_iter()
        .map(|name| Target::new(name, &programs, folder.path()))
        .collect();
    for target in &targets {
        target.check_seeds()?;
    }
    let (mut found_nothing, mut failures) = (Vec::new(), Vec::new());
    for (name, outcome) in side_by_side(&targets, options)? {
        match outcome {
            Ok(outcome) => found_nothing.push((name, outcome)),
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    if options.record {
        table::record(found_nothing)?;
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("\n\n"))
}

/// What came out of each target, in the order in which they ended.
type Outcomes = Vec<(String, anyhow::Result<Outcome>)>;

fn side_by_side(targets: &[Target], options: &Options) -> anyhow::Result<Outcomes> {
    let left = Mutex::new(targets.iter());
    let outcomes = Mutex::new(Outcomes::new());
    let work = || {
        let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
        while let Some(target) = next() {
            let outcome = target.run(options.seconds);
            match &outcome {
                Ok(outcome) => println!("{:<16} {outcome}", target.name),
                Err(_) => println!("{:<16} FOUND SOMETHING", target.name),
            }
            let ended = (target.name.clone(), outcome);
            outcomes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(ended);
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(work);
        }
    });
    outcomes.into_inner().ok().context("a thread of a target died")
}

/// In memory where the system offers that: some targets write small files for every input.
fn temporary_folder() -> anyhow::Result<tempfile::TempDir> {
    let in_memory = std::path::Path::new("/dev/shm");
    let mut builder = tempfile::Builder::new();
    builder.prefix("outrigger-fuzz-");
    let folder = if in_memory.is_dir() {
        builder.tempdir_in(in_memory)
    } else {
        builder.tempdir()
    };
    folder.context("cannot make a temporary folder")
}

fn chosen(wanted: &[String], all: Vec<String>) -> anyhow::Result<Vec<String>> {
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        bail!("there is no target `{unknown}`; there are {}", all.join(", "));
    }
    Ok(if wanted.is_empty() { all } else { wanted.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_does_not_exist_is_named_with_those_that_do() {
        let all = || vec!["labels".to_owned(), "layer".to_owned()];
        let error = chosen(&["label".to_owned()], all()).unwrap_err().to_string();
        assert!(
            error.contains("`label`") && error.contains("labels, layer"),
            "{error}"
        );
        assert_eq!(chosen(&[], all()).unwrap(), all());
        assert_eq!(chosen(&["layer".to_owned()], all()).unwrap(), ["layer"]);
    }
}
