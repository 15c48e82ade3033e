//! The extension that the author's guide makes is a real one.

use std::collections::BTreeMap;

use model::{Labels, Metadata};
use regex::Regex;
use testkit::{Builder, Engine, Folder, Outrigger, RealRegistry};

use crate::page::{Item, Page};

/// The files that the guide shows, under the names that `<!-- image: NAME -->` gives them.
fn files() -> BTreeMap<String, String> {
    let page = Page::of_book("author.md");
    let mut files = BTreeMap::new();
    let mut name = None;
    for item in page.items() {
        match item {
            Item::Mark { name: mark, value } if mark == "image" => name = Some(value),
            Item::Block(block) => {
                if let Some(name) = name.take() {
                    files.insert(name, page.text[block.content].to_owned());
                }
            }
            _ => {}
        }
    }
    files
}

#[test]
fn metadata_and_labels_of_the_guide_call_for_no_warning() {
    let files = files();
    let metadata = Metadata::parse(files["metadata.json"].as_bytes()).unwrap();
    assert_eq!(metadata.warnings(), []);
    let labels = Regex::new(r#"([\w.-]+)="([^"]*)""#)
        .unwrap()
        .captures_iter(&files["Dockerfile"])
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect();
    let labels = Labels::read(&labels);
    assert_eq!(labels.warnings(), []);
    assert!(labels.title.is_some() && labels.vendor.is_some() && labels.api_version.is_some());
}

fn the_guide_leads_to_an_installed_extension(builder: Builder) {
    let engine = Engine::shared().unwrap();
    let registry = RealRegistry::start().unwrap();
    let context = files().into_iter().fold(
        Folder::new()
            .file("ui/index.html", "<h1>Whale Watch</h1>")
            .file("whale.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
            .file("linux/whale", "#!/bin/sh")
            .file("darwin/whale", "#!/bin/sh")
            .file("windows/whale.exe", "MZ"),
        |folder, (name, content)| folder.file(&name, content),
    );
    let reference = format!("{}/acme/whale:1.0.0", registry.authority());
    engine.build(context.path(), &reference, builder).unwrap();
    engine.push(&reference).unwrap();
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    outrigger.run(["install", "--force", &reference]).ok();
    let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
    assert_eq!(listed["extensions"][0]["title"], "Whale Watch");
    assert_eq!(listed["extensions"][0]["version"], "1.0.0");
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn what_the_guide_builds_with_the_classic_builder_can_be_installed() {
    the_guide_leads_to_an_installed_extension(Builder::Classic);
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn what_the_guide_builds_with_buildkit_can_be_installed() {
    the_guide_leads_to_an_installed_extension(Builder::BuildKit);
}
