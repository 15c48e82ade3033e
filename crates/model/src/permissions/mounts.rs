//! What containers reach of the host's files, in the short and the long form of compose.

use std::collections::BTreeMap;

use super::yaml::{Node, split_short_form};
use super::{ComposeParse, Level, Permission};

/// Words by which the engine's sockets and pipes are known, wherever they are: Docker's with its `.raw` and its
/// Windows pipes, containerd's, Podman's, and the private one of Docker Desktop.
const ENGINE_SOCKETS: [&str; 7] = [
    "docker.sock",
    "docker_engine",
    "dockerDesktop",
    "containerd.sock",
    "podman.sock",
    "crio.sock",
    "host-services",
];

/// Where every backend's own socket is; old compose files mount it themselves (contract, 5.4).
const GUEST_SERVICES: &str = "/run/guest-services";

/// What the document declares at its top under names, and that leads to files of the host.
pub(super) struct Named(BTreeMap<String, String>);

impl Named {
    /// A declared volume may be a folder of the host by its driver's options, a secret or a configuration a file.
    pub(super) fn read(document: &Node<'_>) -> Result<Self, ComposeParse> {
        let mut sources = BTreeMap::new();
        for (name, volume) in Node::entries(document.get("volumes"))? {
            let options = volume.get("driver_opts");
            if let Some(device) = options
                .map(|options| options.text_of("device"))
                .transpose()?
                .flatten()
            {
                sources.insert(format!("volumes/{name}"), device);
            }
        }
        for key in ["secrets", "configs"] {
            for (name, declared) in Node::entries(document.get(key))? {
                if let Some(file) = declared.text_of("file")? {
                    sources.insert(format!("{key}/{name}"), file);
                }
            }
        }
        Ok(Self(sources))
    }

    fn source(&self, key: &str, name: &str) -> Option<String> {
        self.0.get(&format!("{key}/{name}")).cloned()
    }
}

/// Reads `volumes`, `secrets` and `configs` of a service.
pub(super) fn read(service: &str, node: &Node<'_>, named: &Named) -> Result<Vec<Permission>, ComposeParse> {
    let mut found = Vec::new();
    for volume in Node::items(node.get("volumes"))? {
        let (source, read_only) = if volume.is_mapping() {
            (
                long_form(&volume, named)?,
                volume.text_of("read_only")?.is_some_and(|text| text == "true"),
            )
        } else {
            short_form(&volume.text()?, named)
        };
        found.extend(source.and_then(|source| mount(service, source, read_only)));
    }
    for key in ["secrets", "configs"] {
        for item in Node::items(node.get(key))? {
            let name = if item.is_mapping() {
                item.text_of("source")?
            } else {
                Some(item.text()?)
            };
            let source = name.and_then(|name| named.source(key, &name));
            found.extend(source.and_then(|source| mount(service, source, true)));
        }
    }
    Ok(found)
}

fn long_form(volume: &Node<'_>, named: &Named) -> Result<Option<String>, ComposeParse> {
    let source = volume.text_of("source")?;
    let kind = volume.text_of("type")?.unwrap_or_default();
    Ok(match kind.as_str() {
        "volume" => source.and_then(|name| named.source("volumes", &name)),
        "tmpfs" | "image" | "cluster" => None,
        _ => source, // bind, npipe, and what is not known
    })
}

/// `[source:]target[:mode]`, where the source may begin with a drive letter.
fn short_form(text: &str, named: &Named) -> (Option<String>, bool) {
    let mut parts: Vec<String> = split_short_form(text).into_iter().map(str::to_owned).collect();
    if parts.len() > 1 && is_drive(&parts[0]) && parts[1].starts_with(['/', '\\']) {
        let drive = parts.remove(0);
        parts[0] = format!("{drive}:{}", parts[0]);
    }
    if parts.len() < 2 {
        return (None, false); // a volume without a name
    }
    let mode = parts.last().filter(|_| parts.len() > 2);
    let read_only = mode.is_some_and(|mode| mode.split(',').any(|word| word == "ro"));
    let source = &parts[0];
    if source.starts_with(['/', '.', '~', '\\', '$']) || source.contains(['/', '\\']) {
        (Some(source.clone()), read_only)
    } else {
        (named.source("volumes", source), read_only)
    }
}

fn is_drive(part: &str) -> bool {
    part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn mount(service: &str, source: String, read_only: bool) -> Option<Permission> {
    let service = service.to_owned();
    if source.trim_end_matches('/') == GUEST_SERVICES {
        return None;
    }
    if ENGINE_SOCKETS.iter().any(|word| source.contains(word)) {
        return Some(Permission::EngineSocket { service, source });
    }
    Some(Permission::Mount {
        service,
        source,
        read_only,
    })
}

/// Everything of the host, or where its secrets are: high even if it is only read. Other places outside the
/// extension's own folder: high to write, medium to read.
pub(super) fn level(source: &str, read_only: bool) -> Level {
    let is_own = source.starts_with('.') && !source.contains("..");
    let plain = source.trim_end_matches(['/', '\\', '.']);
    let is_everything = matches!(
        plain,
        "" | "~" | "$HOME" | "${HOME}" | "/home" | "/Users" | "/root" | "/etc" | "/proc"
    ) || plain.len() == 2 && plain.ends_with(':');
    match (is_own, read_only) {
        (true, _) => Level::Low,
        (false, true) if !is_everything => Level::Medium,
        _ => Level::High,
    }
}
