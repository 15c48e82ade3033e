//! The row `serve-idle`.

use std::time::Duration;

use serde_json::json;
use testkit::Service;

use super::{many, process};
use crate::bench::bench::Bench;
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};

const EXTENSIONS: usize = 50;
const MINUTE: Duration = Duration::from_secs(60);

/// How long it has to be quiet before it is measured: longer than threads without work are kept.
const QUIET: Duration = Duration::from_secs(12);

pub(super) const ROW: Row = Row {
    name: "serve-idle",
    what: "The processor time of `outrigger serve` in ten minutes without requests, after a scan of 50 extensions, as the kernel counts it for \
           each thread (`schedstat`); a run is a minute. The figure is what an hour would take. The next scan is due in twelve hours.",
    bounded_by: "By nothing that it does: in 40 seconds without requests `strace` saw no system call. It waits for sockets and for one timer of \
                 the system.",
    needs: &[],
    runs: 10,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let home = many::install(bench, EXTENSIONS, 1)?;
    let service = Service::start(&home.outrigger, &[]);
    service.carry_out(&json!({ "kind": "scan" }));
    std::thread::sleep(QUIET);
    let begin = process::used(&service)?;
    let mut samples = Vec::new();
    let mut before = begin;
    for _ in 0..bench.runs {
        std::thread::sleep(MINUTE);
        let now = process::used(&service)?;
        samples.push(now.time.saturating_sub(before.time).as_secs_f64());
        before = now;
    }
    let in_an_hour = samples.iter().sum::<f64>() * 60.0 / crate::bench::row::figure(samples.len() as u64);
    let marks = vec![
        Mark {
            what: "processor time in an hour of idleness".to_owned(),
            value: in_an_hour,
            unit: Unit::Seconds,
            target: Target::AtMost(1.0),
        },
        Mark {
            what: format!("times that something woke it in {} minutes", samples.len()),
            value: before.waits - begin.waits,
            unit: Unit::Count,
            target: Target::Told,
        },
    ];
    let time = Series {
        name: "outrigger serve, a minute".to_owned(),
        unit: Unit::Seconds,
        samples,
    };
    Ok(Measurement {
        series: vec![time],
        marks,
        notes: Vec::new(),
    })
}
