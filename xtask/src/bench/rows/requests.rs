//! The row `requests`.

use std::process::Command;

use anyhow::{Context as _, bail};
use testkit::Service;

use super::many;
use crate::bench::bench::Bench;
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};
use crate::tool;

const EXTENSIONS: usize = 1000;
const CLIENTS: usize = 50;
const SECONDS: usize = 10;

pub(super) const ROW: Row = Row {
    name: "requests",
    what: "`GET /v1/extensions` with 1,000 extensions known from a scan, asked for by 50 connections that are kept, over loopback with the \
           token, for ten seconds a run (`wrk`, one thread on the same two cores). Once the whole list is sent each time, and once the \
           client has it already (`If-None-Match`).",
    bounded_by: "Not known yet: no profile was taken.",
    needs: &["wrk"],
    runs: 5,
    measure,
};

/// What came of one run.
struct Load {
    /// Requests in a second.
    rate: f64,
    /// Within how many seconds 99 of 100 were answered.
    slowest: f64,
}

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let outrigger = many::known(bench, EXTENSIONS)?;
    let service = Service::start(&outrigger, &["--offline"]);
    let answer = service.ask("GET", "/v1/extensions").now().gives(200);
    let tag = answer.header("etag").context("the list has no tag")?.to_owned();
    let size = answer.body.len();
    let mut series = Vec::new();
    let mut marks = Vec::new();
    for (name, header) in [("the whole list", None), ("304 Not Modified", Some(tag.as_str()))] {
        // The first run is for what the system reads only once.
        load(&service, header)?;
        let loads = (0..bench.runs).map(|_| load(&service, header));
        let loads = loads.collect::<anyhow::Result<Vec<_>>>()?;
        let of = |what: &str, unit, value: fn(&Load) -> f64| Series {
            name: format!("{name}, {what}"),
            unit,
            samples: loads.iter().map(value).collect(),
        };
        let rate = of("requests a second", Unit::Count, |load| load.rate);
        let slowest = of("99 of 100 within", Unit::Seconds, |load| load.slowest);
        marks.push(Mark::median_of(&rate, &rate.name, Target::AtLeast(5000.0)));
        marks.push(Mark::median_of(&slowest, &slowest.name, Target::AtMost(0.020)));
        series.extend([rate, slowest]);
    }
    Ok(Measurement {
        series,
        marks,
        notes: vec![format!("The list is {size} bytes long.")],
    })
}

fn load(service: &Service, known: Option<&str>) -> anyhow::Result<Load> {
    let mut command = Command::new("/usr/bin/wrk");
    command.args([
        "--threads",
        "1",
        "--connections",
        &CLIENTS.to_string(),
        "--latency",
    ]);
    command.args(["--duration", &format!("{SECONDS}s")]);
    command.args(["--header", &format!("Authorization: Bearer {}", service.token())]);
    if let Some(tag) = known {
        command.args(["--header", &format!("If-None-Match: {tag}")]);
    }
    command.arg(format!("http://{}/v1/extensions", service.authority()));
    let output = command.output().context("cannot start `wrk`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
        bail!("not every request was answered well:\n{text}");
    }
    read(&text).with_context(|| format!("cannot read what `{}` wrote:\n{text}", tool::spelled(&command)))
}

fn read(text: &str) -> Option<Load> {
    let after = |name: &str| {
        let mut lines = text.lines().map(str::trim);
        lines.find_map(|line| line.strip_prefix(name)).map(str::trim)
    };
    Some(Load {
        rate: after("Requests/sec:")?.parse().ok()?,
        slowest: seconds(after("99%")?)?,
    })
}

/// A time as `wrk` writes it: `812.00us`, `3.45ms`, `1.20s`.
fn seconds(text: &str) -> Option<f64> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let (number, unit) = units
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    Some(number.parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_writes_is_read() {
        let text = "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     3.98ms    1.06ms  17.89ms   85.34%\n  \
                    Latency Distribution\n     50%    3.72ms\n     99%    8.15ms\n  125893 requests in 10.02s, 1.50GB read\n\
                    Requests/sec:  12565.63\nTransfer/sec:    153.31MB\n";
        let load = read(text).unwrap();
        assert!((load.rate - 12565.63).abs() < 1e-6);
        assert!((load.slowest - 0.00815).abs() < 1e-9);
        assert_eq!(seconds("812.00us"), Some(812.0 * 1e-6));
        assert_eq!(seconds("1.20s"), Some(1.2));
        assert!(read("unable to connect").is_none());
    }
}
