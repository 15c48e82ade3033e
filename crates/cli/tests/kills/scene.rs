//! A registry, a desktop, and an extension that changes.

use std::process::Command;

use camino::Utf8Path;
use embedded::Registry;
use embedded::image::{Image, Layer};
use testkit::{Output, Outrigger, Serving};

/// How many kills a run of all tests makes where nobody asks for more.
const KILLS: usize = 500;
/// Says how many kills to make; `cargo xtask crash` sets it.
const KILLS_VARIABLE: &str = "OUTRIGGER_CRASH_KILLS";

/// The part of all kills, in percent, that one test makes.
pub(crate) fn kills(percent: usize) -> usize {
    let all = std::env::var(KILLS_VARIABLE).map_or(KILLS, |text| text.parse().unwrap());
    (all * percent).div_ceil(100)
}

/// A change of the extension `acme/whale`: the command, and the version that it leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) command: &'static str,
    pub(crate) leads_to: Option<&'static str>,
}

/// From nothing over three releases to nothing again.
pub(crate) const CHANGES: [Change; 4] = [
    Change {
        command: "install {}:1.0.0 --force",
        leads_to: Some("1.0.0"),
    },
    Change {
        command: "update {} --to 1.1.0 --force",
        leads_to: Some("1.1.0"),
    },
    Change {
        command: "update {} --to 1.2.0 --force",
        leads_to: Some("1.2.0"),
    },
    Change {
        command: "rm {}",
        leads_to: None,
    },
];

/// A registry in memory and the binary.
pub(crate) struct Scene {
    pub(crate) outrigger: Outrigger,
    serving: Serving,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        for repository in ["acme/whale", "acme/squid", "acme/crab"] {
            for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
                registry.push(repository, version, &release(version));
            }
        }
        let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
        outrigger.config("[host]\nplatform = \"linux/amd64\"\n");
        Self {
            serving: testkit::serve(&registry),
            outrigger,
        }
    }

    /// The id of the extension in a repository.
    pub(crate) fn id(&self, repository: &str) -> String {
        format!("{}/{repository}", self.serving.authority())
    }

    /// The arguments of a command about the whale, whose place is `{}`.
    pub(crate) fn arguments(&self, command: &str) -> Vec<String> {
        let id = self.id("acme/whale");
        command.split(' ').map(|word| word.replace("{}", &id)).collect()
    }

    /// The binary with a command about the whale.
    pub(crate) fn command(&self, command: &str) -> Command {
        let mut prepared = self.outrigger.command();
        prepared.args(self.arguments(command));
        prepared
    }

    /// Runs a command about the whale to its end.
    #[track_caller]
    pub(crate) fn run(&self, command: &str) -> Output {
        Output::of(&mut self.command(command))
    }
}

/// A release with the files of every kind, two layers, one of which all share.
pub(crate) fn release(version: &str) -> Image {
    let metadata = r#"{"icon": "icon.svg", "vm": {"composefile": "compose.yaml"},
        "ui": {"dashboard-tab": {"title": "Whale", "root": "/ui", "src": "index.html"}},
        "host": {"binaries": [{"linux": [{"path": "/linux/tool"}]}]}}"#;
    let mut pages = Layer::new().file("metadata.json", metadata, 0o644);
    for page in 0..6 {
        pages = pages.file(
            format!("ui/{page}/index.html"),
            format!("{version} {page}").repeat(500),
            0o644,
        );
    }
    let shared = Layer::new()
        .file("icon.svg", "<svg/>", 0o644)
        .file(
            "compose.yaml",
            "services:\n  whale:\n    image: ${DESKTOP_PLUGIN_IMAGE}\n",
            0o644,
        )
        .file("linux/tool", vec![7; 100_000], 0o755);
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .layer(shared)
        .layer(pages.file("ui/index.html", format!("<p>{version}"), 0o644))
        .build()
}

/// Copies a folder with everything in it, modes included.
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir(to).unwrap();
    for entry in from.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A home folder as it was at one moment, to begin from again and again.
pub(crate) struct Snapshot {
    folder: testkit::Folder,
}

impl Snapshot {
    pub(crate) fn of(scene: &Scene) -> Self {
        let folder = testkit::Folder::new();
        copy(&scene.outrigger.home(), &folder.path().join("home"));
        Self { folder }
    }

    pub(crate) fn restore(&self, scene: &Scene) {
        let home = scene.outrigger.home();
        std::fs::remove_dir_all(&home).unwrap();
        copy(&self.folder.path().join("home"), &home);
    }
}
