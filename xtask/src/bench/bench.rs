//! What a row measures with: the binary, and runs that take turns.

use std::any::Any;
use std::cell::RefCell;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;
use testkit::Outrigger;

use super::row::{Measurement, Series, Unit};
use crate::tool;

/// What every row is handed.
#[derive(Debug)]
pub(crate) struct Bench {
    /// The release binary.
    pub(crate) binary: Utf8PathBuf,
    /// How often everything is run.
    pub(crate) runs: usize,
    /// What was recorded of this row, where this run is only to be held against it.
    pub(crate) recorded: Option<Measurement>,
    left: RefCell<Vec<Box<dyn Any>>>,
}

/// Somebody who does the same work as the others. One call does it once and says what it took: what is prepared before
/// and put away after is not counted.
pub(crate) struct Contestant<'a> {
    name: String,
    work: Box<dyn FnMut() -> anyhow::Result<Duration> + 'a>,
}

impl<'a> Contestant<'a> {
    /// `name` is a short command line.
    pub(crate) fn new(name: impl Into<String>, work: impl FnMut() -> anyhow::Result<Duration> + 'a) -> Self {
        Self {
            name: name.into(),
            work: Box::new(work),
        }
    }
}

impl Bench {
    /// A bench for one row.
    pub(crate) fn new(binary: Utf8PathBuf, runs: usize, recorded: Option<Measurement>) -> Self {
        Self {
            binary,
            runs,
            recorded,
            left: RefCell::default(),
        }
    }

    /// Keeps what a run has left behind until this is dropped. ext4 looks for a free inode past all that were deleted within the
    /// last minutes, which makes new folders many times as slow, and nobody installs right after so many were deleted.
    pub(crate) fn keep(&self, left: impl Any) {
        self.left.borrow_mut().push(Box::new(left));
    }

    /// The binary with an empty home folder of its own, which goes when this is dropped.
    pub(crate) fn outrigger(&self) -> Outrigger {
        Outrigger::new(self.binary.as_str())
    }

    /// Lets everyone work in turns, and answers their times in the same order.
    ///
    /// A round without a clock comes first, so that nobody pays for what the system reads only once. In every round another
    /// one begins: what a machine does meanwhile hits all alike. Before each, all disks are flushed: whoever flushes would
    /// write what the one before has left to the system.
    pub(crate) fn race(&self, mut contestants: Vec<Contestant<'_>>) -> anyhow::Result<Vec<Series>> {
        let mut samples = vec![Vec::new(); contestants.len()];
        for round in 0..=self.runs {
            for turn in 0..contestants.len() {
                let index = (turn + round) % contestants.len();
                let Contestant { name, work } = &mut contestants[index];
                rustix::fs::sync();
                let time = work().with_context(|| format!("`{name}`"))?;
                eprintln!("  {round}/{}  {name}: {time:.1?}", self.runs);
                if round > 0 {
                    samples[index].push(time.as_secs_f64());
                }
            }
        }
        let series = contestants.into_iter().zip(samples);
        Ok(series
            .map(|(contestant, samples)| Series {
                name: contestant.name,
                unit: Unit::Seconds,
                samples,
            })
            .collect())
    }
}

/// The same command in the same surroundings, started by another program such as `strace`.
pub(crate) fn wrapped(wrapper: &[&str], inner: &Command) -> Command {
    let mut command = Command::new(wrapper[0]);
    command
        .args(&wrapper[1..])
        .arg(inner.get_program())
        .args(inner.get_args());
    command.env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = inner.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

/// Runs a command to its end and answers how long that took. One that fails is an error with what it said.
pub(crate) fn time(command: &mut Command) -> anyhow::Result<Duration> {
    command.stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output();
    let time = start.elapsed();
    let output = output.with_context(|| format!("cannot start `{}`", command.get_program().display()))?;
    if !output.status.success() {
        bail!(
            "`{}` ended with {}:\n{}{}",
            tool::spelled(command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_works_in_every_round_and_the_first_round_is_not_counted() {
        let order = RefCell::new(String::new());
        let bench = Bench::new(Utf8PathBuf::new(), 2, None);
        let contestant = |name: &'static str, milliseconds| {
            Contestant::new(name, {
                let order = &order;
                move || {
                    order.borrow_mut().push_str(name);
                    Ok(Duration::from_millis(milliseconds))
                }
            })
        };
        let series = bench.race(vec![contestant("a", 1), contestant("b", 2)]).unwrap();
        assert_eq!(order.borrow().as_str(), "abbaab");
        assert_eq!(series[1].name, "b");
        assert_eq!(series[1].samples, [0.002, 0.002]);
    }

    #[test]
    fn a_command_that_fails_is_no_time() {
        let error = time(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }
}
