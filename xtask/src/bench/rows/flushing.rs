//! The row `flushing`.

use anyhow::Context as _;
use testkit::{Folder, RealRegistry};

use super::extension::{self, Ui};
use super::pipeline::{self, Flush};
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit, figure};

const REPOSITORY: &str = "acme/harbour";
const TAG: &str = "1.0.0";

pub(super) const ROW: Row = Row {
    name: "flushing",
    what: "A payload of 70 MB in 2,000 real files, in six gzip layers, is installed and flushed to disk, while the shell pipeline of the row `install` does \
           not flush at all. The share of flushing is the time in `fsync`, `fdatasync` and `syncfs` that `strace` counts in further \
           runs of the same install.",
    bounded_by: "By the disk and the file system. In a quiet minute on a disk of 1.6 GB/s the install took 262 ms, 70 ms of them in \
                 flushes, and the pipeline 381 ms: without any flush it would be just twice as fast. On a disk of 470 MB/s the last \
                 `syncfs` waits 180 to 230 ms for 2,000 new files, and where nothing else happens, `syncfs` of 2,000 files of as \
                 many bytes takes 199 ms (163 to 207, nine times), so that of half the pipeline's time less than 100 ms would \
                 be left for everything else. What is left goes into unpacking: with files this small both spend most of their \
                 time in the file system. `fdatasync` of each file took 1 to 6 s one by one and 0.8 to 1.5 s by 16 threads, on \
                 ext4. A flush waits for whatever else was written to that file system.",
    needs: &["curl", "docker-registry", "strace"],
    runs: 11,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let ui = Ui {
        files: 2000,
        bytes: 70_000_000,
    };
    let (mut layers, size) = extension::ui_layers(&ui, 5)?;
    layers.push(extension::description(&[]));
    let image = extension::image(layers);
    let registry = RealRegistry::start()?;
    registry.push(REPOSITORY, TAG, &image);
    let authority = registry.authority();
    let reference = format!("{authority}/{REPOSITORY}:{TAG}");
    let mut series = bench.race(vec![
        Contestant::new("outrigger install", || {
            let outrigger = bench.outrigger();
            let time = bench::time(outrigger.command().args(["install", "--force", &reference]));
            bench.keep(outrigger);
            time
        }),
        Contestant::new("curl | sha256sum | tar xz", || {
            let folder = Folder::new();
            let time = pipeline::run(authority, REPOSITORY, TAG, folder.path(), Flush::Unflushed);
            bench.keep(folder);
            time
        }),
    ])?;
    let marks = vec![
        Mark::times_as_fast(&series[0], &series[1], Target::AtLeast(2.0)),
        share_of_flushing(bench, &reference, &mut series)?,
    ];
    Ok(Measurement {
        series,
        marks,
        notes: vec![format!("2,000 files of {}.", Unit::Bytes.show(figure(size)))],
    })
}

/// How much of an install is flushing; adds the times of the flushes to what was measured.
fn share_of_flushing(bench: &Bench, reference: &str, series: &mut Vec<Series>) -> anyhow::Result<Mark> {
    let (mut flushes, mut shares) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let outrigger = bench.outrigger();
        let trace = outrigger.surroundings().join("trace");
        let mut ours = outrigger.command();
        ours.args(["install", "--force", reference]);
        let strace = [
            "/usr/bin/strace",
            "--follow-forks",
            "--seccomp-bpf",
            "--syscall-times",
            "--trace=fsync,fdatasync,syncfs",
            "--output",
            trace.as_str(),
        ];
        let mut command = bench::wrapped(&strace, &ours);
        let whole = bench::time(&mut command)?.as_secs_f64();
        let flushing = flushing(&fs_err::read_to_string(&trace)?)?;
        flushes.push(flushing);
        shares.push(flushing / whole * 100.0);
    }
    let seconds = |name: &str, samples| Series {
        name: name.to_owned(),
        unit: Unit::Seconds,
        samples,
    };
    series.push(seconds("outrigger install, only its flushes", flushes));
    Ok(Mark {
        what: "share of flushing".to_owned(),
        value: seconds("", shares).median(),
        unit: Unit::Percent,
        target: Target::Told,
    })
}

/// The seconds that stand in angle brackets at the ends of the lines.
fn flushing(trace: &str) -> anyhow::Result<f64> {
    let times = trace
        .lines()
        .filter_map(|line| line.strip_suffix('>')?.rsplit_once('<'));
    let times: Result<Vec<f64>, _> = times.map(|(_, seconds)| seconds.parse()).collect();
    let times = times.context("cannot read what strace wrote")?;
    anyhow::ensure!(!times.is_empty(), "the install flushed nothing:\n{trace}");
    Ok(times.iter().sum())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_times_of_all_flushes_are_added_up() {
        let trace = "12 fsync(5) = 0 <0.25>\n13 syncfs(4) = 0 <0.5>\n12 +++ exited with 0 +++\n";
        assert!((super::flushing(trace).unwrap() - 0.75).abs() < 1e-9);
        assert!(super::flushing("12 +++ exited with 0 +++\n").is_err());
    }
}
