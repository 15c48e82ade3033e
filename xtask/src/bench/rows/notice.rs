//! The row `notice`.

use std::cell::Cell;
use std::time::Instant;

use serde_json::json;
use testkit::{Mailbox, RealRegistry, Service};

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target};

const REPOSITORY: &str = "acme/harbour";

/// Within how many seconds somebody is to be told.
const LONGEST: f64 = 1.0;

pub(super) const ROW: Row = Row {
    name: "notice",
    what: "A newer release of an installed extension is pushed to docker-registry on loopback, and `outrigger serve` is asked for a scan: from \
           the beginning of the push until the notice came to a webhook on loopback.",
    bounded_by: "Not profiled yet.",
    needs: &["docker-registry"],
    runs: 21,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let registry = RealRegistry::start()?;
    let mailbox = Mailbox::answering(204);
    let outrigger = bench.outrigger();
    outrigger.config(&format!(
        "[notices]\nshow = \"off\"\nwebhook = \"{}\"\n",
        mailbox.address("/")
    ));
    let layer = extension::description(&[]).file("ui/index.html", "<!doctype html>\n", 0o644);
    let push = |version: usize| {
        let layer = layer.clone().file("version", version.to_string(), 0o644);
        let image = extension::image(vec![layer]);
        registry.push(REPOSITORY, &format!("1.{version}.0"), &image);
    };
    push(0);
    let reference = format!("{}/{REPOSITORY}", registry.authority());
    bench::time(outrigger.command().args(["install", "--force", &reference]))?;
    let service = Service::start(&outrigger, &[]);
    let pushed = Cell::new(0);
    let series = bench.race(vec![Contestant::new("push, scan, notice", || {
        pushed.set(pushed.get() + 1);
        let start = Instant::now();
        push(pushed.get());
        service.carry_out(&json!({ "kind": "scan" }));
        mailbox.wait_for(pushed.get());
        Ok(start.elapsed())
    })])?;
    let what = "from a push to the notice, with a scan requested";
    let mark = Mark::median_of(&series[0], what, Target::AtMost(LONGEST));
    Ok(Measurement {
        series,
        marks: vec![mark],
        notes: Vec::new(),
    })
}
