//! Places of the host's files: where a source leads, and how grave it is to reach it.

use super::Level;

/// Words by which the engine's sockets and pipes are known, wherever they are: Docker's with its `.raw` and its
/// Windows pipes, containerd's, Podman's, and the private one of Docker Desktop.
const ENGINE_SOCKETS: [&str; 7] = [
    "docker.sock",
    "docker_engine",
    "dockerdesktop",
    "containerd.sock",
    "podman.sock",
    "crio.sock",
    "host-services",
];

/// Where the sockets usually are: who has a folder above one has the socket, and may connect even to what it can only
/// read. `*` is any one name. `/var/run` is a link to `/run`, but itself below `/var`.
const SOCKET_PATHS: [&str; 7] = [
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/user/*/docker.sock",
    "/run/user/*/podman/podman.sock",
];

/// Folders that hold all or most of what people have on a machine; what is below is graver or less grave by itself.
const EVERYTHING: [&str; 7] = ["/", "~", "/home", "/users", "/mnt", "/volumes", "/var/lib"];

/// Folders of keys, logins and other containers' data, with all that is below.
const SECRETS: [&str; 7] = [
    "/etc",
    "/proc",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "~/appdata",
    "~/library",
];

/// What containers commonly read of `/etc`, and everybody may know.
const PUBLIC: [&str; 10] = [
    "/etc/group",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/localtime",
    "/etc/machine-id",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/resolv.conf",
    "/etc/ssl/certs",
    "/etc/timezone",
];

/// Where a source of a mount leads.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Into the extension's own folder.
    Own,
    /// Somewhere that only the machine knows: a variable, or a way up out of the extension's folder.
    Unknown,
    /// To this path in a common form: lower case, `/` between the parts, no drive, `~` for any home folder.
    Host(String),
}

impl Place {
    fn of(source: &str) -> Self {
        let text = source.to_lowercase().replace('\\', "/");
        let text = without_drive(&text);
        let home = ["~", "$home", "${home}"]
            .iter()
            .filter_map(|home| text.strip_prefix(home))
            .find(|rest| rest.is_empty() || rest.starts_with('/'));
        let path = home.unwrap_or(text);
        if path.contains('$') {
            return Self::Unknown;
        }
        let is_own = path.starts_with('.');
        let mut parts = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_some() => {}
                // Above the root is the root.
                ".." if path.starts_with('/') && home.is_none() => {}
                ".." => return Self::Unknown,
                part => parts.push(part),
            }
        }
        match (home, is_own) {
            (Some(_), _) => parts.insert(0, "~"),
            (None, true) => return Self::Own,
            (None, false) if !path.starts_with('/') && !path.is_empty() => return Self::Unknown,
            (None, false) => shorten(&mut parts),
        }
        let root = if parts.first() == Some(&"~") { "" } else { "/" };
        Self::Host(format!("{root}{}", parts.join("/")))
    }
}

/// Gives the places of the systems one name: macOS keeps `/etc` and `/var` below `/private`, and Linux `/var/run` in
/// `/run`; home folders stand below `/home` or `/Users`.
fn shorten(parts: &mut Vec<&str>) {
    if parts.first() == Some(&"private") {
        parts.remove(0);
    }
    if parts.starts_with(&["var", "run"]) {
        parts.remove(0);
    }
    let home = match parts[..] {
        ["root", ..] => 1,
        ["home" | "users", _, ..] => 2,
        _ => return,
    };
    parts.splice(..home, ["~"]);
}

fn without_drive(text: &str) -> &str {
    match text.split_once(':') {
        Some((drive, rest)) if is_drive(drive) && (rest.is_empty() || rest.starts_with('/')) => rest,
        _ => text,
    }
}

/// Whether a text could be the letter of a Windows drive.
pub(super) fn is_drive(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a source stays in the extension's own folder.
pub(super) fn is_own(source: &str) -> bool {
    Place::of(source) == Place::Own
}

/// Whether a source is a socket or pipe of the engine.
pub(super) fn is_engine(source: &str) -> bool {
    let source = source.to_lowercase();
    ENGINE_SOCKETS.iter().any(|word| source.contains(word))
}

/// Whether a source is a folder above a socket of the engine.
pub(super) fn holds_engine(source: &str) -> bool {
    let Place::Host(path) = Place::of(source) else {
        return false;
    };
    let parts = |path: &str| {
        path.split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let path = parts(&path);
    SOCKET_PATHS.map(parts).iter().any(|socket| {
        let is_same = |(part, of_socket): (&String, &String)| part == of_socket || of_socket == "*";
        path.len() < socket.len() && path.iter().zip(socket).all(is_same)
    })
}

/// Everything of the host, or where its secrets are: high even if it is only read. Other places outside the
/// extension's own folder: high to write, medium to read.
pub(super) fn level(source: &str, read_only: bool) -> Level {
    match Place::of(source) {
        Place::Own => Level::Low,
        Place::Host(path) if read_only && !is_secret(&path) => Level::Medium,
        Place::Host(_) | Place::Unknown => Level::High,
    }
}

/// Names that begin with a dot count wherever they are: that is how programs name the folders of their keys and logins.
fn is_secret(path: &str) -> bool {
    let is_within = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_public = PUBLIC.iter().any(|public| is_within(public));
    EVERYTHING.contains(&path)
        || path.contains("/.")
        || SECRETS.iter().any(|folder| is_within(folder)) && !is_public
}
