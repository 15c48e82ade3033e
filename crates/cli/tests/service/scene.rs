//! A registry, the binary, and what every test says with them.

use embedded::Image;
use embedded::image::{ImageBuilder, Layer};
use serde_json::json;
use testkit::{Line, Link, Outrigger, RealRegistry, Service};

/// The label that says which Extension API a release needs.
pub(crate) const API: &str = "com.docker.desktop.extension.api.version";

/// The whale's id as one part of a path.
pub(crate) const WHALE: &str = "docker.io%2Facme%2Fwhale";

/// docker-registry in the place of Docker Hub, and a desktop for linux/amd64 with an allow-list.
pub(crate) struct Scene {
    pub(crate) registry: RealRegistry,
    pub(crate) outrigger: Outrigger,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let registry = RealRegistry::start().unwrap();
        let outrigger = desktop(registry.authority());
        Self { registry, outrigger }
    }

    /// The same with a line to the registry on which a hundred kilobytes take a second.
    pub(crate) fn with_slow_line() -> (Self, Link) {
        let scene = Self::new();
        let slow = Line {
            bytes_per_second: 100_000,
            round_trip: std::time::Duration::ZERO,
        };
        let link = Link::to(scene.registry.authority(), slow).unwrap();
        configure(&scene.outrigger, &link.authority(), "");
        (scene, link)
    }

    /// Writes the configuration with these sections besides.
    pub(crate) fn configure(&self, toml: &str) {
        configure(&self.outrigger, self.registry.authority(), toml);
    }

    pub(crate) fn push(&self, repository: &str, version: &str, image: &Image) {
        self.registry.push(repository, version, image);
    }

    pub(crate) fn serve(&self) -> Service {
        Service::start(&self.outrigger, &[])
    }

    /// The version of the whale as the command line tells it; none where it is not installed.
    pub(crate) fn version(&self) -> Option<String> {
        let listed = self.outrigger.run(["ls", "--format", "json"]).ok().json();
        let version = listed["extensions"].get(0)?["version"].as_str();
        version.map(str::to_owned)
    }
}

/// Orders a large whale, and waits until some of it has come. Gives the job.
pub(crate) fn half_downloaded(service: &Service) -> String {
    let mut events = service.events(None);
    let job = service.order(&json!({ "kind": "install", "reference": "acme/whale", "accept": true }));
    let mut bytes = 0;
    while bytes < 50_000 {
        bytes = events.next_event().data["progress"]["bytes"]
            .as_u64()
            .unwrap_or_default();
    }
    job
}

fn desktop(authority: &str) -> Outrigger {
    let outrigger = outrigger();
    configure(&outrigger, authority, "");
    outrigger.allow("acme/whale\nacme/squid\n");
    outrigger
}

fn configure(outrigger: &Outrigger, authority: &str, toml: &str) {
    outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[policy]\nallow-list = \"allow.txt\"\n\
         [registry.\"docker.io\"]\nendpoint = \"http://{authority}\"\n{toml}"
    ));
}

/// The binary with nothing around it.
pub(crate) fn outrigger() -> Outrigger {
    Outrigger::new(env!("CARGO_BIN_EXE_outrigger"))
}

/// The service of an empty home folder.
pub(crate) fn alone() -> (Outrigger, Service) {
    let outrigger = outrigger();
    let service = Service::start(&outrigger, &[]);
    (outrigger, service)
}

/// The whale of this version, which brings a program for the host since 1.1.0.
pub(crate) fn whale(version: &str) -> ImageBuilder {
    let host = if version == "1.0.0" {
        ""
    } else {
        r#","host":{"binaries":[{"linux":[{"path":"/bin/whalectl"}]}]}"#
    };
    let metadata = format!(
        r#"{{"icon":"whale.svg","ui":{{"dashboard-tab":{{"title":"Whale","root":"/ui","src":"index.html"}}}}{host}}}"#
    );
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("org.opencontainers.image.description", "Sees containers pass by")
        .label(API, ">= 0.3.0")
        .layer(
            Layer::new()
                .file("metadata.json", metadata, 0o644)
                .file("whale.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 0o644)
                .file("bin/whalectl", "#!/bin/sh\n", 0o755)
                .file("ui/index.html", format!("Whale {version}"), 0o644),
        )
}

/// A whale whose payload is of so many bytes that do not get smaller.
pub(crate) fn large_whale(version: &str, size: usize) -> Image {
    let mut state = 0x9e37_79b9_u32;
    let noise = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    });
    let bytes: Vec<u8> = noise.take(size).collect();
    whale(version)
        .layer(Layer::new().file("ui/large.bin", bytes, 0o644))
        .build()
}
