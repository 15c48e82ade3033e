//! The row `verify`.

use std::process::Command;

use embedded::Registry;
use testkit::Outrigger;

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REFERENCE: &str = "acme/harbour";
const SIZE: usize = 512_000_000;

/// How many bytes are to be verified in a second.
const SLOWEST: f64 = 1e9;

pub(super) const ROW: Row = Row {
    name: "verify",
    what: "`outrigger verify` of an extension of 512 MB, held to one processor with `taskset`. The peers hash the same files, on one \
           processor too: `openssl`, which uses the same instructions for SHA-256, and `sha256sum`.",
    bounded_by: "Of the samples of a profile (`perf record`), 70 % are SHA-256, with the processor's own instructions, and 13 % the \
                 kernel's copies out of the page cache. The rest is shared by looking up pages and opening files.",
    needs: &["docker-registry", "openssl", "util-linux"],
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let outrigger = install(bench)?;
    let extensions = outrigger.home().join("extensions");
    let hash = |program: &'static str| {
        let mut command = Command::new("/bin/sh");
        let script = format!("find {extensions} -type f -print0 | taskset --cpu-list 0 xargs -0 {program}");
        command.args(["-c", &script]);
        Contestant::new(program, move || bench::time(&mut command))
    };
    let series = bench.race(vec![
        Contestant::new("outrigger verify", || {
            let taskset = ["/usr/bin/taskset", "--cpu-list", "0"];
            bench::time(&mut bench::wrapped(&taskset, outrigger.command().arg("verify")))
        }),
        hash("openssl dgst -sha256"),
        hash("sha256sum"),
    ])?;
    let [ours, peers @ ..] = series.as_slice() else {
        anyhow::bail!("nobody was measured");
    };
    let mut marks = vec![Mark {
        what: "verified on one core".to_owned(),
        value: figure(SIZE as u64) / ours.median(),
        unit: Unit::BytesPerSecond,
        target: Target::AtLeast(SLOWEST),
    }];
    let as_fast = |peer| Mark::times_as_fast(ours, peer, Target::Told);
    marks.extend(peers.iter().map(as_fast));
    Ok(Measurement {
        series,
        marks,
        notes: Vec::new(),
    })
}

fn install(bench: &Bench) -> anyhow::Result<Outrigger> {
    let registry = Registry::new();
    let serving = testkit::serve(&registry);
    let description = extension::description(&[]).file("ui/index.html", "<!doctype html>\n", 0o644);
    let layers = vec![extension::copies(SIZE, "copy")?, description];
    registry.push(REFERENCE, "1.0.0", &extension::image(layers));
    let outrigger = bench.outrigger();
    let reference = format!("{}/{REFERENCE}", serving.authority());
    bench::time(outrigger.command().args(["install", "--force", &reference]))?;
    Ok(outrigger)
}
