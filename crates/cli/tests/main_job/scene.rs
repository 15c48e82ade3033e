//! A registry and the binary, and what every test says with them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use embedded::Image;
use embedded::image::{ImageBuilder, Layer};
use model::Digest;
use serde_json::Value;
use testkit::{Output, Outrigger, RealRegistry};

use crate::registry::Registry;

/// The label that says which Extension API a release needs.
pub(crate) const API: &str = "com.docker.desktop.extension.api.version";

/// A registry that stands in for Docker Hub, and the binary on a desktop for linux/amd64.
pub(crate) struct Scene {
    pub(crate) registry: Box<dyn Registry>,
    pub(crate) outrigger: Outrigger,
    /// What the blobs and manifests that were pushed are, for [`Scene::asked_by`].
    names: RefCell<BTreeMap<String, String>>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::at(crate::start())
    }

    /// The same with a registry that wants a login; that is docker-registry.
    pub(crate) fn with_login(user: &str, password: &str) -> Self {
        Self::at(Box::new(RealRegistry::start_with_login(user, password).unwrap()))
    }

    fn at(registry: Box<dyn Registry>) -> Self {
        let scene = Self {
            registry,
            outrigger: outrigger(),
            names: RefCell::default(),
        };
        scene.config("");
        scene
    }

    /// Writes the configuration, whose endpoint for Docker Hub is the registry; unless it says otherwise for linux/amd64.
    pub(crate) fn config(&self, toml: &str) -> &Self {
        let host = if toml.contains("[host]") {
            ""
        } else {
            "[host]\nplatform = \"linux/amd64\"\n"
        };
        let hub = format!(
            "[registry.\"docker.io\"]\nendpoint = \"http://{}\"\n",
            self.registry.authority()
        );
        self.outrigger.config(&format!("{toml}\n{host}{hub}"));
        self
    }

    /// Writes the configuration with this allow-list.
    pub(crate) fn allow(&self, lines: &str) -> &Self {
        self.config("[policy]\nallow-list = \"allow.txt\"\n");
        self.outrigger.allow(lines);
        self
    }

    /// Publishes the whale of this version.
    pub(crate) fn push(&self, version: &str) -> Digest {
        self.push_image("acme/whale", version, &whale(version).build())
    }

    /// Publishes the whale of this version with this API requirement.
    pub(crate) fn push_needing(&self, version: &str, api: &str) -> Digest {
        self.push_image("acme/whale", version, &whale(version).label(API, api).build())
    }

    /// Publishes an image.
    pub(crate) fn push_image(&self, repository: &str, tag: &str, image: &Image) -> Digest {
        self.name(tag, image);
        self.registry.push(repository, tag, image)
    }

    fn name(&self, tag: &str, image: &Image) {
        let mut names = self.names.borrow_mut();
        let mut name = |digest: &Digest, what: String| {
            names.entry(digest.to_string()).or_insert(what);
        };
        name(image.digest(), format!("[manifest of {tag}]"));
        if let Some(config) = image.config_digest() {
            name(config, format!("[config of {tag}]"));
        }
        for (position, layer) in image.layer_digests().iter().enumerate() {
            name(layer, format!("[layer {position} of {tag}]"));
        }
        drop(names);
        for listed in image.images() {
            self.name(tag, listed);
        }
    }

    /// Runs a command line, split at blanks.
    #[track_caller]
    pub(crate) fn run(&self, line: &str) -> Output {
        self.outrigger.run(line.split_whitespace())
    }

    /// Runs a command line, asserts its exit code, and tells what was asked of the registry: sorted lines without queries, with
    /// digests replaced by what was pushed under them.
    #[track_caller]
    pub(crate) fn asked_by(&self, line: &str, code: i32) -> String {
        self.registry.clear_requests();
        self.run(line).fails_with(code);
        let pushed = self.names.borrow();
        let mut lines: Vec<_> = self
            .registry
            .requests()
            .iter()
            .map(|request| {
                let path = request.path.split('?').next().unwrap_or_default();
                let path = path.strip_prefix("/v2/").unwrap_or(path);
                let told = pushed
                    .iter()
                    .fold(path.to_owned(), |path, (digest, name)| path.replace(digest, name));
                match request.status {
                    200 | 206 => format!("{} {told}", request.method),
                    status => format!("{} {told} {status}", request.method),
                }
            })
            .collect();
        lines.sort();
        lines.join("\n")
    }

    /// What a scan finds: `kind id installed -> version (reason codes)` in lines, a dash for what is null.
    #[track_caller]
    pub(crate) fn scan(&self) -> String {
        findings(&self.run("scan --format json").ok().json())
    }

    /// What the last scan found, as [`Scene::scan`] tells it.
    #[track_caller]
    pub(crate) fn outdated(&self) -> String {
        findings(&self.run("outdated --format json").ok().json())
    }

    /// The one extension that is installed, as `ls` tells it in JSON.
    #[track_caller]
    pub(crate) fn installed(&self) -> Value {
        let listed = self.run("ls --format json").ok().json();
        let extensions = listed["extensions"].as_array().unwrap();
        assert_eq!(extensions.len(), 1, "{listed}");
        extensions[0].clone()
    }

    /// The version of the one extension that is installed.
    #[track_caller]
    pub(crate) fn version(&self) -> String {
        self.installed()["version"].as_str().unwrap().to_owned()
    }
}

/// The binary with nothing around it.
pub(crate) fn outrigger() -> Outrigger {
    Outrigger::new(env!("CARGO_BIN_EXE_outrigger"))
}

/// The whale: a lower layer that all its versions share, and one with everything else.
pub(crate) fn whale(version: &str) -> ImageBuilder {
    extension("Whale", version)
}

/// An extension of this title, over the layer that all share.
pub(crate) fn extension(title: &str, version: &str) -> ImageBuilder {
    let metadata =
        format!(r#"{{"ui":{{"dashboard-tab":{{"title":"{title}","root":"/ui","src":"index.html"}}}}}}"#);
    Image::builder()
        .label("org.opencontainers.image.title", title)
        .label("org.opencontainers.image.vendor", "Acme")
        .label("org.opencontainers.image.description", "Sees containers pass by")
        .label(API, ">= 0.3.0")
        .created("2026-01-01T00:00:00Z")
        .layer(Layer::new().file("usr/share/base.bin", vec![7; 5000], 0o644))
        .layer(Layer::new().file("metadata.json", metadata, 0o644).file(
            "ui/index.html",
            format!("{title} {version}"),
            0o644,
        ))
}

/// A whale whose config is no JSON, which a registry does not look at.
pub(crate) fn broken(version: &str) -> Image {
    let config = format!("not JSON of {version}");
    let digest = Digest::of(config.as_bytes());
    let image = whale(version).build();
    let image = image.edit_document(|manifest| {
        manifest["config"]["digest"] = digest.to_string().into();
        manifest["config"]["size"] = config.len().into();
    });
    image.with_blob(&digest, config)
}

/// The keys of a JSON object in their order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The findings of a JSON document, a line for each.
pub(crate) fn findings(document: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |finding: &Value| {
        let reasons: Vec<_> = finding["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| text(&reason["code"]))
            .collect();
        let line = format!(
            "{} {} {} -> {}",
            text(&finding["kind"]),
            text(&finding["id"]),
            text(&finding["installed"]),
            text(&finding["version"])
        );
        if reasons.is_empty() {
            line
        } else {
            format!("{line} ({})", reasons.join(", "))
        }
    };
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
