//! A home folder with many extensions, made as a user would make it.

use std::time::Duration;

use embedded::Registry;
use embedded::image::{Image, Layer};
use testkit::{Outrigger, Serving};

use super::extension;
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Target};

/// How many extensions are installed.
const EXTENSIONS: usize = 200;

/// Within how many seconds the list of them is to be printed.
const LONGEST: f64 = 0.010;

/// Times `outrigger ls` where each extension has so many generations, and a scan has found a newer release of each.
pub(super) fn list(bench: &Bench, generations: usize) -> anyhow::Result<Measurement> {
    let home = install(bench, EXTENSIONS, generations)?;
    let run = |command: &'static str| -> anyhow::Result<Duration> {
        bench::time(home.outrigger.command().arg(command))
    };
    let series = bench.race(vec![
        Contestant::new("outrigger ls", || run("ls")),
        Contestant::new("outrigger version", || run("version")),
    ])?;
    let what = format!("to list {EXTENSIONS} extensions, whole process");
    let mark = Mark::median_of(&series[0], &what, Target::AtMost(LONGEST));
    Ok(Measurement {
        series,
        marks: vec![mark],
        notes: Vec::new(),
    })
}

/// A home folder, and the registry that its extensions come from.
pub(super) struct Home {
    pub(super) outrigger: Outrigger,
    _serving: Serving,
}

/// Installs so many extensions in one release after the other, and scans: there is a newer release of each.
pub(super) fn install(bench: &Bench, extensions: usize, generations: usize) -> anyhow::Result<Home> {
    let registry = Registry::new();
    let serving = testkit::serve(&registry);
    let outrigger = bench.outrigger();
    for generation in 0..=generations {
        let tag = format!("1.{generation}.0");
        let image = image(&tag);
        for extension in 0..extensions {
            registry.push(&repository(extension), &tag, &image);
        }
        // The last one is for the scan to find.
        if generation < generations {
            let named = |extension| format!("{}/{}:{tag}", serving.authority(), repository(extension));
            let references = (0..extensions).map(named);
            bench::time(outrigger.command().args(["install", "--force"]).args(references))?;
        }
    }
    bench::time(outrigger.command().arg("scan"))?;
    Ok(Home {
        outrigger,
        _serving: serving,
    })
}

/// A home folder after a scan that has found so many, of which nothing is installed.
pub(super) fn known(bench: &Bench, extensions: usize) -> anyhow::Result<Outrigger> {
    let registry = Registry::new();
    let serving = testkit::serve(&registry);
    let description = extension::description(&[]).file("ui/index.html", "<!doctype html>\n", 0o644);
    let image = extension::image(vec![description]);
    for number in 0..extensions {
        registry.push(&repository(number), "1.0.0", &image);
    }
    let authority = serving.authority();
    let patterns = (0..extensions).map(|number| format!("{authority}/{}\n", repository(number)));
    let outrigger = bench.outrigger();
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow(&patterns.collect::<String>());
    bench::time(outrigger.command().arg("scan"))?;
    Ok(outrigger)
}

fn repository(extension: usize) -> String {
    format!("acme/extension-{extension}")
}

fn image(tag: &str) -> Image {
    let top = extension::description(&[("linux", "tool")])
        .file("ui/index.html", "<!doctype html>\n", 0o644)
        .file("linux/tool", format!("#!/bin/sh\necho {tag}\n"), 0o755);
    extension::image(vec![Layer::new().folder("usr"), top])
}
