//! The row `dev`.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use camino::Utf8Path;
use serde_json::Value;
use testkit::{Folder, Outrigger};

use super::extension;
use super::workshop::Workshop;
use crate::bench::bench::{Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

/// How long the command may clear away, and how often that is looked at.
const LONGEST_CLEARING: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Within how many seconds a saved file is in the generation that is switched to.
const LONGEST: f64 = 0.300;

pub(super) const ROW: Row = Row {
    name: "dev",
    what: "`outrigger dev` works on the folder of the row `build`. One page of the user interface is saved, and the clock runs until the \
           command says that it has switched, with everything flushed. Afterwards the page is compared with what is installed, and the next one is saved when the \
           command waits for changes again. 10 ms of it the command waits whether more is saved.",
    bounded_by: "By reading all layers again (`strace`): every one is verified, unpacked and written, also those that did not \
                 change, which is 200 ms, and 30 MB of the payload are flushed, 50 ms. What was there before is cleared away \
                 afterwards, which takes 130 to 250 ms.",
    needs: extension::NEEDS,
    runs: 15,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let workshop = Workshop::new(&extension::UI)?;
    let outrigger = bench.outrigger();
    let mut running = Loop::start(&outrigger, workshop.path())?;
    running.has_switched()?;
    running.waits_again()?;
    let saved = Cell::new(0);
    let series = bench.race(vec![Contestant::new("outrigger dev", || {
        saved.set(saved.get() + 1);
        let page = format!("<!doctype html>\n<p>{}</p>\n", saved.get());
        let start = Instant::now();
        fs_err::write(workshop.path().join("ui/index.html"), &page)?;
        running.has_switched()?;
        let time = start.elapsed();
        running.waits_again()?;
        ensure!(installed(&outrigger)? == page, "another page was installed");
        Ok(time)
    })])?;
    let what = "from a saved page to the switched generation";
    let mark = Mark::median_of(&series[0], what, Target::AtMost(LONGEST));
    Ok(Measurement {
        marks: vec![mark],
        notes: vec![format!(
            "The extension has {} of files.",
            Unit::Bytes.show(figure(workshop.size))
        )],
        series,
    })
}

/// The command while it runs; ended when this is dropped.
struct Loop {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Holds what it says beside its results, which a pipe would hold only so much of.
    said: Folder,
    rounds: usize,
}

impl Loop {
    fn start(outrigger: &Outrigger, workshop: &Utf8Path) -> anyhow::Result<Self> {
        let said = Folder::new();
        let mut child = outrigger
            .command()
            .args(["dev", workshop.as_str(), "--force"])
            .stdout(Stdio::piped())
            .stderr(fs_err::File::create(said.path().join("stderr"))?.into_file())
            .spawn()?;
        let stdout = child.stdout.take().context("it has no output")?;
        Ok(Self {
            child,
            lines: BufReader::new(stdout).lines(),
            said,
            rounds: 0,
        })
    }

    /// Waits until it says so.
    fn has_switched(&mut self) -> anyhow::Result<()> {
        let line = self.lines.next().context("it ended")??;
        ensure!(line.starts_with("Installed"), "it says: {line}");
        Ok(())
    }

    /// Waits until it says that it waits for changes: before that it clears away what was there before.
    fn waits_again(&mut self) -> anyhow::Result<()> {
        self.rounds += 1;
        let end = Instant::now() + LONGEST_CLEARING;
        while fs_err::read_to_string(self.said.path().join("stderr"))?
            .matches("Waiting for changes")
            .count()
            < self.rounds
        {
            ensure!(Instant::now() < end, "it does not wait for changes");
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The page of the installed extension.
fn installed(outrigger: &Outrigger) -> anyhow::Result<String> {
    let listed = outrigger.command().args(["ls", "--format", "json"]).output()?;
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    let path = listed["extensions"][0]["path"]
        .as_str()
        .context("nothing is installed")?;
    let page = Utf8Path::new(path).join("ui/dashboard-tab/index.html");
    Ok(fs_err::read_to_string(page)?)
}
