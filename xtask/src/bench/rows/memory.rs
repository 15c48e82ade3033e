//! The row `memory`.

use anyhow::Context as _;
use embedded::Image;
use embedded::image::{Compression, Layer};
use testkit::RealRegistry;

use super::extension;
use crate::bench::bench::{self, Bench};
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};

const REPOSITORY: &str = "acme/harbour";
const MIB: f64 = 1024.0 * 1024.0;

pub(super) const ROW: Row = Row {
    name: "memory",
    what: "The most memory that an install holds (maximum resident set, as `time` reports it): one gzip layer of 1 GB, one zstd layer \
           of 1 GB whose window is 8 MiB, and four zstd layers of 100 MB whose windows are 32 MiB, of which one is unpacked at a time. \
           Everything in the layers belongs to the payload.",
    bounded_by: "By what it does, not yet from a profile: the program itself, the pieces of a layer that wait between network and unpacking, and the window of the \
                 decompressor: 32 KiB for gzip, what the frame asks for with zstd.",
    needs: &["docker-registry", "time"],
    runs: 3,
    measure,
};

/// What is installed: a name, how each layer is packed, how many there are and what each unpacks to.
struct Case {
    tag: &'static str,
    name: &'static str,
    compression: Compression,
    layers: usize,
    size: usize,
    most: f64,
}

const CASES: [Case; 3] = [
    Case {
        tag: "1.0.0",
        name: "one gzip layer of 1 GB",
        compression: Compression::Gzip,
        layers: 1,
        size: 1_000_000_000,
        most: 48.0 * MIB,
    },
    Case {
        tag: "2.0.0",
        name: "one zstd layer of 1 GB, window 8 MiB",
        compression: Compression::ZstdWindow(23),
        layers: 1,
        size: 1_000_000_000,
        most: 48.0 * MIB,
    },
    Case {
        tag: "3.0.0",
        name: "four zstd layers of 100 MB, windows 32 MiB",
        compression: Compression::ZstdWindow(25),
        layers: 4,
        size: 100_000_000,
        most: 80.0 * MIB,
    },
];

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let registry = RealRegistry::start()?;
    let mut series = Vec::new();
    let mut marks = Vec::new();
    for case in &CASES {
        registry.push(REPOSITORY, case.tag, &image(case)?);
        let reference = format!("{}/{REPOSITORY}:{}", registry.authority(), case.tag);
        let samples = (0..bench.runs)
            .map(|_| peak(bench, &reference))
            .collect::<Result<_, _>>()?;
        let peaks = Series {
            name: case.name.to_owned(),
            unit: Unit::Bytes,
            samples,
        };
        marks.push(Mark {
            what: format!("memory for {}", case.name),
            value: peaks.median(),
            unit: Unit::Bytes,
            target: Target::AtMost(case.most),
        });
        series.push(peaks);
    }
    Ok(Measurement {
        series,
        marks,
        notes: Vec::new(),
    })
}

fn image(case: &Case) -> anyhow::Result<Image> {
    let layer = |number: usize| -> anyhow::Result<Layer> {
        let layer = extension::copies(case.size, &number.to_string())?;
        Ok(layer.compression(case.compression))
    };
    let mut layers = (0..case.layers).map(layer).collect::<Result<Vec<_>, _>>()?;
    layers.push(extension::description(&[]).file("ui/index.html", "<!doctype html>\n", 0o644));
    Ok(extension::image(layers))
}

fn peak(bench: &Bench, reference: &str) -> anyhow::Result<f64> {
    let outrigger = bench.outrigger();
    let report = outrigger.surroundings().join("peak");
    let mut ours = outrigger.command();
    ours.args(["install", "--force", reference]);
    let time = ["/usr/bin/time", "--format", "%M", "--output", report.as_str()];
    bench::time(&mut bench::wrapped(&time, &ours))?;
    let report = fs_err::read_to_string(&report)?;
    let kibibytes: f64 = report.trim().parse().context("cannot read what time wrote")?;
    Ok(kibibytes * 1024.0)
}
