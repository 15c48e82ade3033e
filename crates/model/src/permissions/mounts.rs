//! What containers reach of the host's files and of others' volumes, in the short and the long form of compose.

use std::collections::BTreeMap;

use super::places;
use super::yaml::{Node, split_short_form};
use super::{ComposeParse, Permission};

/// Where every backend's own socket is; old compose files mount it themselves (contract, 5.4).
const GUEST_SERVICES: &str = "/run/guest-services";

/// Keys of a service that name files which compose reads for it.
const FILE_KEYS: [&str; 2] = ["env_file", "label_file"];

/// What stands behind a mount.
#[derive(Clone)]
enum Source {
    /// A file or folder, as written.
    Path(String),
    /// A volume that is not only the extension's, by its name.
    Volume(String),
}

/// What the document declares at its top under names, and that leads out of the extension.
pub(super) struct Named(BTreeMap<(&'static str, String), Vec<Source>>);

impl Named {
    /// A declared volume may be a folder of the host by its driver's options or belong to others, a secret or a
    /// configuration may be a file.
    pub(super) fn read(document: &Node<'_>) -> Result<Self, ComposeParse> {
        let mut sources = BTreeMap::new();
        for (name, volume) in Node::entries(document.get("volumes"))? {
            let shared = volume.shared_name(&name)?.map(Source::Volume);
            let behind = shared.into_iter().chain(device(&volume)?).collect();
            sources.insert(("volumes", name), behind);
        }
        for key in ["secrets", "configs"] {
            for (name, declared) in Node::entries(document.get(key))? {
                if let Some(file) = declared.text_of("file")? {
                    sources.insert((key, name), vec![Source::Path(beside_compose_file(file))]);
                }
            }
        }
        Ok(Self(sources))
    }

    /// What a name may stand for: with a variable in it, each one that is declared.
    fn sources(&self, key: &str, name: &str) -> Vec<Source> {
        let is_meant = |declared: &str| declared == name || name.contains('$');
        let meant = self
            .0
            .iter()
            .filter(|((of, declared), _)| *of == key && is_meant(declared));
        meant.flat_map(|(_, sources)| sources.clone()).collect()
    }
}

/// What the engine's own volume driver mounts under the volume's name.
fn device(volume: &Node<'_>) -> Result<Option<Source>, ComposeParse> {
    let option = |name: &str| match volume.get("driver_opts") {
        Some(options) => options.text_of(name),
        None => Ok(None),
    };
    let Some(device) = option("device")? else {
        return Ok(None);
    };
    let flags = option("o")?.unwrap_or_default();
    let file_system = option("type")?.unwrap_or_default();
    let is_folder = flags.contains("bind") || flags.contains('$');
    Ok(match file_system.as_str() {
        "tmpfs" if !is_folder => None,
        "nfs" | "nfs4" | "cifs" if !is_folder => Some(Source::Volume(device)),
        // Only of this very form compose takes a relative path for one beside its file; otherwise the engine sees it,
        // and starts at the root.
        _ if flags != "bind" && device.starts_with(|first: char| first == '.' || first.is_alphanumeric()) => {
            Some(Source::Path(format!("/{device}")))
        }
        _ => Some(Source::Path(device)),
    })
}

/// Reads the mounts of a service, and the files that compose reads for it.
pub(super) fn read(service: &str, node: &Node<'_>, named: &Named) -> Result<Vec<Permission>, ComposeParse> {
    let mut found = Vec::new();
    for volume in Node::items(node.get("volumes"))? {
        let (sources, read_only) = if volume.is_mapping() {
            (
                long_form(&volume, named)?,
                volume.text_of("read_only")?.is_some_and(|text| text == "true"),
            )
        } else {
            short_form(&volume.text()?, named)
        };
        let mounts = sources
            .into_iter()
            .flat_map(|source| mount(service, source, read_only));
        found.extend(mounts);
    }
    for key in ["secrets", "configs"] {
        for name in Node::texts_or(node.get(key), "source")? {
            let sources = named.sources(key, &name).into_iter();
            found.extend(sources.flat_map(|source| mount(service, source, true)));
        }
    }
    let files = files_for_compose(node)?.into_iter().map(beside_compose_file);
    let others = files.filter(|file| !places::is_own(file)).map(Source::Path);
    found.extend(others.flat_map(|file| mount(service, file, true)));
    Ok(found)
}

/// The files and folders that compose itself reads: into the environment, or into an image.
fn files_for_compose(node: &Node<'_>) -> Result<Vec<String>, ComposeParse> {
    let mut files = Vec::new();
    for key in FILE_KEYS {
        files.extend(Node::texts_or(node.get(key), "path")?);
    }
    let build = node.get("build");
    files.extend(Node::texts_or(build.clone(), "context")?);
    match build.and_then(|build| build.get("additional_contexts")) {
        Some(contexts) if contexts.is_mapping() => {
            for (_, context) in Node::entries(Some(contexts))? {
                files.push(context.text()?);
            }
        }
        contexts => {
            for context in Node::items(contexts)? {
                let text = context.text()?;
                files.push(
                    text.split_once('=')
                        .map_or(text.as_str(), |(_, path)| path)
                        .to_owned(),
                );
            }
        }
    }
    Ok(files)
}

/// What is neither absolute nor a variable is beside the compose file, in the extension's own folder.
fn beside_compose_file(path: String) -> String {
    let is_drive = path
        .split_once(':')
        .is_some_and(|(drive, _)| places::is_drive(drive));
    if path.starts_with(['/', '\\', '.', '~', '$']) || is_drive {
        path
    } else {
        format!("./{path}")
    }
}

fn long_form(volume: &Node<'_>, named: &Named) -> Result<Vec<Source>, ComposeParse> {
    let Some(source) = volume.text_of("source")? else {
        return Ok(Vec::new());
    };
    let kind = volume.text_of("type")?.unwrap_or_default();
    Ok(match kind.as_str() {
        "volume" => named.sources("volumes", &source),
        "tmpfs" | "image" | "cluster" => Vec::new(),
        _ => vec![Source::Path(source)], // bind, npipe, and what is not known
    })
}

/// `[source:]target[:mode]`, where the source may begin with a drive letter. A variable may hold any part of it.
fn short_form(text: &str, named: &Named) -> (Vec<Source>, bool) {
    let mut parts: Vec<String> = split_short_form(text).into_iter().map(str::to_owned).collect();
    if parts.len() > 1 && places::is_drive(&parts[0]) && parts[1].starts_with(['/', '\\', '$']) {
        let drive = parts.remove(0);
        parts[0] = format!("{drive}:{}", parts[0]);
    }
    let source = &parts[0];
    if parts.len() < 2 && !source.contains('$') {
        return (Vec::new(), false); // a volume without a name
    }
    let mode = parts.last().filter(|_| parts.len() > 2);
    let read_only = mode.is_some_and(|mode| mode.split(',').any(|word| word == "ro"));
    let is_path = source.starts_with(['.', '~']) || source.contains(['/', '\\', '$']);
    let sources = if is_path {
        vec![Source::Path(source.clone())]
    } else {
        named.sources("volumes", source)
    };
    (sources, read_only)
}

fn mount(service: &str, source: Source, read_only: bool) -> Vec<Permission> {
    let service = service.to_owned();
    let source = match source {
        Source::Path(source) => source,
        Source::Volume(volume) => {
            return vec![Permission::SharedVolume {
                service,
                volume,
                read_only,
            }];
        }
    };
    if source.trim_end_matches('/') == GUEST_SERVICES {
        return Vec::new();
    }
    let engine = Permission::EngineSocket {
        service: service.clone(),
        source: source.clone(),
    };
    let is_engine = places::is_engine(&source);
    let holds_engine = places::holds_engine(&source);
    let mount = Permission::Mount {
        service,
        source,
        read_only,
    };
    match (is_engine, holds_engine) {
        (true, _) => vec![engine],
        (false, true) => vec![engine, mount],
        (false, false) => vec![mount],
    }
}
