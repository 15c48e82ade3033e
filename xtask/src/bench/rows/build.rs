//! The row `build`.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use camino::Utf8Path;
use testkit::Folder;

use super::extension;
use super::workshop::{ARCHITECTURES, Workshop};
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

pub(super) const ROW: Row = Row {
    name: "build",
    what: "The extension of the row `install` is built from a folder of files, for two platforms that differ in their backend: \
           six gzip layers for each, in a fresh image layout. The peer is `buildah`, in a store of its own: for each platform it \
           begins from nothing, copies the same files in, and commits them to an image layout, as one gzip layer. Nobody flushes.",
    bounded_by: "Not profiled yet.",
    needs: extension::NEEDS,
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let workshop = Workshop::new(&extension::UI)?;
    let mut built: Vec<Folder> = Vec::new();
    let series = bench.race(vec![
        Contestant::new("outrigger build", || {
            let folder = Folder::new();
            let time = outrigger(bench, workshop.path(), &folder)?;
            built.push(folder);
            Ok(time)
        }),
        Contestant::new("buildah copy, commit", || {
            let folder = Folder::new();
            let time = buildah(workshop.path(), folder.path());
            bench.keep(folder);
            time
        }),
    ])?;
    let [ours, peer] = series.as_slice() else {
        anyhow::bail!("not everyone was measured");
    };
    let marks = vec![
        Mark::times_as_fast(ours, peer, Target::AtLeast(1.0)),
        Mark {
            what: "files that differ between two builds".to_owned(),
            value: figure(differing(&built)? as u64),
            unit: Unit::Count,
            target: Target::AtMost(0.0),
        },
    ];
    let packed = files(&built[0].path().join("layout"))?;
    let packed: u64 = packed.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    Ok(Measurement {
        marks,
        notes: vec![format!(
            "{} of files for each platform make a layout of {}.",
            Unit::Bytes.show(figure(workshop.size)),
            Unit::Bytes.show(figure(packed)),
        )],
        series,
    })
}

fn outrigger(bench: &Bench, workshop: &Utf8Path, to: &Folder) -> anyhow::Result<Duration> {
    let layout = format!("oci:{}", to.path().join("layout"));
    let outrigger = bench.outrigger();
    bench::time(
        outrigger
            .command()
            .args(["build", workshop.as_str(), "-o", &layout]),
    )
}

fn buildah(workshop: &Utf8Path, to: &Utf8Path) -> anyhow::Result<Duration> {
    let mut script = format!(
        "set -e; cd {workshop}\n\
         store() {{ buildah --storage-driver vfs --root {to}/root --runroot {to}/run \"$@\"; }}\n"
    );
    for architecture in ARCHITECTURES {
        writeln!(script, "image=$(store from --arch {architecture} scratch)")?;
        for (from, target) in [
            (format!("backend/{architecture}/service"), "/backend/service"),
            ("darwin".to_owned(), "/darwin"),
            ("windows".to_owned(), "/windows"),
            ("linux".to_owned(), "/linux"),
            ("ui".to_owned(), "/ui"),
            ("metadata.json icon.svg compose.yaml".to_owned(), "/"),
        ] {
            writeln!(script, "store copy --quiet $image {from} {target}")?;
        }
        writeln!(
            script,
            "store commit --quiet --rm --format oci --disable-compression=false $image oci:{to}/layout:{architecture}"
        )?;
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script]).env("HOME", to);
    bench::time(&mut command)
}

/// How many files of the layouts are not in all of them with the same bytes.
fn differing(built: &[Folder]) -> anyhow::Result<usize> {
    let (first, others) = built.split_first().context("nothing was built")?;
    let first = files(&first.path().join("layout"))?;
    let mut count = 0;
    for other in others {
        let other = files(&other.path().join("layout"))?;
        count += first.iter().filter(|file| !other.contains(file)).count();
        count += other.len().saturating_sub(first.len());
    }
    Ok(count)
}

/// Every file below a folder, with its path there and its bytes.
fn files(folder: &Utf8Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir_utf8()? {
            let path = entry?.into_path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(folder)?.to_string();
                found.push((below, fs_err::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}
