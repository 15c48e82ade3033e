//! One target: its program, its seeds, and a run of it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err::File;

use super::outcome::Outcome;

/// Where cargo-fuzz looks for everything too.
const FOLDER: &str = "fuzz";
/// What a target prints at the first input that its reader accepts.
const ACCEPTED: &str = "accepted: an input reached the end";
/// The most memory of a target, in MiB: no reader here may need much for an input of a few KiB.
const MEMORY: u32 = 1024;
/// The longest that one input may take, in seconds. Far more than any needs: the machine may be doing something else.
const LONGEST: u32 = 20;

/// The names of all targets, in order.
pub(super) fn names() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(format!("{FOLDER}/fuzz_targets"))? {
        let path = Utf8PathBuf::try_from(entry?.path())?;
        names.extend(path.file_stem().map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

/// A program of libFuzzer.
pub(super) struct Target {
    pub(super) name: String,
    program: Utf8PathBuf,
    /// Where its temporary files belong.
    temporary: std::path::PathBuf,
}

impl Target {
    pub(super) fn new(name: String, programs: &Utf8Path, temporary: &Path) -> Self {
        Self {
            program: programs.join(&name),
            name,
            temporary: temporary.to_owned(),
        }
    }

    /// Runs the seeds alone, of which at least one must reach the end: a target that accepts nothing tests little.
    pub(super) fn check_seeds(&self) -> anyhow::Result<()> {
        let mut seeds = Vec::new();
        for entry in fs_err::read_dir(self.folder("seeds"))? {
            seeds.push(entry?.path());
        }
        let log = self.finish(self.command().args(&seeds), "seeds")?;
        if !log.contains(ACCEPTED) {
            bail!("{}: none of its {} seeds is accepted", self.name, seeds.len());
        }
        Ok(())
    }

    /// Runs it on its corpus, from its seeds on.
    pub(super) fn run(&self, seconds: u32) -> anyhow::Result<Outcome> {
        let (corpus, artifacts) = (self.folder("corpus"), self.folder("artifacts"));
        fs_err::create_dir_all(&corpus)?;
        fs_err::create_dir_all(&artifacts)?;
        let mut command = self.command();
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={LONGEST}"))
            .arg(format!("-artifact_prefix={artifacts}/"))
            .arg("-print_funcs=0");
        let words = self.folder("dictionaries");
        if words.exists() {
            command.arg(format!("-dict={words}"));
        }
        let log = self.finish(command.args([corpus, self.folder("seeds")]), "run")?;
        Outcome::read(&log).with_context(|| format!("{}: libFuzzer did not tell its figures", self.name))
    }

    fn folder(&self, kind: &str) -> Utf8PathBuf {
        Utf8Path::new(FOLDER).join(kind).join(&self.name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("TMPDIR", &self.temporary);
        command
    }

    /// Runs the program to its end and answers what it said, which is kept beside the program.
    fn finish(&self, command: &mut Command, what: &str) -> anyhow::Result<String> {
        let path = self.program.with_extension(format!("{what}.log"));
        let log = File::create(&path)?.into_parts().0;
        command.stdout(log.try_clone()?).stderr(log);
        let status = command
            .status()
            .with_context(|| format!("cannot start {}", self.program))?;
        let log = fs_err::read(&path)?;
        let log = String::from_utf8_lossy(&log).into_owned();
        if !status.success() {
            bail!("{}: {status}; {path} ends with\n{}", self.name, end(&log));
        }
        Ok(log)
    }
}

/// The last lines, where libFuzzer says what went wrong and which file repeats it.
fn end(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
