//! The extension of the demo: **Porthole**, which shows the containers that pass by.
//!
//! Three releases, made on the spot for two platforms. They share their lowest layer, so an update fetches only the upper one. The
//! last one asks for an Extension API that no desktop offers yet. Its backend is described and never run: the image holds no program
//! for a container.

mod fleet;

use model::digest::Digest;

pub use self::fleet::fleet;
use crate::image::{Image, Layer};

/// The repository under which the demo publishes it.
pub const REPOSITORY: &str = "acme/porthole";

/// The size of the data file in the shared layer: enough for a progress bar to be seen, and for reuse to pay.
const CHART_BYTES: usize = 1 << 20;

/// A release of the sample.
#[derive(Debug, Clone)]
pub struct Release {
    /// The tag: its version.
    pub version: &'static str,
    /// What the tag points to: an index of linux/amd64 and linux/arm64.
    pub image: Image,
}

/// The releases in order: 1.0.0; 1.1.0, an ordinary update; 2.0.0, which needs Extension API 9.0.
pub fn releases() -> [Release; 3] {
    HISTORY.map(|facts| Release {
        version: facts.version,
        image: Image::index(["linux/amd64", "linux/arm64"].map(|platform| (platform, facts.image(platform)))),
    })
}

/// What differs from one release to the next.
struct Facts {
    version: &'static str,
    created: &'static str,
    api_version: &'static str,
    changelog: &'static str,
    compose: &'static str,
}

const HISTORY: [Facts; 3] = [
    Facts {
        version: "1.0.0",
        created: "2026-02-02T09:00:00Z",
        api_version: ">= 0.3.0",
        changelog: "The first view through the porthole.",
        compose: include_str!("assets/compose.yaml"),
    },
    Facts {
        version: "1.1.0",
        created: "2026-03-16T09:00:00Z",
        api_version: ">= 0.4.0",
        changelog: "Containers that left port stay in view for a minute.",
        compose: include_str!("assets/compose.yaml"),
    },
    Facts {
        version: "2.0.0",
        created: "2026-05-04T09:00:00Z",
        api_version: ">= 9.0",
        changelog: "Talks to the harbour master, an interface that only desktops with Extension API 9 have.",
        compose: include_str!("assets/compose-2.yaml"),
    },
];

impl Facts {
    fn image(&self, platform: &str) -> Image {
        image(
            (platform, self.created),
            [shared_layer(), self.layer()],
            self.labels(),
        )
    }

    /// Everything that carries the version; `metadata.json` stands here, in the top layer, as most authors write it.
    fn layer(&self) -> Layer {
        let stamped = |text: &str| text.replace("@VERSION@", self.version);
        Layer::new()
            .file("metadata.json", include_str!("assets/metadata.json"), 0o644)
            .file("porthole.svg", include_str!("assets/porthole.svg"), 0o644)
            .file("compose.yaml", self.compose, 0o644)
            .file("ui/index.html", stamped(include_str!("assets/index.html")), 0o644)
            .file(
                "linux/porthole",
                stamped(include_str!("assets/porthole.sh")),
                0o755,
            )
            .file(
                "darwin/porthole",
                stamped(include_str!("assets/porthole.sh")),
                0o755,
            )
            .file(
                "windows/porthole.cmd",
                stamped(include_str!("assets/porthole.cmd")),
                0o755,
            )
    }

    fn labels(&self) -> [(&'static str, &'static str); 12] {
        [
            ("org.opencontainers.image.title", "Porthole"),
            (
                "org.opencontainers.image.description",
                "See your containers pass by",
            ),
            ("org.opencontainers.image.vendor", "Acme Shipyard"),
            ("com.docker.desktop.extension.api.version", self.api_version),
            (
                "com.docker.desktop.extension.icon",
                "https://porthole.example/porthole.svg",
            ),
            (
                "com.docker.extension.screenshots",
                include_str!("assets/screenshots.json"),
            ),
            (
                "com.docker.extension.detailed-description",
                include_str!("assets/description.html"),
            ),
            ("com.docker.extension.publisher-url", "https://porthole.example"),
            ("com.docker.extension.changelog", self.changelog),
            ("com.docker.extension.categories", "utility-tools,testing-tools"),
            (
                "com.docker.extension.additional-urls",
                include_str!("assets/links.json"),
            ),
            ("com.docker.extension.account-info", ""),
        ]
    }
}

/// An image for a platform, of a time.
fn image(
    (platform, created): (&str, &'static str),
    layers: impl IntoIterator<Item = Layer>,
    labels: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Image {
    let mut image = Image::builder().platform(platform).created(created);
    for layer in layers {
        image = image.layer(layer);
    }
    for (name, value) in labels {
        image = image.label(name, value);
    }
    image.build()
}

/// The layer under all releases: the page's style, and a large file that is no payload.
fn shared_layer() -> Layer {
    Layer::new()
        .file("ui/porthole.css", include_str!("assets/porthole.css"), 0o644)
        .file("usr/share/porthole/charts.bin", charts(), 0o644)
}

/// Bytes that no packer makes smaller, the same in every run: a chain of hashes in hexadecimal.
fn charts() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(CHART_BYTES);
    let mut link = Digest::of(b"porthole");
    while bytes.len() < CHART_BYTES {
        link = Digest::of(link.hex().as_bytes());
        bytes.extend_from_slice(link.hex().as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use model::permissions::Level;
    use model::{Labels, Metadata, Permissions, System};

    use super::*;

    #[test]
    fn releases_share_their_lowest_layer_and_nothing_else() {
        let layers = releases().map(|release| release.image.images()[0].layer_digests().to_vec());
        let [first, second, third] = &layers;
        assert_eq!((&first[0], &first[0]), (&second[0], &third[0]));
        assert!(first[1] != second[1] && second[1] != third[1]);
    }

    #[test]
    fn each_release_is_made_for_two_platforms_and_the_same_in_every_run() {
        for (release, again) in releases().iter().zip(releases()) {
            assert_eq!(release.image.images().len(), 2);
            assert_eq!(
                release.image.digest(),
                again.image.digest(),
                "{}",
                release.version
            );
        }
    }

    #[test]
    fn only_the_last_release_needs_an_interface_of_the_future() {
        let needs = releases().map(|release| {
            let labels = labels(&release);
            (release.version, labels.api_version.unwrap())
        });
        let expected = [("1.0.0", ">= 0.3.0"), ("1.1.0", ">= 0.4.0"), ("2.0.0", ">= 9.0")];
        assert_eq!(
            needs,
            expected.map(|(version, needs)| (version, needs.to_owned()))
        );
    }

    #[test]
    fn nothing_about_a_release_calls_for_a_warning() {
        for release in all() {
            assert_eq!(labels(&release).warnings(), []);
            let files = files(&release);
            let metadata = Metadata::parse(&files["metadata.json"]).unwrap();
            assert_eq!(metadata.warnings(), []);
            let compose = files.get("compose.yaml").map(Vec::as_slice);
            let (_, problem) = Permissions::of(&metadata, System::Linux, compose);
            assert_eq!(problem, None);
        }
    }

    #[test]
    fn the_fleet_goes_from_a_page_alone_to_the_socket_of_the_engine() {
        let level = |(repository, release): (&'static str, Release)| {
            let files = files(&release);
            let metadata = Metadata::parse(&files["metadata.json"]).unwrap();
            let compose = files.get("compose.yaml").map(Vec::as_slice);
            let (permissions, _) = Permissions::of(&metadata, System::Linux, compose);
            (repository, permissions.level())
        };
        let expected = [
            ("acme/knots", Level::Low),
            ("acme/beam", Level::Medium),
            ("acme/ballast", Level::High),
            ("acme/dry-dock", Level::Low),
        ];
        assert_eq!(fleet().map(level), expected);
    }

    #[test]
    fn every_system_finds_what_the_metadata_names() {
        for release in releases() {
            let files = files(&release);
            for file in ["porthole.svg", "ui/index.html", "ui/porthole.css"] {
                assert!(files.contains_key(file), "{file}");
            }
            let metadata = Metadata::parse(&files["metadata.json"]).unwrap();
            for system in System::ALL {
                let [binary] = metadata.host.of(system) else {
                    panic!("not one binary for {system}");
                };
                let content = &files[binary.to_string().trim_start_matches('/')];
                assert!(
                    String::from_utf8_lossy(content).contains(release.version),
                    "{system}"
                );
            }
        }
    }

    fn all() -> Vec<Release> {
        let fleet = fleet().map(|(_, release)| release);
        releases().into_iter().chain(fleet).collect()
    }

    fn labels(release: &Release) -> Labels {
        let image = &release.image.images()[0];
        let config: serde_json::Value =
            serde_json::from_slice(&image.blobs()[image.config_digest().unwrap()]).unwrap();
        Labels::read(&serde_json::from_value(config["config"]["Labels"].clone()).unwrap())
    }

    fn files(release: &Release) -> BTreeMap<String, Vec<u8>> {
        let image = &release.image.images()[0];
        let mut files = BTreeMap::new();
        for layer in image.layer_digests() {
            let unpacked = flate2::read::GzDecoder::new(image.blobs()[layer].as_ref());
            for entry in tar::Archive::new(unpacked).entries().unwrap() {
                let mut entry = entry.unwrap();
                let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                files.insert(name, content);
            }
        }
        files
    }
}
