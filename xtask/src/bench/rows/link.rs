//! The row `link`.

use std::time::Duration;

use testkit::{Folder, Line, Link, RealRegistry};

use super::extension;
use super::pipeline::{self, Flush};
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REPOSITORY: &str = "acme/harbour";
const TAG: &str = "1.0.0";

/// 100 Mbit/s and 30 ms.
const LINE: Line = Line {
    bytes_per_second: 12_500_000,
    round_trip: Duration::from_millis(30),
};

pub(super) const ROW: Row = Row {
    name: "link",
    what: "The install of the row `install` over a line of 100 Mbit/s and 30 ms. The line is a proxy in front of the registry that \
           lets bytes leave no faster and arrive no sooner, and makes a new connection cost a round trip; it loses nothing and has \
           no slow start. What the bytes alone need is the number of bytes that passed, divided by the speed of the line.",
    bounded_by: "By round trips and the line (`strace` of one run of 2.3 s): 170 ms pass before the line is busy, since the \
                 connection, the manifest, the config, the connections for the layers and their first bytes follow each other, \
                 30 ms each; then come the bytes; after the last one some 20 ms pass until its files have their places, 10 ms \
                 in the flush of what is left, 8 ms with history and activation, and 10 ms with clearing away. To ask for \
                 layers before the config is judged would spare a round trip, and fetch what may then be refused. The largest \
                 layer first, on the connection that is open, made no difference here, and the install on loopback 3 % slower.",
    needs: &["buildah", "curl", "docker-registry", "skopeo", "umoci"],
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let layers = extension::layers(&extension::UI)?;
    let image = extension::image(layers.layers);
    let registry = RealRegistry::start()?;
    registry.push(REPOSITORY, TAG, &image);
    let link = Link::to(registry.authority(), LINE)?;
    let authority = link.authority();
    let mut carried = 0;
    let series = bench.race(vec![
        Contestant::new("outrigger install", || {
            let outrigger = bench.outrigger();
            let reference = format!("{authority}/{REPOSITORY}:{TAG}");
            link.take_carried();
            let time = bench::time(outrigger.command().args(["install", "--force", &reference]));
            carried = link.take_carried();
            bench.keep(outrigger);
            time
        }),
        Contestant::new("curl | sha256sum | tar xz", || {
            let folder = Folder::new();
            let time = pipeline::run(&authority, REPOSITORY, TAG, folder.path(), Flush::Flushed);
            bench.keep(folder);
            time
        }),
    ])?;
    let alone = figure(carried) / f64::from(LINE.bytes_per_second);
    let marks = vec![
        Mark {
            what: "of the time that the bytes alone need".to_owned(),
            value: series[0].median() / alone * 100.0,
            unit: Unit::Percent,
            target: Target::AtMost(110.0),
        },
        Mark::times_as_fast(&series[0], &series[1], Target::Told),
    ];
    Ok(Measurement {
        series,
        marks,
        notes: vec![format!(
            "{} passed, which alone need {}.",
            Unit::Bytes.show(figure(carried)),
            Unit::Seconds.show(alone)
        )],
    })
}
