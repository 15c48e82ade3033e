//! The row `rollback`.

use std::time::Duration;

use embedded::Registry;
use embedded::image::{Image, Layer};
use testkit::Outrigger;

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REPOSITORY: &str = "acme/harbour";
const RELEASES: [&str; 2] = ["1.0.0", "1.1.0"];

/// Within how many seconds an extension is back at its other release.
const LONGEST: f64 = 0.020;

pub(super) const ROW: Row = Row {
    name: "rollback",
    what: "`outrigger rollback` between two releases that are on disk, of an extension of a few files and of the one of the row \
           `install`. Flushed to disk, as every change is.",
    bounded_by: "By seven flushes of files and folders, as `strace` shows: what was activated, the operation that is written down, the new \
                 activation and the folders around them. No file of a generation is read, written or flushed.",
    needs: extension::NEEDS,
    runs: 30,
    measure,
};

/// An installed extension in two releases, and which of them comes next.
struct Installed {
    outrigger: Outrigger,
    id: String,
    next: usize,
}

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let large = extension::layers(&extension::UI)?;
    let size = Unit::Bytes.show(figure(large.size));
    let mut small = Installed::new(bench, &[extension::description(&[])])?;
    let mut large = Installed::new(bench, &large.layers)?;
    let series = bench.race(vec![
        Contestant::new("outrigger rollback, a few files", || small.switch()),
        Contestant::new(format!("outrigger rollback, {size}"), || large.switch()),
    ])?;
    let marks = series.iter().map(|series| Mark {
        what: format!("`{}`, whole process", series.name),
        value: series.median(),
        unit: Unit::Seconds,
        target: Target::AtMost(LONGEST),
    });
    Ok(Measurement {
        marks: marks.collect(),
        notes: Vec::new(),
        series,
    })
}

impl Installed {
    fn new(bench: &Bench, layers: &[Layer]) -> anyhow::Result<Self> {
        let registry = Registry::new();
        let serving = testkit::serve(&registry);
        let outrigger = bench.outrigger();
        let id = format!("{}/{REPOSITORY}", serving.authority());
        for tag in RELEASES {
            registry.push(REPOSITORY, tag, &release(tag, layers));
            let reference = format!("{id}:{tag}");
            bench::time(outrigger.command().args(["install", "--force", &reference]))?;
        }
        Ok(Self {
            outrigger,
            id,
            next: 0,
        })
    }

    /// To the other release.
    fn switch(&mut self) -> anyhow::Result<Duration> {
        let tag = RELEASES[self.next];
        self.next = 1 - self.next;
        bench::time(self.outrigger.command().args(["rollback", &self.id, "--to", tag]))
    }
}

fn release(tag: &str, layers: &[Layer]) -> Image {
    let page = Layer::new().file("ui/index.html", format!("<!doctype html>\n{tag}\n"), 0o644);
    let mut layers = layers.to_vec();
    layers.push(page);
    extension::image(layers)
}
