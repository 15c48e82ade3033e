//! The binary, and a registry with faults that stands in for Docker Hub.

use embedded::image::{ImageBuilder, Layer};
use embedded::{Image, Registry};
use testkit::{FaultyRegistry, Output, Outrigger, Serving};

/// Limits with which nothing waits long.
pub(crate) const BRIEF: &str = "\
[limits]
idle-time = \"1s\"
document-time = \"2s\"
connect-time = \"2s\"
retry-time = \"4s\"
retries = 2
resumes = 2
pages = 5
";

pub(crate) struct Scene {
    pub(crate) faulty: FaultyRegistry,
    pub(crate) honest: Registry,
    pub(crate) whale: Image,
    pub(crate) outrigger: Outrigger,
    _serving: Serving,
}

impl Scene {
    /// `acme/whale:1.0.0`, with a layer of noise that takes its time.
    pub(crate) fn new() -> Self {
        let honest = Registry::new();
        let whale = whale("1.0.0");
        honest.push("acme/whale", "1.0.0", &whale);
        let serving = testkit::serve(&honest);
        let faulty = FaultyRegistry::in_front_of(&serving.authority());
        let scene = Self {
            faulty,
            honest,
            whale,
            outrigger: Outrigger::new(env!("CARGO_BIN_EXE_outrigger")),
            _serving: serving,
        };
        scene.config(BRIEF);
        scene
    }

    /// Writes the configuration, whose endpoint for Docker Hub is the registry with faults.
    pub(crate) fn config(&self, toml: &str) -> &Self {
        self.outrigger.config(&format!(
            "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = \"http://{}\"\n{toml}",
            self.faulty.authority()
        ));
        self
    }

    /// Runs a command line, split at blanks.
    #[track_caller]
    pub(crate) fn run(&self, line: &str) -> Output {
        self.outrigger.run(line.split_whitespace())
    }

    #[track_caller]
    pub(crate) fn install(&self) -> Output {
        self.run("install acme/whale --force")
    }

    /// The path of the layer that takes its time, at the registry.
    pub(crate) fn layer(&self) -> String {
        format!("/blobs/{}", self.whale.layer_digests()[0])
    }

    /// How many bytes that layer has.
    pub(crate) fn layer_size(&self) -> usize {
        self.whale.blobs()[&self.whale.layer_digests()[0]].len()
    }

    /// The `Range` of each request for that layer.
    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        let layer = self.layer();
        let asked = self.faulty.requests().into_iter();
        asked
            .filter(|asked| asked.path.contains(&layer))
            .map(|asked| asked.range)
            .collect()
    }
}

/// The metadata of a whale.
pub(crate) const METADATA: &str =
    r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"/ui","src":"index.html"}}}"#;

/// So many bytes that no compression makes smaller; others for each `seed`, which is not zero.
pub(crate) fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// An extension over 300 000 bytes that no compression makes smaller.
pub(crate) fn whale(version: &str) -> Image {
    labelled()
        .layer(Layer::new().file("ui/noise.bin", noise(1, 300_000), 0o644))
        .layer(Layer::new().file("metadata.json", METADATA, 0o644).file(
            "ui/index.html",
            version.to_owned(),
            0o644,
        ))
        .build()
}

/// An image with the labels of a whale, and no layer yet.
pub(crate) fn labelled() -> ImageBuilder {
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("org.opencontainers.image.description", "Sees containers pass by")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .created("2026-01-01T00:00:00Z")
}
