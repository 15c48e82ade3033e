//! The row `serve-memory`.

use std::time::Duration;

use serde_json::json;
use testkit::Service;

use super::{many, process};
use crate::bench::bench::Bench;
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};

const EXTENSIONS: usize = 50;
const MIB: f64 = 1024.0 * 1024.0;

/// How long it has to be quiet before it is measured: longer than threads without work are kept.
const QUIET: Duration = Duration::from_secs(12);

pub(super) const ROW: Row = Row {
    name: "serve-memory",
    what: "The resident memory of `outrigger serve` that has nothing to do (`VmRSS`), with 50 extensions installed, after a scan of their \
           repositories that found an update of each, and after the marketplace was looked at.",
    bounded_by: "Not known yet from a profile. Without extensions nine tenths are pages of the program itself (12.6 of 14 MB), which the \
                 system can drop and read again.",
    needs: &[],
    runs: 5,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let home = many::install(bench, EXTENSIONS, 1)?;
    let samples = (0..bench.runs).map(|_| {
        let service = Service::start(&home.outrigger, &[]);
        service.carry_out(&json!({ "kind": "scan" }));
        service.ask("GET", "/").now().gives(200);
        std::thread::sleep(QUIET);
        process::resident(&service)
    });
    let memory = Series {
        name: "outrigger serve".to_owned(),
        unit: Unit::Bytes,
        samples: samples.collect::<Result<_, _>>()?,
    };
    let what = format!("resident memory with {EXTENSIONS} extensions, after a scan");
    let mark = Mark::median_of(&memory, &what, Target::AtMost(30.0 * MIB));
    Ok(Measurement {
        series: vec![memory],
        marks: vec![mark],
        notes: Vec::new(),
    })
}
