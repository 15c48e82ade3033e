//! The row `push`.

use std::cell::Cell;
use std::process::Command;
use std::time::Duration;

use camino::Utf8Path;
use embedded::image::{Image, Layer};
use testkit::{Folder, RealRegistry, Request, skopeo};

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const OLD: &str = "1.0.0";
const NEW: &str = "1.1.0";

pub(super) const ROW: Row = Row {
    name: "push",
    what: "The extension of the row `install` is in a repository, and a release that differs in one file of its user interface is pushed from \
           an image layout: to a repository of its own in each run. What was sent is read from the registry's log. The peer copies the same \
           layout with `skopeo`.",
    bounded_by: "By the registry: it writes each blob to its own place, and moves it when it has compared the digest.",
    needs: extension::NEEDS,
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let layers = extension::layers(&extension::UI)?;
    let (old, new) = (
        extension::image(layers.layers.clone()),
        extension::image(changed(layers.layers)),
    );
    let registry = RealRegistry::start()?;
    let folder = Folder::new();
    let layout = folder.path().join("layout");
    registry.push("acme/workshop", NEW, &new);
    let from = format!("docker://{}/acme/workshop:{NEW}", registry.authority());
    skopeo::copy_between(&from, &format!("oci:{layout}:{NEW}"))?;
    let turns = Cell::new(0);
    let next = || {
        turns.set(turns.get() + 1);
        let repository = format!("acme/harbour-{}", turns.get());
        registry.push(&repository, OLD, &old);
        registry.clear_requests();
        format!("{}/{repository}:{NEW}", registry.authority())
    };
    let mut asked = Vec::new();
    let series = bench.race(vec![
        Contestant::new("outrigger push", || {
            let outrigger = bench.outrigger();
            let target = next();
            let time = bench::time(
                outrigger
                    .command()
                    .args(["push", &format!("oci:{layout}"), &target]),
            )?;
            asked = registry.requests();
            Ok(time)
        }),
        Contestant::new("skopeo copy", || copy(&layout, &next())),
    ])?;
    let [of_unchanged, of_others] = sent(&old, &new, &asked);
    let marks = vec![
        Mark {
            what: "bytes of the unchanged layers".to_owned(),
            value: figure(of_unchanged),
            unit: Unit::Bytes,
            target: Target::AtMost(0.0),
        },
        Mark {
            what: "blobs that travelled: the changed layer and the config".to_owned(),
            value: figure(uploads(&asked).count() as u64),
            unit: Unit::Count,
            target: Target::AtMost(2.0),
        },
        Mark {
            what: "requests".to_owned(),
            value: figure(asked.len() as u64),
            unit: Unit::Count,
            target: Target::Told,
        },
        Mark::times_as_fast(&series[0], &series[1], Target::Told),
    ];
    Ok(Measurement {
        series,
        marks,
        notes: vec![format!(
            "{} of blobs travelled, and the manifest of {}.",
            Unit::Bytes.show(figure(of_others)),
            Unit::Bytes.show(figure(new.document().bytes().len() as u64)),
        )],
    })
}

/// The same layers with one more line in a page.
fn changed(mut layers: Vec<Layer>) -> Vec<Layer> {
    let ui = layers.len() - 2;
    layers[ui] = layers[ui]
        .clone()
        .file("ui/index.html", "<!doctype html>\n<p>New.</p>\n", 0o644);
    layers
}

/// The requests that ended the upload of a blob.
fn uploads(asked: &[Request]) -> impl Iterator<Item = &Request> {
    asked
        .iter()
        .filter(|request| request.method == "PUT" && request.path.contains("digest="))
}

/// The bytes of the blobs that were uploaded: of layers that the repository had, and of the others.
fn sent(old: &Image, new: &Image, asked: &[Request]) -> [u64; 2] {
    let mut sent = [0, 0];
    for (digest, bytes) in new.blobs() {
        let was_sent = uploads(asked).any(|request| request.path.contains(digest.hex()));
        if was_sent {
            let is_new = !old.blobs().contains_key(digest);
            sent[usize::from(is_new)] += bytes.len() as u64;
        }
    }
    sent
}

fn copy(layout: &Utf8Path, target: &str) -> anyhow::Result<Duration> {
    // It remembers which blobs lie where: each run begins without a memory.
    let memory = Folder::new();
    let mut command = Command::new("/usr/bin/skopeo");
    command.args(["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"]);
    command.args([&format!("oci:{layout}:{NEW}"), &format!("docker://{target}")]);
    command
        .env("HOME", memory.path())
        .env("XDG_DATA_HOME", memory.path());
    command.env("_CONTAINERS_ROOTLESS_UID", "1");
    bench::time(&mut command)
}
