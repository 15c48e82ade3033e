//! The row `update`.

use std::process::Command;
use std::time::Duration;

use embedded::image::{Image, Layer};
use testkit::{Folder, RealRegistry, Request};

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REPOSITORY: &str = "acme/harbour";
const OLD: &str = "1.0.0";
const NEW: &str = "1.1.0";

pub(super) const ROW: Row = Row {
    name: "update",
    what: "The extension of the row `install` is updated to a release in which two of its six layers have changed: the binary for \
           Linux, and what describes the extension. What was fetched is read from the registry's log. The peer has the old release \
           in an image layout, copies the new one into it with `skopeo` and unpacks it with `umoci`.",
    bounded_by: "By what it does, not yet from a profile: layers that are here are read from the blob cache, hashed and inflated again, since the cache is not trusted: that is \
                 more than three quarters of the bytes.",
    needs: extension::NEEDS,
    runs: 7,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let old = extension::layers(&extension::UI)?;
    let new = changed(old.layers.clone());
    let (old, new) = (extension::image(old.layers), extension::image(new));
    let registry = RealRegistry::start()?;
    registry.push(REPOSITORY, OLD, &old);
    registry.push(REPOSITORY, NEW, &new);
    let mut fetched = Vec::new();
    let series = bench.race(vec![
        Contestant::new("outrigger update", || {
            let (time, requests) = update(bench, &registry)?;
            fetched = requests;
            Ok(time)
        }),
        Contestant::new("skopeo copy, umoci unpack", || copy(registry.authority())),
    ])?;
    let marks = vec![
        unchanged(&old, &new, &fetched),
        Mark {
            what: "requests for blobs: the two changed layers and the config".to_owned(),
            value: figure(fetched.iter().filter(|request| request.is_for_blob()).count() as u64),
            unit: Unit::Count,
            target: Target::AtMost(3.0),
        },
        Mark::times_as_fast(&series[0], &series[1], Target::Told),
    ];
    let bytes: u64 = fetched.iter().map(|request| request.length).sum();
    Ok(Measurement {
        series,
        marks,
        notes: vec![format!(
            "{} requests, whose answers have {}.",
            fetched.len(),
            Unit::Bytes.show(figure(bytes))
        )],
    })
}

/// The same layers with another binary and another description.
fn changed(mut layers: Vec<Layer>) -> Vec<Layer> {
    let top = layers.len() - 1;
    layers[top] = layers[top].clone().file("CHANGES", "A new binary.\n", 0o644);
    layers[top - 2] = layers[top - 2].clone().file("linux/version", "1.1.0\n", 0o644);
    layers
}

/// The bytes of layers that both releases have.
fn unchanged(old: &Image, new: &Image, fetched: &[Request]) -> Mark {
    let both = new
        .layer_digests()
        .iter()
        .filter(|digest| old.layer_digests().contains(digest));
    let both: Vec<_> = both.map(ToString::to_string).collect();
    let of_both = fetched
        .iter()
        .filter(|request| both.iter().any(|digest| request.path.ends_with(digest)));
    Mark {
        what: format!("bytes of the {} unchanged layers", both.len()),
        value: figure(of_both.map(|request| request.length).sum()),
        unit: Unit::Bytes,
        target: Target::AtMost(0.0),
    }
}

fn update(bench: &Bench, registry: &RealRegistry) -> anyhow::Result<(Duration, Vec<Request>)> {
    let outrigger = bench.outrigger();
    let id = format!("{}/{REPOSITORY}", registry.authority());
    bench::time(
        outrigger
            .command()
            .args(["install", "--force", &format!("{id}:{OLD}")]),
    )?;
    registry.clear_requests();
    let time = bench::time(outrigger.command().args(["update", "--force", &id]))?;
    bench.keep(outrigger);
    Ok((time, registry.requests()))
}

fn copy(authority: &str) -> anyhow::Result<Duration> {
    let folder = Folder::new();
    let step = |script: String| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script]).current_dir(folder.path());
        command
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path());
        command.env("_CONTAINERS_ROOTLESS_UID", "1");
        bench::time(&mut command)
    };
    let copy = |tag| {
        format!(
            "skopeo --insecure-policy copy --quiet --src-tls-verify=false docker://{authority}/{REPOSITORY}:{tag} oci:layout:{tag}"
        )
    };
    step(copy(OLD))?;
    step(format!(
        "set -e\n{}\numoci unpack --image layout:{NEW} bundle\nsync -f bundle",
        copy(NEW)
    ))
}
