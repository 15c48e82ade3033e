//! A desktop, a registry, and an extension in it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use embedded::Registry;
use embedded::image::{Image, ImageBuilder, Layer};
use insta::internals::SettingsBindDropGuard;
use serde_json::Value;
use testkit::{Entry, Kind, Output, Outrigger, Serving, Tree};

/// The repository of [`whale`].
pub(crate) const REPOSITORY: &str = "acme/whale";

/// Names a file of every kind.
pub(crate) const METADATA: &str = r#"{
    "icon": "whale.svg",
    "ui": {"dashboard-tab": {"title": "Whale", "root": "/ui", "src": "index.html"}},
    "vm": {"composefile": "compose.yaml"},
    "host": {"binaries": [{
        "linux": [{"path": "/linux/whale"}],
        "darwin": [{"path": "/darwin/whale"}],
        "windows": [{"path": "/windows/whale.exe"}]
    }]}
}"#;

/// Has only pages, in `/ui`.
pub(crate) const PAGES: &str =
    r#"{"ui": {"dashboard-tab": {"title": "Whale", "root": "/ui", "src": "index.html"}}}"#;

/// A compose file that asks for nothing in particular.
pub(crate) const COMPOSE: &str = "services:\n  whale:\n    image: ${DESKTOP_PLUGIN_IMAGE}\n";

/// Without label and layer.
pub(crate) fn bare() -> ImageBuilder {
    Image::builder()
}

/// With the labels that every extension should carry, and no layer.
pub(crate) fn labelled() -> ImageBuilder {
    bare()
        .label("org.opencontainers.image.title", "Whale")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
}

/// Everything that [`METADATA`] names.
pub(crate) fn content() -> Layer {
    with_metadata(METADATA)
        .file("whale.svg", "<svg/>", 0o644)
        .file("compose.yaml", COMPOSE, 0o644)
        .file("linux/whale", "linux", 0o755)
        .file("darwin/whale", "darwin", 0o755)
        .file("windows/whale.exe", "windows", 0o755)
        .file("ui/index.html", "<p>Whale", 0o644)
}

/// A layer that begins with this metadata.
pub(crate) fn with_metadata(metadata: &str) -> Layer {
    Layer::new().file("metadata.json", metadata.to_owned(), 0o644)
}

/// An extension as it should be, of one layer; more can be added above.
pub(crate) fn whale() -> ImageBuilder {
    labelled().layer(content())
}

/// An extension of nothing but pages, of one layer.
pub(crate) fn pages() -> ImageBuilder {
    labelled().layer(with_metadata(PAGES).file("ui/index.html", "<p>Whale", 0o644))
}

/// A registry, and a desktop that may install everything from it.
pub(crate) struct Scene {
    pub(crate) registry: Registry,
    pub(crate) outrigger: Outrigger,
    serving: Serving,
    _filters: SettingsBindDropGuard,
}

impl Scene {
    /// Nothing is published, nothing installed; the desktop is linux/amd64.
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let serving = testkit::serve(&registry);
        let mut settings = insta::Settings::clone_current();
        for (pattern, replacement) in testkit::filters() {
            settings.add_filter(pattern, replacement);
        }
        settings.add_filter(r"\bstaging/\w{12}\b", "staging/[name]");
        let scene = Self {
            registry,
            outrigger: Outrigger::new(env!("CARGO_BIN_EXE_outrigger")),
            serving,
            _filters: settings.bind_to_scope(),
        };
        scene.configure("linux/amd64", "");
        scene
    }

    /// The extension is installed in release 1.0.0.
    pub(crate) fn with_whale() -> Self {
        let scene = Self::new();
        scene.push("1.0.0", &whale().build());
        scene.install("1.0.0").ok();
        scene
    }

    /// Another platform, and more lines of configuration.
    pub(crate) fn configure(&self, platform: &str, more: &str) -> &Self {
        self.outrigger.config(&format!(
            "[policy]\nallow-list = \"allow.txt\"\n[host]\nplatform = \"{platform}\"\n{more}"
        ));
        self.outrigger.allow(&format!("{}/\n", self.authority()));
        self
    }

    pub(crate) fn authority(&self) -> String {
        self.serving.authority()
    }

    /// The extension's id.
    pub(crate) fn id(&self) -> String {
        format!("{}/{REPOSITORY}", self.authority())
    }

    pub(crate) fn push(&self, tag: &str, image: &Image) -> &Self {
        self.registry.push(REPOSITORY, tag, image);
        self
    }

    pub(crate) fn install(&self, tag: &str) -> Output {
        self.outrigger
            .run(["install", "-f", &format!("{}:{tag}", self.id())])
    }

    /// Publishes an image as 1.0.0 and installs it without a word of complaint.
    #[track_caller]
    pub(crate) fn installs(&self, image: &Image) {
        let warnings = self.installs_with_warnings(image);
        assert!(warnings.is_empty(), "{warnings}");
    }

    /// Publishes an image as 1.0.0, installs it, and answers what was warned of, a line for each.
    #[track_caller]
    pub(crate) fn installs_with_warnings(&self, image: &Image) -> String {
        self.push("1.0.0", image);
        let reference = format!("{}:1.0.0", self.id());
        let output = self
            .outrigger
            .run(["--format", "json", "install", "-f", &reference])
            .ok();
        let document = output.json();
        let warnings = document["warnings"].as_array().unwrap().iter();
        let warnings: Vec<_> = warnings.map(|warning| warning.as_str().unwrap()).collect();
        warnings.join("\n")
    }

    /// The extension, as `ls` lists it.
    #[track_caller]
    pub(crate) fn listed(&self) -> Value {
        let listing = self.outrigger.run(["ls", "--format", "json"]).ok().json();
        let extensions = listing["extensions"].as_array().unwrap().clone();
        assert_eq!(extensions.len(), 1, "{listing}");
        extensions[0].clone()
    }

    /// The folder of the installed generation.
    #[track_caller]
    pub(crate) fn folder(&self) -> Utf8PathBuf {
        self.listed()["path"].as_str().unwrap().into()
    }

    /// What is installed, but for the two documents that every generation has.
    #[track_caller]
    pub(crate) fn payload(&self) -> Payload {
        let folder = self.folder();
        let mut tree = testkit::tree(&folder).entries().clone();
        assert!(tree.remove(Utf8Path::new("metadata.json")).is_some());
        assert!(tree.remove(Utf8Path::new("labels.json")).is_some());
        Payload { folder, tree }
    }

    /// Everything that lasts, here and around the home folder; locks, the cache of layers, what scans remember and the notes
    /// of what failed do not count.
    fn lasting(&self) -> BTreeMap<Utf8PathBuf, Entry> {
        let surroundings: Tree = testkit::tree(self.outrigger.surroundings());
        let forgettable = |path: &Utf8Path| {
            let below_home = path.strip_prefix("home").unwrap_or(path).as_str();
            let is_note = path.file_name().is_some_and(|name| name.starts_with("failed-"));
            is_note
                || ["locks", "blobs", "facts"]
                    .iter()
                    .any(|name| below_home.starts_with(name))
        };
        let entries = surroundings.entries().iter();
        entries
            .filter(|(path, _)| !forgettable(path))
            .map(|(path, entry)| (path.clone(), entry.clone()))
            .collect()
    }

    /// Everything in the folder in which the program runs but the home folder: nothing of it is the program's to change.
    pub(crate) fn around_home(&self) -> BTreeMap<Utf8PathBuf, Entry> {
        let surroundings = testkit::tree(self.outrigger.surroundings());
        let entries = surroundings.entries().iter();
        entries
            .filter(|(path, _)| !path.starts_with("home"))
            .map(|(path, entry)| (path.clone(), entry.clone()))
            .collect()
    }

    /// Publishes an image as 2.0.0 and has it refused with this code: whichever way it is asked for, nothing changes and the
    /// installed release stays. Answers what `install` says.
    #[track_caller]
    pub(crate) fn refuses(&self, code: i32, image: &Image) -> String {
        self.push("2.0.0", image);
        self.refuses_all_of(
            code,
            &[
                &["update", "-f", &self.id(), "--to", "2.0.0"],
                &["install", "-f", &format!("{}:2.0.0", self.id())],
            ],
        )
    }

    /// Has each of these commands fail with this code, with one JSON document where that is asked for, and change
    /// nothing. Answers what the last one says.
    #[track_caller]
    pub(crate) fn refuses_all_of(&self, code: i32, commands: &[&[&str]]) -> String {
        let before = self.lasting();
        let listed = self.outrigger.run(["ls", "--format", "json"]).ok().stdout;
        let mut said = String::new();
        for command in commands {
            let json = [&["--format", "json"], *command].concat();
            let error = self.outrigger.run(json).fails_with(code).error_json();
            assert!(error["error"]["code"].is_string(), "{error}");
            let output = self.outrigger.run(command.iter().copied()).fails_with(code);
            assert_eq!(output.stdout, "", "{command:?}");
            said = output.stderr;
            assert_eq!(before, self.lasting(), "{command:?} changed something");
        }
        let listed_now = self.outrigger.run(["ls", "--format", "json"]).ok().stdout;
        assert_eq!(listed, listed_now);
        said
    }
}

/// The files of an installed generation.
pub(crate) struct Payload {
    folder: Utf8PathBuf,
    tree: BTreeMap<Utf8PathBuf, Entry>,
}

impl Payload {
    /// The paths of all files, in order.
    pub(crate) fn files(&self) -> Vec<&str> {
        let files = self.tree.iter();
        let files = files.filter(|(_, entry)| !matches!(entry.kind, Kind::Folder));
        files.map(|(path, _)| path.as_str()).collect()
    }

    /// The content of a file, as text.
    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        fs_err::read_to_string(self.folder.join(path)).unwrap()
    }

    /// The permission bits of a file.
    #[track_caller]
    pub(crate) fn mode(&self, path: &str) -> u32 {
        self.tree[Utf8Path::new(path)].mode
    }
}
