//! What is planned is what is done: no file more, none less, and no layer that was not announced.

use std::collections::{BTreeMap, BTreeSet};

use embedded::image::{Image, Layer};
use model::event::Event;
use model::plan::Plan;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::json;

use crate::fixture::{Fixture, WHALE};

/// A file of an image: what it holds, and whether it may be executed.
type File = (String, bool);

/// An extension as its author might make it.
#[derive(Debug, Clone)]
struct Extension {
    /// Each layer's files, the lowest layer first.
    layers: Vec<BTreeMap<&'static str, File>>,
    icon: bool,
    page: bool,
    compose_file: bool,
    binaries: Vec<&'static str>,
}

/// Everything that the metadata may name, and what surrounds it.
const PATHS: [&str; 10] = [
    "img/whale.svg",
    "ui/index.html",
    "ui/js/app.js",
    "ui-old/index.html",
    "linux/whale",
    "linux/lib/data",
    "tools/squid",
    "vm/compose.yaml",
    "windows/whale.exe",
    "etc/motd",
];

fn file() -> impl Strategy<Value = File> {
    (proptest::sample::select(vec!["", "one", "two"]), any::<bool>())
        .prop_map(|(content, executable)| (content.to_owned(), executable))
}

fn extension() -> impl Strategy<Value = Extension> {
    let whole = proptest::collection::vec(file(), PATHS.len())
        .prop_map(|files| PATHS.into_iter().zip(files).collect());
    let upper = proptest::collection::btree_map(proptest::sample::select(&PATHS[..]), file(), 0..6);
    let binaries = proptest::sample::subsequence(vec!["/linux/whale", "/linux", "tools/squid"], 0..=3);
    let parts = (any::<bool>(), any::<bool>(), any::<bool>(), binaries);
    (whole, proptest::collection::vec(upper, 0..3), parts).prop_map(
        |(whole, upper, (icon, page, compose_file, binaries))| Extension {
            layers: std::iter::once(whole).chain(upper).collect(),
            icon,
            page,
            compose_file,
            binaries,
        },
    )
}

impl Extension {
    fn metadata(&self) -> String {
        let mut metadata = json!({ "host": { "binaries": [{
            "linux": self.binaries.iter().map(|path| json!({ "path": path })).collect::<Vec<_>>(),
            "windows": [{ "path": "windows/whale.exe" }],
        }] } });
        if self.icon {
            metadata["icon"] = json!("img/whale.svg");
        }
        if self.page {
            metadata["ui"] = json!({ "dashboard-tab": { "root": "/ui", "src": "index.html" } });
        }
        if self.compose_file {
            metadata["vm"] = json!({ "composefile": "vm/compose.yaml" });
        }
        metadata.to_string()
    }

    fn image(&self) -> Image {
        let pack = |layer: Layer, (path, (content, executable)): (&&str, &File)| {
            let content = if *path == "vm/compose.yaml" {
                "services: {}\n".to_owned()
            } else {
                content.clone()
            };
            layer.file(path, content, if *executable { 0o755 } else { 0o644 })
        };
        let layers = self
            .layers
            .iter()
            .map(|files| files.iter().fold(Layer::new(), pack));
        let builder = layers.fold(Image::builder(), embedded::image::ImageBuilder::layer);
        builder
            .layer(Layer::new().file("metadata.json", self.metadata(), 0o644))
            .build()
    }

    /// What a desktop on linux has to hold afterwards.
    fn expected(&self) -> BTreeMap<String, File> {
        let mut merged: BTreeMap<&str, File> = BTreeMap::new();
        for layer in &self.layers {
            merged.extend(layer.iter().map(|(path, file)| (*path, file.clone())));
        }
        if let Some((content, _)) = merged.get_mut("vm/compose.yaml") {
            "services: {}\n".clone_into(content);
        }
        let mut expected = BTreeMap::new();
        for (path, file) in merged {
            let is_binary = self.binaries.iter().any(|named| {
                let named = named.trim_start_matches('/');
                path.strip_prefix(named)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            let place = match path {
                "img/whale.svg" if self.icon => "icon.svg".to_owned(),
                "vm/compose.yaml" if self.compose_file => "vm/vm/compose.yaml".to_owned(),
                path if is_binary => format!("host/{path}"),
                path => match path.strip_prefix("ui/") {
                    Some(rest) if self.page => format!("ui/dashboard-tab/{rest}"),
                    _ => continue,
                },
            };
            expected.insert(place, file);
        }
        expected
    }
}

/// The files of the installed generation, but for the two documents that each has.
fn installed(fixture: &Fixture) -> BTreeMap<String, File> {
    let store = store::Store::open(&fixture.home()).unwrap();
    let current = store.find(&fixture.id()).unwrap().unwrap().current;
    let folder = store.generation_folder(&fixture.id(), &current);
    let record = store.record(&fixture.id(), &current).unwrap().unwrap();
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.clone()];
    while let Some(here) = pending.pop() {
        for entry in here.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).unwrap().as_str().replace('\\', "/");
            let recorded = record.files.iter().find(|file| file.path == name).unwrap();
            found.insert(
                name,
                (std::fs::read_to_string(&path).unwrap(), recorded.executable),
            );
        }
    }
    assert_eq!(
        found.len(),
        record.files.len(),
        "the record and the disk name the same files"
    );
    assert!(found.remove("metadata.json").is_some() && found.remove("labels.json").is_some());
    found
}

fn planned(fixture: &Fixture) -> Plan {
    let mut events = fixture.events.lock().unwrap();
    let plan = events.drain(..).find_map(|event| match event {
        Event::Planned(plan) => Some(plan),
        _ => None,
    });
    plan.unwrap()
}

/// Installs an extension and holds what happened against what was said before.
async fn check(fixture: &Fixture, tag: &str, extension: &Extension) -> Result<(), TestCaseError> {
    let image = extension.image();
    fixture.registry.push(WHALE, tag, &image);
    fixture.registry.clear_requests();
    fixture.install(tag).await;

    let plan = planned(fixture);
    prop_assert_eq!((plan.to.as_str(), &plan.digest), (tag, image.digest()));
    let layers: Vec<_> = plan.layers.iter().map(|layer| layer.digest.clone()).collect();
    prop_assert_eq!(layers, image.layer_digests());
    let announced = plan.layers.iter().filter(|layer| !layer.is_here);
    let announced: BTreeSet<_> = announced.map(|layer| &layer.digest).collect();
    prop_assert_eq!(announced.len(), fixture.layer_requests(&[&image]));
    prop_assert_eq!(installed(fixture), extension.expected());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn an_install_and_an_update_do_what_their_plans_say(first in extension(), second in extension()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let outcome: Result<(), TestCaseError> = runtime.block_on(async {
            let fixture = Fixture::new().await;
            check(&fixture, "1.0.0", &first).await?;
            if first.image().digest() != second.image().digest() {
                check(&fixture, "1.1.0", &second).await?;
            }
            Ok(())
        });
        outcome?;
    }
}
