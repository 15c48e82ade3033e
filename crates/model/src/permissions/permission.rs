//! One permission: its level, its sentence, and what it includes.

use serde::{Deserialize, Serialize};

use super::{places, ports};
use crate::reference::Reference;

/// How much a permission matters to the person at the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What every extension does: it stays in its own containers and pages.
    Low,
    /// It reaches something outside of them: the network, files, devices.
    Medium,
    /// It can do what the person can do, or what the machine's administrator can do.
    High,
}

/// One thing that an extension will be able to do. `service` is the name of a service of its compose file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Permission {
    /// Its pages are shown in a tab.
    Tab {
        /// The tab's title.
        title: String,
    },
    /// Its pages talk to its containers through a socket.
    Socket {
        /// The socket's file name.
        name: String,
    },
    /// It runs a container.
    Container {
        /// The service.
        service: String,
        /// The image, as written; `None` for the extension's own.
        image: Option<String>,
    },
    /// It runs a container of an image that is built on the machine.
    BuiltContainer {
        /// The service.
        service: String,
    },
    /// It runs a container that is described by another service.
    ExtendedContainer {
        /// The service.
        service: String,
        /// The other service, here or in another file.
        base: String,
    },
    /// A port of a container is opened on the machine.
    Port {
        /// The service.
        service: String,
        /// The address that it is bound to, as written; `None` for every address.
        address: Option<String>,
        /// The port or range on the machine, as written; `None` for one that the engine picks.
        port: Option<String>,
    },
    /// A container shares the host's network.
    HostNetwork {
        /// The service.
        service: String,
    },
    /// A container is in a network that is not the extension's alone.
    SharedNetwork {
        /// The service.
        service: String,
        /// The network's name, as written.
        network: String,
    },
    /// A container is in the network around the machine, beside the machine itself.
    NetworkAround {
        /// The service.
        service: String,
        /// The network's driver, as written: `macvlan`, `ipvlan`.
        driver: String,
    },
    /// A container shares another of the host's name spaces.
    HostNamespace {
        /// The service.
        service: String,
        /// The compose key: `ipc`, `uts`, `userns_mode`, `cgroup`.
        namespace: String,
    },
    /// A container shares the network, processes or volumes of a container that is not the extension's.
    OtherContainer {
        /// The service.
        service: String,
        /// The other container, as written.
        container: String,
    },
    /// A container has a capability beyond the engine's usual ones.
    Capability {
        /// The service.
        service: String,
        /// The capability without `CAP_`, in upper case.
        capability: String,
    },
    /// A container reaches a device.
    Device {
        /// The service.
        service: String,
        /// The device, as written.
        device: String,
    },
    /// A container reaches files outside its own volumes.
    Mount {
        /// The service.
        service: String,
        /// The file or folder outside, as written.
        source: String,
        /// Whether it can only be read.
        read_only: bool,
    },
    /// A container has a volume that is not the extension's alone.
    SharedVolume {
        /// The service.
        service: String,
        /// The volume's name, as written.
        volume: String,
        /// Whether it can only be read.
        read_only: bool,
    },
    /// A container is run by another program than the engine usually takes.
    Runtime {
        /// The service.
        service: String,
        /// The runtime, as written.
        runtime: String,
    },
    /// A container sees, and can steer, the host's processes.
    HostProcesses {
        /// The service.
        service: String,
    },
    /// A protection that the engine gives every container is switched off, or replaced.
    Unprotected {
        /// The service.
        service: String,
        /// The option, as written.
        option: String,
    },
    /// A container steers the container engine.
    EngineSocket {
        /// The service.
        service: String,
        /// The socket or pipe, or a folder that holds it, as written.
        source: String,
    },
    /// A container with all rights.
    Privileged {
        /// The service.
        service: String,
    },
    /// Compose runs a program of the machine for a service.
    Provider {
        /// The service.
        service: String,
        /// The program's name.
        provider: String,
    },
    /// The compose file takes in parts from elsewhere, which nobody looked at.
    Elsewhere {
        /// The file or address, as written.
        source: String,
    },
    /// It runs containers that could not be looked at, because its compose file could not be read.
    UnknownContainers,
    /// It runs a file that it brings, on the machine itself.
    HostBinary {
        /// The base name of the file, or of what the metadata lists where its files are not known.
        name: String,
    },
}

impl Permission {
    /// How much it matters.
    pub fn level(&self) -> Level {
        match self {
            Self::Tab { .. }
            | Self::Socket { .. }
            | Self::Container { .. }
            | Self::BuiltContainer { .. }
            | Self::ExtendedContainer { .. } => Level::Low,
            Self::Port { address, .. } => ports::level(address.as_deref()),
            Self::Mount {
                source, read_only, ..
            } => places::level(source, *read_only),
            Self::Capability { capability, .. } => capability_level(capability),
            Self::HostNetwork { .. }
            | Self::SharedNetwork { .. }
            | Self::NetworkAround { .. }
            | Self::SharedVolume { .. }
            | Self::Runtime { .. }
            | Self::HostNamespace { .. }
            | Self::OtherContainer { .. }
            | Self::Device { .. } => Level::Medium,
            Self::HostProcesses { .. }
            | Self::Unprotected { .. }
            | Self::EngineSocket { .. }
            | Self::Privileged { .. }
            | Self::Provider { .. }
            | Self::Elsewhere { .. }
            | Self::UnknownContainers
            | Self::HostBinary { .. } => Level::High,
        }
    }

    /// The service of the compose file that asks for it, where one does.
    pub fn service(&self) -> Option<&str> {
        match self {
            Self::Container { service, .. }
            | Self::BuiltContainer { service }
            | Self::ExtendedContainer { service, .. }
            | Self::HostNetwork { service }
            | Self::SharedNetwork { service, .. }
            | Self::NetworkAround { service, .. }
            | Self::SharedVolume { service, .. }
            | Self::Runtime { service, .. }
            | Self::HostNamespace { service, .. }
            | Self::OtherContainer { service, .. }
            | Self::Capability { service, .. }
            | Self::Device { service, .. }
            | Self::HostProcesses { service }
            | Self::Unprotected { service, .. }
            | Self::EngineSocket { service, .. }
            | Self::Privileged { service }
            | Self::Provider { service, .. }
            | Self::Port { service, .. }
            | Self::Mount { service, .. } => Some(service),
            Self::Tab { .. }
            | Self::Socket { .. }
            | Self::Elsewhere { .. }
            | Self::UnknownContainers
            | Self::HostBinary { .. } => None,
        }
    }

    /// Whether this is something to agree to: what a tab or a socket of its own is called is not.
    pub(super) fn is_right(&self) -> bool {
        !matches!(self, Self::Tab { .. } | Self::Socket { .. })
    }

    /// The rights of which each includes this one, in the form of [`Permission::right`]. None for what was not looked
    /// at: nobody can say that it is the same as before.
    pub(super) fn included_in(&self) -> Vec<Self> {
        let right = self.right();
        let mut wider = right.clone();
        match &mut wider {
            Self::UnknownContainers | Self::Elsewhere { .. } => return Vec::new(),
            Self::Mount { read_only, .. } | Self::SharedVolume { read_only, .. } => *read_only = false,
            Self::Port { address, .. } => *address = None,
            _ => {}
        }
        vec![right, wider]
    }

    /// The permission without what makes no difference to a person: which service has it, and which release of an
    /// image runs.
    pub(super) fn right(&self) -> Self {
        let mut right = self.clone();
        match &mut right {
            Self::Container { service, image } => {
                service.clear();
                *image = image.as_deref().map(repository);
            }
            Self::BuiltContainer { service }
            | Self::ExtendedContainer { service, .. }
            | Self::HostNetwork { service }
            | Self::SharedNetwork { service, .. }
            | Self::NetworkAround { service, .. }
            | Self::SharedVolume { service, .. }
            | Self::Runtime { service, .. }
            | Self::HostNamespace { service, .. }
            | Self::OtherContainer { service, .. }
            | Self::Capability { service, .. }
            | Self::Device { service, .. }
            | Self::HostProcesses { service }
            | Self::Unprotected { service, .. }
            | Self::EngineSocket { service, .. }
            | Self::Privileged { service }
            | Self::Provider { service, .. }
            | Self::Port { service, .. }
            | Self::Mount { service, .. } => service.clear(),
            Self::Tab { .. }
            | Self::Socket { .. }
            | Self::Elsewhere { .. }
            | Self::UnknownContainers
            | Self::HostBinary { .. } => {}
        }
        right
    }
}

/// The image's repository in its normal form; a text that is no reference stands for itself.
fn repository(image: &str) -> String {
    image
        .parse::<Reference>()
        .map_or_else(|_| image.to_owned(), |reference| reference.id.to_string())
}

/// Capabilities with which a container gets out of itself, or at all files (capabilities(7)). A variable may become
/// one.
fn capability_level(capability: &str) -> Level {
    match capability {
        "ALL" | "SYS_ADMIN" | "SYS_PTRACE" | "SYS_MODULE" | "SYS_RAWIO" | "SYS_BOOT" | "DAC_READ_SEARCH"
        | "BPF" | "MAC_ADMIN" | "MAC_OVERRIDE" => Level::High,
        variable if variable.contains('$') => Level::High,
        _ => Level::Medium,
    }
}
