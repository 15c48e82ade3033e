//! The other extensions of the demo's marketplace, one release each.
//!
//! They are there to be looked at: from one that has only a page to one that asks for a great deal, and one that no desktop of today
//! can run. Their backends are described and never run, as Porthole's.

use super::Release;
use crate::image::{Image, Layer};

/// Each extension of the fleet with its repository.
pub fn fleet() -> [(&'static str, Release); 4] {
    FLEET.map(|ship| (ship.repository, ship.release()))
}

struct Ship {
    repository: &'static str,
    version: &'static str,
    created: &'static str,
    api_version: &'static str,
    title: &'static str,
    description: &'static str,
    details: &'static str,
    categories: &'static str,
    icon: &'static str,
    compose: Option<&'static str>,
    /// The program that it brings for the user's machine.
    binary: Option<&'static str>,
}

const FLEET: [Ship; 4] = [
    Ship {
        repository: "acme/knots",
        version: "0.3.2",
        created: "2026-01-12T09:00:00Z",
        api_version: ">= 0.3.0",
        title: "Knots",
        description: "Draws which containers talk to each other, and over which network",
        details: "<p>Every network is a rope, every container a knot in it. <b>Only a page</b>: it starts nothing and \
                  brings no program.</p>",
        categories: "networking",
        icon: include_str!("assets/knots.svg"),
        compose: None,
        binary: None,
    },
    Ship {
        repository: "acme/beam",
        version: "2.4.0",
        created: "2026-03-30T09:00:00Z",
        api_version: ">= 0.3.4",
        title: "Lighthouse Beam",
        description: "Shines on open ports and says who listens behind them",
        details: "<p>Beam goes round once a minute and notes every port that is open on this machine.</p>\
                  <ul><li>Tells new ports from old ones.</li><li>Knows what usually listens there.</li></ul>",
        categories: "networking,security",
        icon: include_str!("assets/beam.svg"),
        compose: Some(include_str!("assets/compose-beam.yaml")),
        binary: None,
    },
    Ship {
        repository: "acme/ballast",
        version: "1.7.1",
        created: "2026-04-20T09:00:00Z",
        api_version: ">= 0.4.0",
        title: "Ballast",
        description: "Shows what volumes weigh, and throws overboard what nobody needs",
        details: "<p>Weighs volumes and images, and removes what is left over once you have agreed. For that it needs the \
                  engine's socket: read what it will be able to do before you say yes.</p>",
        categories: "volumes,utility-tools",
        icon: include_str!("assets/ballast.svg"),
        compose: Some(include_str!("assets/compose-ballast.yaml")),
        binary: Some("ballast"),
    },
    Ship {
        repository: "acme/dry-dock",
        version: "3.0.0",
        created: "2026-05-11T09:00:00Z",
        api_version: ">= 9.0",
        title: "Dry Dock",
        description: "Takes a container out of the water and repairs it while it runs",
        details: "<p>Needs a desktop with Extension API 9, which is not built yet.</p>",
        categories: "container-orchestration",
        icon: include_str!("assets/drydock.svg"),
        compose: None,
        binary: None,
    },
];

impl Ship {
    fn release(&self) -> Release {
        Release {
            version: self.version,
            image: Image::index(
                ["linux/amd64", "linux/arm64"].map(|platform| (platform, self.image(platform))),
            ),
        }
    }

    fn image(&self, platform: &str) -> Image {
        super::image((platform, self.created), [self.layer()], self.labels())
    }

    fn layer(&self) -> Layer {
        let page = format!(
            "<!doctype html>\n<title>{title}</title>\n<h1>{title} {version}</h1>\n",
            title = self.title,
            version = self.version
        );
        let mut layer = Layer::new()
            .file("metadata.json", self.metadata(), 0o644)
            .file("icon.svg", self.icon, 0o644)
            .file("ui/index.html", page, 0o644);
        if let Some(compose) = self.compose {
            layer = layer.file("compose.yaml", compose, 0o644);
        }
        if let Some(binary) = self.binary {
            let unix = format!("#!/bin/sh\necho {binary} {}\n", self.version);
            let windows = format!("@echo {binary} {}\r\n", self.version);
            layer = layer
                .file(format!("linux/{binary}"), unix.clone(), 0o755)
                .file(format!("darwin/{binary}"), unix, 0o755)
                .file(format!("windows/{binary}.cmd"), windows, 0o755);
        }
        layer
    }

    fn metadata(&self) -> String {
        let tab = serde_json::json!({ "title": self.title, "root": "/ui", "src": "index.html" });
        let mut metadata = serde_json::json!({ "icon": "icon.svg", "ui": { "dashboard-tab": tab } });
        if self.compose.is_some() {
            metadata["vm"] = serde_json::json!({ "composefile": "compose.yaml" });
        }
        if let Some(binary) = self.binary {
            metadata["host"] = serde_json::json!({ "binaries": [{
                "linux": [{ "path": format!("/linux/{binary}") }],
                "darwin": [{ "path": format!("/darwin/{binary}") }],
                "windows": [{ "path": format!("/windows/{binary}.cmd") }],
            }] });
        }
        metadata.to_string()
    }

    fn labels(&self) -> [(&'static str, &'static str); 7] {
        [
            ("org.opencontainers.image.title", self.title),
            ("org.opencontainers.image.description", self.description),
            ("org.opencontainers.image.vendor", "Acme Shipyard"),
            ("com.docker.desktop.extension.api.version", self.api_version),
            ("com.docker.extension.detailed-description", self.details),
            ("com.docker.extension.publisher-url", "https://shipyard.example"),
            ("com.docker.extension.categories", self.categories),
        ]
    }
}
