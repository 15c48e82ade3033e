//! The row `scan`.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use embedded::image::Image;
use testkit::{Folder, Outrigger, RealRegistry};

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REPOSITORIES: usize = 500;
const TAGS: usize = 30;

pub(super) const ROW: Row = Row {
    name: "scan",
    what: "`outrigger scan` of 500 repositories of 30 tags in docker-registry on loopback, of which nothing is installed and nothing \
           is new since the scan before. The peers fetch the 500 lists of tags and look at none of them: `curl --parallel`, and \
           `skopeo list-tags` in turn. How many requests a scan sends is read from the registry's log.",
    bounded_by: "By the registry, for which we and `curl` wait: to list tags it reads a folder and a file for each tag. Our side has a \
                 third of one core's time in a scan; of the samples of a profile (`perf record`) half are in this program, a quarter \
                 in the allocator and in copies of memory, and a quarter in the kernel, which sends and receives.",
    needs: &["curl", "docker-registry", "skopeo"],
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let registry = RealRegistry::start()?;
    publish(&registry);
    let outrigger = allowing(bench, registry.authority());
    // The scan before, which looks at releases.
    scan(&outrigger)?;
    registry.clear_requests();
    scan(&outrigger)?;
    let requests = registry.requests().len();
    let folder = Folder::new();
    let series = bench.race(vec![
        Contestant::new("outrigger scan", || scan(&outrigger)),
        Contestant::new("curl --parallel", || curl(registry.authority(), &folder)),
        Contestant::new("skopeo list-tags, in turn", || {
            skopeo(registry.authority(), &folder)
        }),
    ])?;
    let marks = vec![
        Mark {
            what: format!("requests for {REPOSITORIES} unchanged repositories"),
            value: figure(requests as u64),
            unit: Unit::Count,
            target: Target::AtMost(figure(REPOSITORIES as u64)),
        },
        Mark::times_as_fast(&series[0], &series[1], Target::AtLeast(0.8)),
        Mark::times_as_fast(&series[0], &series[2], Target::AtLeast(10.0)),
    ];
    Ok(Measurement {
        series,
        marks,
        notes: Vec::new(),
    })
}

/// The same releases in every repository: only their lists are read again.
fn publish(registry: &RealRegistry) {
    let description = extension::description(&[]).file("ui/index.html", "<!doctype html>\n", 0o644);
    let image: Image = extension::image(vec![description]);
    for minor in 0..TAGS {
        registry.push(&repository(0), &format!("1.{minor}.0"), &image);
    }
    for number in 1..REPOSITORIES {
        registry.copy_repository(&repository(0), &repository(number));
    }
}

fn repository(number: usize) -> String {
    format!("acme/extension-{number}")
}

fn allowing(bench: &Bench, authority: &str) -> Outrigger {
    let outrigger = bench.outrigger();
    let patterns = (0..REPOSITORIES).map(|number| format!("{authority}/{}\n", repository(number)));
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow(&patterns.collect::<String>());
    outrigger
}

fn scan(outrigger: &Outrigger) -> anyhow::Result<Duration> {
    bench::time(outrigger.command().arg("scan"))
}

/// As many side by side as `curl` itself takes for right.
fn curl(authority: &str, folder: &Folder) -> anyhow::Result<Duration> {
    let mut wanted = String::new();
    for number in 0..REPOSITORIES {
        let repository = repository(number);
        writeln!(
            wanted,
            "url = \"http://{authority}/v2/{repository}/tags/list?n=1000\""
        )?;
        writeln!(wanted, "output = \"{}/{number}.json\"", folder.path())?;
    }
    let file = folder.path().join("wanted");
    fs_err::write(&file, wanted)?;
    let mut command = Command::new("/usr/bin/curl");
    command.args(["--fail", "--silent", "--parallel", "--config", file.as_str()]);
    bench::time(&mut command)
}

fn skopeo(authority: &str, folder: &Folder) -> anyhow::Result<Duration> {
    let list = format!("skopeo list-tags --tls-verify=false docker://{authority}/acme/extension-$number");
    let script = format!(
        "set -e\nfor number in $(seq 0 {}); do {list} > /dev/null; done",
        REPOSITORIES - 1
    );
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script]).env("HOME", folder.path());
    bench::time(&mut command)
}
