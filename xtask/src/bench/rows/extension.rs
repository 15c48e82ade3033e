//! An extension made of real files, as a build would make it: what is compressible here is compressible there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use embedded::image::{Image, ImageBuilder, Layer};
use serde_json::json;

/// The suffixes of files that a user interface is made of.
const UI_SUFFIXES: &[&str] = &[
    "html", "js", "css", "svg", "png", "json", "woff", "woff2", "ttf", "map",
];
/// Where distributions keep such files.
const UI_FOLDERS: &[&str] = &["/usr/share", "/usr/lib"];
/// Longer ones are data, not pages.
const LONGEST_UI_FILE: u64 = 1 << 20;

/// Programs that stand for the binaries of an extension. Each comes with a package that benchmarks need anyway; those for
/// other systems are Linux programs under other names.
pub(super) const BACKEND: &str = "/usr/bin/buildah";
pub(super) const LINUX: &str = "/usr/bin/skopeo";
pub(super) const DARWIN: &str = "/usr/bin/docker-registry";
pub(super) const WINDOWS: &str = "/usr/bin/umoci";

/// What a payload of it holds, as paths in the image.
pub(super) const PAYLOAD: [&str; 5] = ["metadata.json", "icon.svg", "compose.yaml", "ui", "linux"];

/// The packages whose programs stand for those of an extension, with the registry that serves it.
pub(super) const NEEDS: &[&str] = &["buildah", "docker-registry", "skopeo", "umoci"];

/// How large the user interface is.
pub(super) struct Ui {
    pub(super) files: usize,
    pub(super) bytes: u64,
}

/// That of the extension of at least 70 MB.
pub(super) const UI: Ui = Ui {
    files: 400,
    bytes: 12 << 20,
};

/// The layers of a release as `buildah`, `docker-registry`, `skopeo` and `umoci` bring them, from the bottom: backend, three systems' binaries, user interface, and what describes it.
pub(super) struct Layers {
    /// The layers, unpacked.
    pub(super) layers: Vec<Layer>,
    /// Their bytes, unpacked.
    pub(super) size: u64,
}

/// A release whose user interface has so many files of so many bytes, or a little less.
pub(super) fn layers(ui: &Ui) -> anyhow::Result<Layers> {
    let mut size = 0;
    let mut binary = |from: &str, name: &str| -> anyhow::Result<Layer> {
        let content = fs_err::read(from)?;
        size += content.len() as u64;
        Ok(Layer::new().file(name, content, 0o755))
    };
    let mut layers = vec![
        binary(BACKEND, "backend/service")?,
        binary(DARWIN, "darwin/tool")?,
        binary(WINDOWS, "windows/tool.exe")?,
        binary(LINUX, "linux/tool")?,
    ];
    let (ui, bytes) = ui_layers(ui, 1)?;
    layers.extend(ui);
    layers.push(description(&[
        ("darwin", "tool"),
        ("windows", "tool.exe"),
        ("linux", "tool"),
    ]));
    Ok(Layers {
        layers,
        size: size + bytes,
    })
}

/// An image of these layers, with the labels that make it an extension.
pub(super) fn image(layers: Vec<Layer>) -> Image {
    let builder = Image::builder()
        .label("org.opencontainers.image.title", "Harbour")
        .label("org.opencontainers.image.description", "Files to measure with")
        .label("org.opencontainers.image.vendor", "Acme")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0");
    layers.into_iter().fold(builder, ImageBuilder::layer).build()
}

/// What stands in the top layer; `binaries` are the systems that have one, with its name.
pub(super) fn description(binaries: &[(&str, &str)]) -> Layer {
    let files = describing(binaries).into_iter();
    files.fold(Layer::new(), |layer, (name, content)| {
        layer.file(name, content, 0o644)
    })
}

/// The files that describe an extension, by their names.
pub(super) fn describing(binaries: &[(&str, &str)]) -> [(&'static str, String); 3] {
    let binaries = binaries.iter();
    let host = binaries.map(|(system, name)| json!({ *system: [{ "path": format!("/{system}/{name}") }] }));
    let metadata = json!({
        "icon": "icon.svg",
        "ui": { "dashboard-tab": { "title": "Harbour", "root": "/ui", "src": "index.html" } },
        "vm": { "composefile": "compose.yaml" },
        "host": { "binaries": host.collect::<Vec<_>>() },
    });
    let compose = "services:\n  harbour:\n    image: ${DESKTOP_PLUGIN_IMAGE}\n";
    [
        ("metadata.json", metadata.to_string()),
        (
            "icon.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n".to_owned(),
        ),
        ("compose.yaml", compose.to_owned()),
    ]
}

/// A layer of one real program for the user interface, again and again until it has so many bytes; its copies are named after `name`.
pub(super) fn copies(size: usize, name: &str) -> anyhow::Result<Layer> {
    let program = Bytes::from(fs_err::read(DARWIN)?);
    let copies = 0..size.div_ceil(program.len());
    Ok(copies.fold(Layer::new(), |layer, copy| {
        layer.file(format!("ui/{name}-{copy}"), program.clone(), 0o644)
    }))
}

/// So many layers that share a user interface, and its bytes. Each names the folders of its files before them, as builders do.
pub(super) fn ui_layers(ui: &Ui, count: usize) -> anyhow::Result<(Vec<Layer>, u64)> {
    let (found, bytes) = ui_files(ui)?;
    let index = [(PathBuf::from("index.html"), Bytes::from("<!doctype html>\n"))];
    let mut layers = vec![UiLayer::default(); count];
    let contents = found
        .iter()
        .map(|path| Ok((path.clone(), fs_err::read(path)?.into())));
    for (place, file) in index.into_iter().map(anyhow::Ok).chain(contents).enumerate() {
        let (path, content) = file?;
        let path = format!("ui/{}", below(&path));
        layers[place % count].add(Path::new(&path), content);
    }
    Ok((layers.into_iter().map(|layer| layer.layer).collect(), bytes))
}

/// A layer of a user interface under construction.
#[derive(Debug, Clone, Default)]
struct UiLayer {
    layer: Layer,
    folders: BTreeSet<PathBuf>,
}

impl UiLayer {
    fn add(&mut self, path: &Path, content: Bytes) {
        let mut folders: Vec<_> = path.ancestors().skip(1).collect();
        folders.reverse();
        let mut layer = std::mem::take(&mut self.layer);
        // The last ancestor is the empty path.
        for folder in folders.into_iter().skip(1) {
            if self.folders.insert(folder.to_owned()) {
                layer = layer.folder(folder.as_os_str().as_encoded_bytes());
            }
        }
        self.layer = layer.file(path.as_os_str().as_encoded_bytes(), content, 0o644);
    }
}

/// The path of a file below the folder of the user interface.
pub(super) fn below(path: &Path) -> std::path::Display<'_> {
    path.strip_prefix("/").unwrap_or(path).display()
}

/// The files of a user interface beside its `index.html`, and their bytes.
pub(super) fn ui_files(ui: &Ui) -> anyhow::Result<(Vec<PathBuf>, u64)> {
    let mut found = Vec::new();
    for folder in UI_FOLDERS {
        collect(Path::new(folder), &mut found)?;
    }
    // By their names alone they would come from one package only.
    found.sort_by_cached_key(|(path, _)| mixed_order(path));
    let average = ui.bytes / ui.files as u64;
    let mut chosen = Vec::new();
    let (mut files, mut bytes) = (1, 0);
    for (path, size) in found {
        if files == ui.files {
            break;
        }
        // Below the average that is wanted only larger files are taken, above it only smaller ones.
        if (bytes < average * files as u64) == (size > average) {
            chosen.push(path);
            files += 1;
            bytes += size;
        }
    }
    ensure!(
        files == ui.files && bytes * 10 >= ui.bytes * 9,
        "below {} there are only {files} files for a user interface, of {bytes} bytes",
        UI_FOLDERS.join(" and ")
    );
    Ok((chosen, bytes))
}

/// An order that mixes all folders, and is the same on every run.
fn mixed_order(path: &Path) -> u64 {
    // FNV-1a: short, and nothing depends on how good it is.
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// The files below a folder that a user interface could hold, with their sizes. Links are not followed.
fn collect(folder: &Path, found: &mut Vec<(PathBuf, u64)>) -> anyhow::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&path, found)?;
        } else if kind.is_file() && is_of_a_ui(&path) {
            let size = entry.metadata().context("a file that was just listed")?.len();
            if (1..=LONGEST_UI_FILE).contains(&size) {
                found.push((path, size));
            }
        }
    }
    Ok(())
}

fn is_of_a_ui(path: &Path) -> bool {
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    suffix.is_some_and(|suffix| UI_SUFFIXES.contains(&suffix)) && path.to_str().is_some()
}
