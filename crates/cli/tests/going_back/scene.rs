//! A registry that stands in for Docker Hub, and a desktop on which the whale is installed.

use camino::Utf8PathBuf;
use embedded::Registry;
use embedded::image::{Image, Layer};
use model::Digest;
use serde_json::Value;
use testkit::{Output, Outrigger, Serving};

/// The folder name of the whale.
pub(crate) const NAME: &str = "docker.io+acme+whale";

pub(crate) struct Scene {
    pub(crate) registry: Registry,
    pub(crate) outrigger: Outrigger,
    serving: Option<Serving>,
}

impl Scene {
    /// Releases of the whale that are published and installed one after the other.
    pub(crate) fn installed(versions: &[&str]) -> Self {
        let registry = Registry::new();
        let serving = testkit::serve(&registry);
        let scene = Self {
            registry,
            outrigger: Outrigger::new(env!("CARGO_BIN_EXE_outrigger")),
            serving: Some(serving),
        };
        scene.configure("");
        scene.outrigger.allow("acme/\n");
        for version in versions {
            scene.push(version);
            scene.run(&format!("install -f acme/whale:{version}")).ok();
        }
        scene
    }

    /// Host and port of the registry.
    pub(crate) fn authority(&self) -> String {
        self.serving.as_ref().map(Serving::authority).unwrap_or_default()
    }

    /// More lines of configuration.
    pub(crate) fn configure(&self, more: &str) -> &Self {
        self.configure_at(&self.authority(), more)
    }

    /// The same with another server in the registry's place.
    pub(crate) fn configure_at(&self, authority: &str, more: &str) -> &Self {
        self.outrigger.config(&format!(
            "[policy]\nallow-list = \"allow.txt\"\n[host]\nplatform = \"linux/amd64\"\n\
             [registry.\"docker.io\"]\nendpoint = \"http://{authority}\"\n{more}"
        ));
        self
    }

    /// No registry answers from now on.
    pub(crate) fn unplug(&mut self) {
        self.serving = None;
    }

    pub(crate) fn push(&self, version: &str) -> Digest {
        self.push_saying(version, version)
    }

    /// Publishes a release whose page says `text`.
    pub(crate) fn push_saying(&self, version: &str, text: &str) -> Digest {
        self.registry.push("acme/whale", version, &whale(text))
    }

    /// Runs a command line, split at blanks.
    #[track_caller]
    pub(crate) fn run(&self, line: &str) -> Output {
        self.outrigger.run(line.split_whitespace())
    }

    /// Runs a command line and tells all that it printed, without what differs from run to run.
    #[track_caller]
    pub(crate) fn says(&self, line: &str, code: i32) -> String {
        let output = self.run(line).fails_with(code);
        format!("{}{}", output.stdout, output.stderr)
    }

    /// The one extension that is installed, as `ls` tells it in JSON.
    #[track_caller]
    pub(crate) fn extension(&self) -> Value {
        self.run("ls --format json").ok().json()["extensions"][0].clone()
    }

    #[track_caller]
    pub(crate) fn version(&self) -> String {
        self.extension()["version"].as_str().unwrap_or("-").to_owned()
    }

    /// What the page of the installed release says.
    #[track_caller]
    pub(crate) fn page(&self) -> String {
        let path = Utf8PathBuf::from(self.extension()["path"].as_str().unwrap());
        std::fs::read_to_string(path.join("ui/dashboard-tab/index.html")).unwrap()
    }

    pub(crate) fn activation(&self) -> Utf8PathBuf {
        self.outrigger.home().join(format!("activations/{NAME}.json"))
    }
}

/// The whale: a page and a program.
pub(crate) fn whale(text: &str) -> Image {
    let metadata = r#"{"ui": {"dashboard-tab": {"title": "Whale", "root": "/ui", "src": "index.html"}},
        "host": {"binaries": [{"linux": [{"path": "/linux/whale"}]}]}}"#;
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .layer(Layer::new().file("base", vec![7; 5000], 0o644))
        .layer(
            Layer::new()
                .file("metadata.json", metadata, 0o644)
                .file("ui/index.html", text.to_owned(), 0o644)
                .file("linux/whale", format!("#!/bin/sh\necho {text}\n"), 0o755),
        )
        .build()
}
