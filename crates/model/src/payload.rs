//! Which files of an image a host needs, and where they go.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::image_path::ImagePath;
use crate::metadata::Metadata;
use crate::platform::System;

/// Suffixes by which Windows knows what it can run; execute bits mean nothing there.
const WINDOWS_EXECUTABLES: [&str; 5] = ["exe", "cmd", "bat", "com", "ps1"];

/// What the metadata says that a path of the image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadKind {
    /// A file, or a link to one.
    File,
    /// A folder with everything below it.
    Folder,
    /// Whichever it turns out to be: `host.binaries` lists both, and does not tell them apart.
    Either,
}

/// One path of the image that belongs to the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadEntry {
    /// Where it is in the image.
    pub source: ImagePath,
    /// Where it goes, below the generation's folder, with `/` between the parts. What stands below a folder `source`
    /// goes to the same place below `destination`.
    pub destination: String,
    /// What it is.
    pub kind: PayloadKind,
}

/// Something without which the payload is not what the metadata promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The file, or for a host binary the file or folder, below the generation's folder.
    pub destination: String,
    /// What the metadata names, as a path of the image, for the message.
    pub named: ImagePath,
    may_be_folder: bool,
}

impl Required {
    /// Whether a folder would do. An empty one leaves no file behind, so that [`PayloadPlan::missing`] cannot see it.
    pub fn may_be_folder(&self) -> bool {
        self.may_be_folder
    }
}

/// A file that an extension brings for the user's machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostBinary {
    /// The base name by which pages run it. Not unique: real images bring equal names in several folders.
    pub name: String,
    /// Where it is, below the generation's folder.
    pub path: String,
}

/// The payload of one extension for one system (contract, "Payload paths"):
/// `icon.<suffix>`, `ui/<tab>/…`, `host/<path in the image>`, `vm/<compose file>`.
///
/// A file of the image may belong to several entries, such as an icon that stands in a UI folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadPlan {
    /// The paths of the image to take.
    pub entries: Vec<PayloadEntry>,
    /// What must be there afterwards.
    pub required: Vec<Required>,
    system: System,
}

impl PayloadPlan {
    /// Plans the payload of `metadata` for a desktop that runs `system`.
    ///
    /// A tab's root may be the root of the image: then the whole image is its UI, within the limits of the unpacking.
    pub fn new(metadata: &Metadata, system: System) -> Self {
        let mut plan = Self {
            entries: Vec::new(),
            required: Vec::new(),
            system,
        };
        if let Some(icon) = &metadata.icon {
            let destination = icon
                .suffix()
                .map_or_else(|| "icon".to_owned(), |suffix| format!("icon.{suffix}"));
            plan.take_file(icon, destination);
        }
        for tab in &metadata.tabs {
            let destination = format!("ui/{}", tab.name);
            let page = format!("{destination}/{}", tab.src.as_str());
            plan.require(page, tab.root.join(&tab.src), PayloadKind::File);
            plan.take(&tab.root, destination, PayloadKind::Folder);
        }
        plan.take_host_binaries(metadata.host.of(system));
        if let Some(compose_file) = metadata.vm.as_ref().and_then(|vm| vm.compose_file.as_ref()) {
            plan.take_file(compose_file, format!("vm/{}", compose_file.as_str()));
        }
        plan
    }

    /// The paths of the image to take, none of them within another: the filter for a layer that streams by.
    pub fn sources(&self) -> Vec<ImagePath> {
        let sources: BTreeSet<_> = self.entries.iter().map(|entry| &entry.source).collect();
        let texts = sources.iter().map(|source| source.as_str()).collect();
        sources
            .into_iter()
            .filter(|source| !is_below_any(source, &texts))
            .cloned()
            .collect()
    }

    /// What is required and not among `files`, the files that were placed, by their paths below the generation's
    /// folder. A folder is there if a file is below it.
    pub fn missing(&self, files: &BTreeSet<String>) -> Vec<&Required> {
        self.required
            .iter()
            .filter(|required| !files.contains(&required.destination))
            .filter(|required| {
                let folder = format!("{}/", required.destination);
                let below = files.range(folder.clone()..).next();
                !(required.may_be_folder && below.is_some_and(|file| file.starts_with(&folder)))
            })
            .collect()
    }

    /// The record of what pages may run, from the placed files: each with its path below the generation's folder and
    /// whether its execute bit is set.
    ///
    /// Every file that the metadata lists itself counts, since it cannot be told which are data; of a listed folder
    /// only what can be run.
    pub fn host_binaries<'a>(&self, files: impl IntoIterator<Item = (&'a str, bool)>) -> Vec<HostBinary> {
        let listed: BTreeSet<&str> = self
            .required
            .iter()
            .map(|required| required.destination.as_str())
            .collect();
        let mut binaries: Vec<_> = files
            .into_iter()
            .filter(|(path, _)| path.starts_with("host/"))
            .filter(|(path, executable)| listed.contains(path) || self.can_run(path, *executable))
            .map(|(path, _)| HostBinary {
                name: path.rsplit('/').next().unwrap_or(path).to_owned(),
                path: path.to_owned(),
            })
            .collect();
        binaries.sort();
        binaries
    }

    fn can_run(&self, path: &str, executable: bool) -> bool {
        let suffix = path.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        match self.system {
            System::Windows => WINDOWS_EXECUTABLES
                .iter()
                .any(|known| known.eq_ignore_ascii_case(suffix)),
            System::Linux | System::Darwin => executable,
        }
    }

    /// A path that stands within another listed one goes to the same place with it.
    fn take_host_binaries(&mut self, paths: &[ImagePath]) {
        let listed = paths.iter().map(ImagePath::as_str).collect();
        for path in paths {
            let destination = format!("host/{}", path.as_str());
            self.require(destination.clone(), path.clone(), PayloadKind::Either);
            if !is_below_any(path, &listed) {
                self.take(path, destination, PayloadKind::Either);
            }
        }
    }

    fn take_file(&mut self, source: &ImagePath, destination: String) {
        self.require(destination.clone(), source.clone(), PayloadKind::File);
        self.take(source, destination, PayloadKind::File);
    }

    fn take(&mut self, source: &ImagePath, destination: String, kind: PayloadKind) {
        self.entries.push(PayloadEntry {
            source: source.clone(),
            destination,
            kind,
        });
    }

    fn require(&mut self, destination: String, named: ImagePath, kind: PayloadKind) {
        self.required.push(Required {
            destination,
            named,
            may_be_folder: kind != PayloadKind::File,
        });
    }
}

/// Whether one of `folders` is a parent of `path`, at any height.
fn is_below_any(path: &ImagePath, folders: &BTreeSet<&str>) -> bool {
    let path = path.as_str();
    let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
    parents
        .chain((!path.is_empty()).then_some(""))
        .any(|parent| folders.contains(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENSION: &str = r#"{
        "icon": "/img/Whale.SVG",
        "ui": {"dashboard-tab": {"root": "/ui", "src": "/app/index.html?v1"}, "second": {"root": "/", "src": "x.html"}},
        "vm": {"composefile": "/compose/compose.yaml"},
        "host": {"binaries": [{
            "linux": [{"path": "/linux/whale"}, {"path": "/tools/whale"}, {"path": "/tools"}],
            "windows": [{"path": "/windows/"}, {"path": "/data/whale.properties"}]
        }]}
    }"#;

    fn plan(metadata: &str, system: System) -> PayloadPlan {
        PayloadPlan::new(&Metadata::parse(metadata.as_bytes()).unwrap(), system)
    }

    fn entries(plan: &PayloadPlan) -> Vec<(String, &str, PayloadKind)> {
        let entry = |entry: &PayloadEntry| (entry.source.to_string(), entry.kind);
        let destinations = plan.entries.iter().map(|entry| entry.destination.as_str());
        let both = plan.entries.iter().map(entry).zip(destinations);
        both.map(|((source, kind), destination)| (source, destination, kind))
            .collect()
    }

    fn missing(plan: &PayloadPlan, files: &[&str]) -> Vec<String> {
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        plan.missing(&files)
            .iter()
            .map(|required| required.named.to_string())
            .collect()
    }

    #[test]
    fn each_part_has_its_place_and_other_systems_have_none() {
        let linux = plan(EXTENSION, System::Linux);
        assert_eq!(
            entries(&linux),
            [
                ("/img/Whale.SVG".to_owned(), "icon.SVG", PayloadKind::File),
                ("/ui".to_owned(), "ui/dashboard-tab", PayloadKind::Folder),
                ("/".to_owned(), "ui/second", PayloadKind::Folder),
                ("/linux/whale".to_owned(), "host/linux/whale", PayloadKind::Either),
                ("/tools".to_owned(), "host/tools", PayloadKind::Either),
                (
                    "/compose/compose.yaml".to_owned(),
                    "vm/compose/compose.yaml",
                    PayloadKind::File
                ),
            ]
        );
        let windows = plan(EXTENSION, System::Windows);
        let host = |plan: &PayloadPlan| {
            plan.entries
                .iter()
                .filter(|entry| entry.destination.starts_with("host/"))
                .count()
        };
        assert_eq!((host(&windows), host(&plan(EXTENSION, System::Darwin))), (2, 0));
        assert_eq!(plan("{}", System::Linux).entries, []);
        assert_eq!(
            plan(r#"{"icon": "whale"}"#, System::Linux).entries[0].destination,
            "icon"
        );
    }

    #[test]
    fn the_filter_names_no_path_within_another() {
        let sources = |metadata: &str| -> Vec<_> {
            plan(metadata, System::Linux)
                .sources()
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(sources(EXTENSION), ["/"]);
        let overlapping = r#"{
            "icon": "ui/a/whale.svg",
            "ui": {"dashboard-tab": {"root": "ui"}},
            "host": {"binaries": [{"linux": ["/ui-tools/whale", "/ui/whale", "/bin/x"]}]}
        }"#;
        assert_eq!(sources(overlapping), ["/bin/x", "/ui", "/ui-tools/whale"]);
    }

    #[test]
    fn whatever_the_metadata_names_must_be_there_and_only_for_this_system() {
        let linux = plan(EXTENSION, System::Linux);
        let complete = [
            "icon.SVG",
            "ui/dashboard-tab/app/index.html",
            "ui/second/x.html",
            "host/linux/whale",
            "host/tools/whale",
            "vm/compose/compose.yaml",
        ];
        assert_eq!(
            missing(&linux, &complete),
            Vec::<String>::new(),
            "a folder is there by what is below it"
        );
        let named = [
            "/img/Whale.SVG",
            "/ui/app/index.html",
            "/x.html",
            "/linux/whale",
            "/tools/whale",
            "/compose/compose.yaml",
        ];
        for (index, named) in named.into_iter().enumerate() {
            let mut files = complete.to_vec();
            files.remove(index);
            assert!(missing(&linux, &files).contains(&named.to_owned()), "{named}");
        }
        let with_folder = plan(r#"{"icon": "whale.svg"}"#, System::Linux);
        assert_eq!(
            missing(&with_folder, &["icon.svg/x"]),
            ["/whale.svg"],
            "a folder is no icon"
        );
    }

    #[test]
    fn listed_files_are_binaries_and_of_a_listed_folder_what_can_run() {
        let names = |system, files: &[(&str, bool)]| -> Vec<_> {
            let binaries = plan(EXTENSION, system).host_binaries(files.iter().copied());
            binaries
                .into_iter()
                .map(|binary| (binary.name, binary.path))
                .collect()
        };
        let pair = |name: &str, path: &str| (name.to_owned(), path.to_owned());
        let linux = [
            ("host/tools/whale", true),
            ("host/linux/whale", false),
            ("host/tools/readme.txt", false),
            ("host/tools/bin/squid", true),
            ("ui/dashboard-tab/app/run.sh", true),
            ("icon.SVG", true),
        ];
        assert_eq!(
            names(System::Linux, &linux),
            [
                pair("squid", "host/tools/bin/squid"),
                pair("whale", "host/linux/whale"),
                pair("whale", "host/tools/whale"),
            ]
        );
        let windows = [
            ("host/windows/whale.EXE", false),
            ("host/windows/whale.dll", true),
            ("host/windows/noending", true),
            ("host/data/whale.properties", false),
        ];
        assert_eq!(
            names(System::Windows, &windows),
            [
                pair("whale.EXE", "host/windows/whale.EXE"),
                pair("whale.properties", "host/data/whale.properties"),
            ]
        );
    }
}
