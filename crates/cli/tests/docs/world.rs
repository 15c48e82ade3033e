//! The world of the examples: two registries, and what their authors have made.
//!
//! Docker Hub holds `acme/whale` and `acme/otter`, the company's own registry `tools/lens`. What has been pushed when a page begins
//! is the [`Story`]'s; the rest waits for a `docker push` in an example.

use std::cell::RefCell;
use std::collections::BTreeSet;

use embedded::Registry;
use embedded::image::{Image, Layer};
use testkit::{Serving, serve};

/// The company's registry.
const CORPORATE: &str = "registry.corp.example";

/// What a page begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// Two extensions on Docker Hub and one in the company, each with its first releases.
    Acme,
    /// No registry: for what needs none, and shows the configuration.
    Empty,
}

impl Story {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "acme" => Self::Acme,
            "empty" => Self::Empty,
            other => panic!("there is no story `{other}`"),
        }
    }
}

/// The registries, served as long as this lives.
pub(crate) struct World {
    served: Vec<(&'static str, Registry, Serving)>,
    /// What was pushed so far: pushed again, it is something else.
    pushed: RefCell<BTreeSet<String>>,
}

impl World {
    pub(crate) fn new(story: Story) -> Self {
        let registries: &[_] = match story {
            Story::Acme => &["docker.io", CORPORATE],
            Story::Empty => &[],
        };
        let served = registries.iter().map(|name| {
            let registry = Registry::new();
            let serving = serve(&registry);
            (*name, registry, serving)
        });
        let world = Self {
            served: served.collect(),
            pushed: RefCell::default(),
        };
        if story == Story::Acme {
            for reference in [
                "acme/whale:1.0.0",
                "acme/whale:1.1.0",
                "acme/otter:0.9.0",
                "registry.corp.example/tools/lens:3.1.0",
            ] {
                world.push(reference);
            }
        }
        world
    }

    /// Publishes what its author has made under this reference; the second time, what became of it since.
    pub(crate) fn push(&self, reference: &str) {
        let (registry, path) = match reference.split_once('/') {
            Some((CORPORATE, path)) => (CORPORATE, path),
            _ => ("docker.io", reference),
        };
        let (repository, tag) = path.rsplit_once(':').unwrap();
        let release = RELEASES
            .iter()
            .find(|release| release.repository == repository && release.tag == tag)
            .unwrap_or_else(|| panic!("nobody has made {reference}"));
        let (_, registry, _) = self
            .served
            .iter()
            .find(|(name, ..)| *name == registry)
            .unwrap_or_else(|| panic!("there is no {registry} in this story"));
        let is_first = self.pushed.borrow_mut().insert(reference.to_owned());
        let text = if is_first {
            tag.to_owned()
        } else {
            format!("{tag}, mended")
        };
        registry.push(repository, tag, &release.image(&text));
    }

    /// The tables of a configuration that lead to these registries.
    pub(crate) fn endpoints(&self) -> String {
        let table = |(name, _, serving): &(&str, _, Serving)| {
            format!(
                "\n[registry.\"{name}\"]\nendpoint = \"http://{}\"\n",
                serving.authority()
            )
        };
        self.served.iter().map(table).collect()
    }

    /// What was printed, with the registries under their real addresses.
    pub(crate) fn disguise(&self, printed: &str) -> String {
        self.served
            .iter()
            .fold(printed.to_owned(), |text, (name, _, serving)| {
                let real = if *name == "docker.io" {
                    "registry-1.docker.io"
                } else {
                    name
                };
                text.replace(
                    &format!("http://{}", serving.authority()),
                    &format!("https://{real}"),
                )
            })
    }
}

/// A release as its author made it.
struct Release {
    repository: &'static str,
    tag: &'static str,
    created: &'static str,
    labels: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str, u32)],
}

impl Release {
    /// For both architectures, on a base that all releases share.
    fn image(&self, text: &str) -> Image {
        let image = |platform| {
            let base = Layer::new().file("usr/share/licence.txt", "Do as you like.\n", 0o644);
            let top = self
                .files
                .iter()
                .fold(Layer::new(), |layer, (path, content, mode)| {
                    layer.file(path, content.replace("@VERSION@", text), *mode)
                });
            let image = Image::builder()
                .platform(platform)
                .created(self.created)
                .layer(base)
                .layer(top);
            self.labels
                .iter()
                .fold(image, |image, (name, value)| image.label(name, value))
                .build()
        };
        Image::index(["linux/amd64", "linux/arm64"].map(|platform| (platform, image(platform))))
    }
}

const TITLE: &str = "org.opencontainers.image.title";
const DESCRIPTION: &str = "org.opencontainers.image.description";
const VENDOR: &str = "org.opencontainers.image.vendor";
const API_VERSION: &str = "com.docker.desktop.extension.api.version";
const CATEGORIES: &str = "com.docker.extension.categories";

const WHALE: [(&str, &str); 5] = [
    (TITLE, "Whale Watch"),
    (DESCRIPTION, "Watch your containers surface and dive"),
    (VENDOR, "Acme"),
    (API_VERSION, ">= 0.3.0"),
    (CATEGORIES, "utility-tools"),
];
const WHALE_OF_TOMORROW: [(&str, &str); 5] =
    [WHALE[0], WHALE[1], WHALE[2], (API_VERSION, ">= 9.0"), WHALE[4]];

const COMPOSE: &str = "services:
  lookout:
    image: ${DESKTOP_PLUGIN_IMAGE}
";
const COMPOSE_WITH_SOCKET: &str = "services:
  lookout:
    image: ${DESKTOP_PLUGIN_IMAGE}
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
";

const fn whale(compose: &'static str) -> [(&'static str, &'static str, u32); 5] {
    [
        (
            "metadata.json",
            r#"{
  "icon": "whale.svg",
  "ui": { "dashboard-tab": { "title": "Whale Watch", "root": "/ui", "src": "index.html" } },
  "vm": { "composefile": "compose.yaml", "exposes": { "socket": "whale.sock" } },
  "host": {
    "binaries": [
      {
        "linux": [{ "path": "/linux/whale" }],
        "darwin": [{ "path": "/darwin/whale" }],
        "windows": [{ "path": "/windows/whale.exe" }]
      }
    ]
  }
}
"#,
            0o644,
        ),
        ("whale.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>\n", 0o644),
        ("ui/index.html", "<h1>Whale Watch @VERSION@</h1>\n", 0o644),
        ("compose.yaml", compose, 0o644),
        ("linux/whale", "#!/bin/sh\necho whale @VERSION@\n", 0o755),
    ]
}

const QUIET_WHALE: [(&str, &str, u32); 5] = whale(COMPOSE);
const CURIOUS_WHALE: [(&str, &str, u32); 5] = whale(COMPOSE_WITH_SOCKET);

const OTTER: [(&str, &str, u32); 2] = [
    (
        "metadata.json",
        r#"{ "ui": { "dashboard-tab": { "title": "Otter Pool", "root": "ui", "src": "index.html" } } }"#,
        0o644,
    ),
    ("ui/index.html", "<h1>Otter Pool @VERSION@</h1>\n", 0o644),
];

const LENS: [(&str, &str, u32); 2] = [
    (
        "metadata.json",
        r#"{ "host": { "binaries": [{ "linux": [{ "path": "/lens" }], "darwin": [{ "path": "/lens" }] }] } }"#,
        0o644,
    ),
    ("lens", "#!/bin/sh\necho lens @VERSION@\n", 0o755),
];

const RELEASES: [Release; 8] = [
    Release {
        repository: "acme/whale",
        tag: "1.0.0",
        created: "2026-02-02T09:00:00Z",
        labels: &WHALE,
        files: &QUIET_WHALE,
    },
    Release {
        repository: "acme/whale",
        tag: "1.1.0",
        created: "2026-03-16T09:00:00Z",
        labels: &WHALE,
        files: &QUIET_WHALE,
    },
    Release {
        repository: "acme/whale",
        tag: "1.2.0",
        created: "2026-05-04T09:00:00Z",
        labels: &WHALE,
        files: &QUIET_WHALE,
    },
    Release {
        repository: "acme/whale",
        tag: "1.3.0",
        created: "2026-06-01T09:00:00Z",
        labels: &WHALE,
        files: &CURIOUS_WHALE,
    },
    Release {
        repository: "acme/whale",
        tag: "2.0.0",
        created: "2026-07-06T09:00:00Z",
        labels: &WHALE_OF_TOMORROW,
        files: &CURIOUS_WHALE,
    },
    Release {
        repository: "acme/otter",
        tag: "0.9.0",
        created: "2026-04-01T09:00:00Z",
        labels: &[
            (TITLE, "Otter Pool"),
            (DESCRIPTION, "Shared volumes at a glance"),
            (VENDOR, "Acme"),
            (API_VERSION, ">= 0.3.0"),
        ],
        files: &OTTER,
    },
    Release {
        repository: "tools/lens",
        tag: "3.1.0",
        created: "2026-04-20T09:00:00Z",
        labels: &[
            (TITLE, "Lens"),
            (DESCRIPTION, "Read the company's build logs"),
            (VENDOR, "Corp Tools"),
            (API_VERSION, ">= 0.4.0"),
        ],
        files: &LENS,
    },
    Release {
        repository: "tools/lens",
        tag: "3.2.0",
        created: "2026-06-15T09:00:00Z",
        labels: &[
            (TITLE, "Lens"),
            (DESCRIPTION, "Read the company's build logs"),
            (VENDOR, "Corp Tools"),
            (API_VERSION, ">= 0.4.0"),
        ],
        files: &LENS,
    },
];
