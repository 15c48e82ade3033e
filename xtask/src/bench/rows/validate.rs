//! The row `validate`.

use super::extension::{self, Ui};
use super::workshop::Workshop;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

/// The files of the user interface; those that describe the extension and its programs come on top.
const PAGES: usize = 2_000;

/// Within how many seconds the whole process has ended.
const LONGEST: f64 = 0.200;

pub(super) const ROW: Row = Row {
    name: "validate",
    what: "`outrigger validate` of a folder with a build file for two platforms and a user interface of 2 000 real files. \
           `outrigger version` is what a process costs that does nothing.",
    bounded_by: "Not profiled yet.",
    needs: extension::NEEDS,
    runs: 21,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let workshop = Workshop::new(&Ui {
        files: PAGES,
        bytes: 40 << 20,
    })?;
    let outrigger = bench.outrigger();
    let series = bench.race(vec![
        Contestant::new("outrigger validate", || {
            bench::time(outrigger.command().args(["validate", workshop.path().as_str()]))
        }),
        Contestant::new("outrigger version", || {
            bench::time(outrigger.command().arg("version"))
        }),
    ])?;
    let mark = Mark {
        what: format!("to validate a folder of {PAGES} pages, whole process"),
        value: series[0].median(),
        unit: Unit::Seconds,
        target: Target::AtMost(LONGEST),
    };
    Ok(Measurement {
        marks: vec![mark],
        notes: vec![format!(
            "The folder has {} of files.",
            Unit::Bytes.show(figure(workshop.size))
        )],
        series,
    })
}
