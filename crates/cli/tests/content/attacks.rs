//! The known attacks on programs that unpack what strangers packed, one line for each family: what it is known as, what the
//! fixture does, and what comes of it.
//!
//! Every line is installed over a release that is there. Whatever happens, nothing beside the home folder changes, nothing
//! stays in staging, and of the home folder itself only what an install may change. What is said about the refusals, and the
//! attacks of a registry that answers differently each time, are in the other modules; attacks on the wire are in the tests
//! of the room `registry`.

use embedded::Image;
use embedded::image::{Compression, Layer};
use serde_json::{Value, json};

use crate::fixture::{Scene, labelled, pages, with_metadata};
use crate::hostile_archives::{header, pax, pax_file};

/// What comes of an attack.
enum Outcome {
    /// Exit code 6, and the installed release stays.
    Refused,
    /// It is installed with exactly these files in its tab.
    Harmless(&'static [&'static str]),
}

use Outcome::{Harmless, Refused};

struct Attack {
    known_as: &'static str,
    does: &'static str,
    /// Given a file and a folder of the machine that it would like to touch.
    image: fn(&Canary) -> Image,
    outcome: Outcome,
}

/// What stands beside the home folder, in the folder in which the program runs.
struct Canary {
    folder: String,
}

impl Canary {
    fn put_beside(scene: &Scene) -> Self {
        let folder = scene.outrigger.surroundings().join("canary");
        fs_err::create_dir(&folder).unwrap();
        fs_err::write(folder.join("file"), "untouched").unwrap();
        Self {
            folder: folder.into_string(),
        }
    }

    fn file(&self) -> String {
        format!("{}/file", self.folder)
    }
}

/// The pages of an extension under one more layer.
fn under(layer: Layer) -> Image {
    pages().layer(layer).build()
}

fn manifest(change: impl FnOnce(&mut Value)) -> Image {
    pages().build().edit_document(change)
}

const ATTACKS: &[Attack] = &[
    // Names.
    Attack {
        known_as: "oras 2021",
        does: "climbs out by its name",
        image: |_| under(Layer::new().file("ui/../../canary/file", "evil", 0o644)),
        outcome: Refused,
    },
    Attack {
        known_as: "oras 2021",
        does: "has an absolute name",
        image: |canary| under(Layer::new().file(canary.file(), "evil", 0o644)),
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "oras 2021",
        does: "has an empty name",
        image: |_| under(Layer::new().raw_entry(header(b'0', "", 0))),
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "oras 2021",
        does: "has a NUL in its name",
        image: |_| under(Layer::new().raw_entry(pax_file(&[("path", "ui/a\0.html")], "x"))),
        outcome: Refused,
    },
    Attack {
        known_as: "oras 2021",
        does: "has a name of 5000 bytes",
        image: |_| under(Layer::new().file("ui/".to_owned() + &"long/".repeat(1000), "", 0o644)),
        outcome: Refused,
    },
    // Symbolic links.
    Attack {
        known_as: "CVE-2020-27833",
        does: "climbs by a chain of links to the parent",
        image: |_| {
            let links = Layer::new()
                .symlink("ui/parent", "..")
                .symlink("ui/parent/parent", "..");
            under(links.file("ui/parent/parent/canary/file", "evil", 0o644))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2021-29136",
        does: "makes the root a link",
        image: |canary| {
            under(
                Layer::new()
                    .symlink("/.", &canary.folder)
                    .file("file", "evil", 0o644),
            )
        },
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "GHSA-m37j-52j7-pjw7",
        does: "writes through a chain that is inside by the letter",
        image: |canary| {
            let links = Layer::new()
                .symlink("ui/a", "b/../c")
                .symlink("ui/c", &canary.folder);
            under(links.folder("ui/b").file("ui/a/file", "evil", 0o644))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2026-29064",
        does: "writes through a link of a lower layer",
        image: |canary| {
            let link = Layer::new().symlink("ui/link", &canary.folder);
            let through = Layer::new().file("ui/link/file", "evil", 0o644);
            pages().layer(link).layer(through).build()
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2026-29064",
        does: "writes over a link to a file",
        image: |canary| {
            let link = Layer::new().symlink("ui/index.html", canary.file());
            pages()
                .layer(link)
                .layer(Layer::new().file("ui/index.html", "evil", 0o644))
                .build()
        },
        outcome: Harmless(&["index.html"]),
    },
    // Hard links.
    Attack {
        known_as: "CVE-2026-50163",
        does: "links to a file of the folder in which the program runs",
        image: |_| {
            under(
                Layer::new()
                    .hardlink("ui/leak", "canary/file")
                    .hardlink("ui/climb", "../canary/file"),
            )
        },
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "CVE-2026-23745",
        does: "links to an absolute path and writes over the link",
        image: |canary| {
            let link = Layer::new()
                .hardlink("ui/leak", canary.file())
                .hardlink("ui/kept", canary.file());
            under(link.file("ui/leak", "evil", 0o777))
        },
        outcome: Harmless(&["index.html", "leak"]),
    },
    Attack {
        known_as: "CVE-2026-26960",
        does: "combines two symbolic links and a hard link",
        image: |_| {
            let links = Layer::new().symlink("ui/up", "..").symlink("ui/up/up", "..");
            under(links.hardlink("ui/leak", "ui/up/up/canary/file"))
        },
        outcome: Refused,
    },
    // Modes.
    Attack {
        known_as: "CVE-2026-33056, CVE-2021-32760",
        does: "has a folder entry over a link, for its mode",
        image: |canary| under(Layer::new().symlink("ui/link", &canary.folder).folder("ui/link")),
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "CVE-2023-38497",
        does: "asks to be writable by everyone, and for another owner's rights",
        image: |_| {
            under(
                Layer::new()
                    .file("ui/open", "", 0o666)
                    .file("ui/tool", "", 0o7777),
            )
        },
        outcome: Harmless(&["index.html", "open", "tool"]),
    },
    Attack {
        known_as: "device nodes",
        does: "brings a device",
        image: |_| under(Layer::new().device("ui/zero", 1, 5)),
        outcome: Refused,
    },
    Attack {
        known_as: "device nodes",
        does: "brings a named pipe, which stops who reads it",
        image: |_| under(Layer::new().fifo("ui/pipe")),
        outcome: Refused,
    },
    // Archives that two programs read in two ways.
    Attack {
        known_as: "CVE-2025-62518, CVE-2026-33055",
        does: "hides an entry by a size in an extended header",
        image: |_| {
            let hidden = [header(b'0', "ui/hidden.html", 0)].concat();
            let size = hidden.len().to_string();
            under(
                Layer::new()
                    .raw_entry([pax(&[("size", &size)]), header(b'0', "ui/carrier", 0), hidden].concat()),
            )
        },
        outcome: Harmless(&["carrier", "index.html"]),
    },
    Attack {
        known_as: "CVE-2026-32766",
        does: "hides an extended header in the value of another one",
        image: |_| {
            let records = [("SCHILY.xattr.user.x", "y\n16 path=ui/evil\nz"), ("path", "ui/a")];
            under(Layer::new().raw_entry(pax_file(&records, "x")))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "RUSTSEC-2026-0112",
        does: "has two names in its extended headers",
        image: |_| under(Layer::new().raw_entry(pax_file(&[("path", "ui/one"), ("path", "ui/two")], "x"))),
        outcome: Refused,
    },
    Attack {
        known_as: "RUSTSEC-2026-0145",
        does: "has content where no content can be",
        image: |_| {
            let hidden = header(b'0', "ui/hidden.html", 0);
            under(Layer::new().raw_entry([header(b'5', "ui/folder", hidden.len()), hidden].concat()))
        },
        outcome: Refused,
    },
    // What the program itself writes.
    Attack {
        known_as: "CVE-2022-36113",
        does: "brings the documents of the generation, as links",
        image: |canary| {
            let links = ["labels.json", "ui/labels.json", "format.json"];
            under(
                links
                    .iter()
                    .fold(Layer::new(), |layer, name| layer.symlink(name, canary.file())),
            )
        },
        outcome: Harmless(&["index.html"]),
    },
    // Exhaustion.
    Attack {
        known_as: "CVE-2022-36114",
        does: "unpacks to thousands of times its size",
        image: |_| {
            let zeros = Layer::new().file("usr/zeros", vec![0; 80 << 20], 0o644);
            under(zeros.compression(Compression::Zstd))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2022-36114",
        does: "is a file with holes, which a header makes huge",
        image: |_| under(Layer::new().raw_entry(header(b'S', "ui/sparse", 0))),
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2022-36114",
        does: "is a folder of links to folders of links",
        image: |_| {
            let bomb = (0..30).fold(Layer::new().file("d30/file", "x", 0o644), |layer, level| {
                let next = format!("/d{}", level + 1);
                layer
                    .symlink(format!("d{level}/a"), &next)
                    .symlink(format!("d{level}/b"), &next)
            });
            under(bomb.symlink("ui/bomb", "/d0"))
        },
        outcome: Refused,
    },
    // Whiteouts.
    Attack {
        known_as: "umoci: whiteouts",
        does: "empties a folder through a link",
        image: |canary| {
            let link = Layer::new().symlink("ui/link", &canary.folder);
            pages().layer(link).layer(Layer::new().opaque("ui/link")).build()
        },
        outcome: Refused,
    },
    Attack {
        known_as: "umoci: whiteouts",
        does: "takes away the parent folder",
        image: |_| under(Layer::new().file("ui/.wh...", "", 0o644)),
        outcome: Refused,
    },
    Attack {
        known_as: "umoci: whiteouts",
        does: "takes away a file that the same layer brings",
        image: |_| {
            under(
                Layer::new()
                    .file("ui/index.html", "new", 0o644)
                    .whiteout("ui/index.html"),
            )
        },
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "umoci: whiteouts",
        does: "uses the device that overlayfs has for whiteouts",
        image: |_| under(Layer::new().device("ui/index.html", 0, 0)),
        outcome: Refused,
    },
    Attack {
        known_as: "umoci: whiteouts",
        does: "uses the attribute that overlayfs has for empty folders",
        image: |_| {
            let records = pax(&[("SCHILY.xattr.trusted.overlay.opaque", "y")]);
            under(Layer::new().raw_entry([records, header(b'5', "ui/", 0)].concat()))
        },
        outcome: Harmless(&["index.html"]),
    },
    // Names that are something else on another system; `archive` is told the system, and has the tests for all three.
    Attack {
        known_as: "go-containerregistry 2329",
        does: "has backslashes in its name",
        image: |_| under(Layer::new().file("ui/..\\..\\evil", "", 0o644)),
        outcome: Harmless(&["..\\..\\evil", "index.html"]),
    },
    Attack {
        known_as: "CVE-2024-51756",
        does: "is called like a device of Windows",
        image: |_| {
            under(
                Layer::new()
                    .file("ui/COM\u{b9}", "", 0o644)
                    .file("ui/nul.html", "", 0o644),
            )
        },
        outcome: Harmless(&["COM\u{b9}", "index.html", "nul.html"]),
    },
    Attack {
        known_as: "case and normal forms",
        does: "differs from another one only there",
        image: |_| {
            under(
                Layer::new()
                    .file("ui/INDEX.html", "", 0o644)
                    .file("ui/\u{e9}", "", 0o644)
                    .file("ui/e\u{301}", "", 0o644),
            )
        },
        outcome: Harmless(&["INDEX.html", "e\u{301}", "index.html", "\u{e9}"]),
    },
    // Documents.
    Attack {
        known_as: "CVE-2021-41190",
        does: "is an index and an image",
        image: |_| manifest(|manifest| manifest["manifests"] = json!([])),
        outcome: Refused,
    },
    Attack {
        known_as: "GHSA-77vh-xpmg-72qh",
        does: "is served as something else than it says",
        image: |_| {
            let bytes = pages().build().document().bytes().clone();
            pages()
                .build()
                .with_document("application/vnd.oci.image.index.v1+json", bytes)
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2024-3727",
        does: "has a digest that is a path",
        image: |_| {
            manifest(|manifest| manifest["layers"][0]["digest"] = json!("sha256:../../../../canary/file"))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2024-3727",
        does: "has a digest of an unknown algorithm",
        image: |_| {
            manifest(|manifest| manifest["config"]["digest"] = json!("md5:d41d8cd98f00b204e9800998ecf8427e"))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2024-3727",
        does: "has a digest that is too short",
        image: |_| manifest(|manifest| manifest["layers"][0]["digest"] = json!("sha256:0a")),
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2024-3727",
        does: "has a digest in capitals",
        image: |_| {
            let capitals = format!("sha256:{}", "0A".repeat(32));
            pages().build_with(|config| config["rootfs"]["diff_ids"][0] = json!(capitals))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2023-25153",
        does: "has a config of five megabytes",
        image: |_| pages().label("padding", &"x".repeat(5 << 20)).build(),
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2021-21285",
        does: "has nothing where its layers should be",
        image: |_| manifest(|manifest| manifest["layers"] = json!([null])),
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2021-21285",
        does: "has a layer of a negative size",
        image: |_| manifest(|manifest| manifest["layers"][0]["size"] = json!(-1)),
        outcome: Refused,
    },
    Attack {
        known_as: "CVE-2023-33958",
        does: "is an index of thousands of entries",
        image: |_| {
            Image::index([("linux/amd64", pages().build())]).edit_document(|index| {
                let entry = index["manifests"][0].clone();
                index["manifests"] = json!(vec![entry; 5000]);
            })
        },
        outcome: Refused,
    },
    // Labels and metadata.
    Attack {
        known_as: "CVE-2026-53488",
        does: "has labels that a shell, a terminal or another program would obey",
        image: |canary| {
            let command = format!("$(rm -rf {0}); `rm -rf {0}` \u{1b}[2J", canary.folder);
            let labels = [
                "org.opencontainers.image.title",
                "com.docker.extension.changelog",
                "io.kubernetes.cri.command",
            ];
            labels
                .iter()
                .fold(pages(), |image, label| image.label(label, &command))
                .build()
        },
        outcome: Harmless(&["index.html"]),
    },
    Attack {
        known_as: "paths in metadata",
        does: "wants its tab somewhere else",
        image: |_| {
            let metadata = json!({ "ui": { "../../../canary": { "root": "ui", "src": "index.html" } } });
            under(with_metadata(&metadata.to_string()))
        },
        outcome: Refused,
    },
    Attack {
        known_as: "paths in metadata",
        does: "takes its pages from somewhere else",
        image: |canary| {
            let metadata = json!({ "ui": { "dashboard-tab": { "root": canary.folder, "src": "file" } } });
            labelled().layer(with_metadata(&metadata.to_string())).build()
        },
        outcome: Refused,
    },
    Attack {
        known_as: "paths in metadata",
        does: "is itself a link to a file of the machine",
        image: |canary| {
            labelled()
                .layer(Layer::new().symlink("metadata.json", canary.file()))
                .build()
        },
        outcome: Refused,
    },
    Attack {
        known_as: "nesting in metadata",
        does: "is nested a hundred thousand times",
        image: |_| {
            under(with_metadata(&format!(
                "{}{}",
                "[".repeat(100_000),
                "]".repeat(100_000)
            )))
        },
        outcome: Refused,
    },
];

#[test]
fn every_known_attack_has_the_outcome_of_the_contract_and_touches_nothing_else() {
    for Attack {
        known_as,
        does,
        image,
        outcome,
    } in ATTACKS
    {
        println!("{known_as}: {does}"); // shown where it fails
        let scene = Scene::with_whale();
        let canary = Canary::put_beside(&scene);
        let around = scene.around_home();
        let image = image(&canary);
        match outcome {
            Refused => {
                let id = scene.id();
                let update = ["update", "-f", &id, "--to", "2.0.0"];
                scene.push("2.0.0", &image);
                scene.refuses_all_of(6, &[&update]);
            }
            Harmless(files) => {
                scene.push("2.0.0", &image);
                scene
                    .outrigger
                    .run(["update", "-f", &scene.id(), "--to", "2.0.0"])
                    .ok();
                let payload = scene.payload();
                let expected: Vec<_> = files
                    .iter()
                    .map(|file| format!("ui/dashboard-tab/{file}"))
                    .collect();
                assert_eq!(payload.files(), expected, "{known_as}: {does}");
                for file in payload.files() {
                    let mode = payload.mode(file);
                    assert!(
                        matches!(mode, 0o644 | 0o755),
                        "{known_as}: {file} has mode {mode:o}"
                    );
                    assert_ne!(
                        payload.text(file),
                        "untouched",
                        "{known_as}: {file} is a file of the machine"
                    );
                }
            }
        }
        assert_eq!(around, scene.around_home(), "{known_as}: {does}");
        let staged = testkit::tree(&scene.outrigger.home().join("staging"));
        assert!(staged.is_empty(), "{known_as}: {does}: {staged}");
    }
}
