//! Permissions in words.

use super::{Permission, places, ports};
use crate::text::quote;

impl Permission {
    /// The permission as a sentence without a full stop, on one line and safe for a terminal; names stand in
    /// back-ticks.
    pub fn sentence(&self) -> String {
        match self {
            Self::Tab { title } => format!("Shows the tab {}", quote(title)),
            Self::Socket { name } => around("Its pages talk to its containers through the socket", name, ""),
            Self::Container { service, image: None } => starts(service, "from its own image"),
            Self::Container {
                service,
                image: Some(image),
            } => starts(service, &around("from the image", image, "")),
            Self::BuiltContainer { service } => {
                starts(service, "from an image that is built on this machine")
            }
            Self::ExtendedContainer { service, base } => {
                starts(service, &around("with the settings of the service", base, ""))
            }
            Self::Provider { service, provider } => {
                let program = around("Runs the program", provider, " on this machine for the service");
                around(&program, service, "")
            }
            Self::Elsewhere { source } => around(
                "Takes in a part of its compose file from",
                source,
                ", which was not looked at",
            ),
            Self::UnknownContainers => {
                "Starts containers that were not looked at: its compose file could not be read".to_owned()
            }
            Self::HostBinary { name } => around("Runs", name, " on this machine, with your rights"),
            Self::Port {
                service,
                address,
                port,
            } => container(service, &ports::clause(address.as_deref(), port.as_deref())),
            Self::HostNetwork { service } => container(service, "shares the host's network"),
            Self::SharedNetwork { service, network } => container(
                service,
                &around("is in the network", network, ", which others may be in too"),
            ),
            Self::NetworkAround { service, driver } => container(
                service,
                &format!(
                    "is a machine of its own in the network around this one ({})",
                    quote(driver)
                ),
            ),
            Self::Runtime { service, runtime } => container(
                service,
                &around("is run by", runtime, " in place of the engine's usual runtime"),
            ),
            Self::HostNamespace { service, namespace } => container(
                service,
                &around("is not separated from the host in", namespace, ""),
            ),
            Self::OtherContainer {
                service,
                container: other,
            } => container(
                service,
                &around("joins the container", other, ", which is not its own"),
            ),
            Self::Capability { service, capability } => {
                container(service, &around("has the capability", capability, ""))
            }
            Self::Device { service, device } => container(service, &around("uses the device", device, "")),
            Self::Mount {
                service,
                source,
                read_only,
            } => container(service, &around(verb(*read_only), source, whose(source))),
            Self::SharedVolume {
                service,
                volume,
                read_only,
            } => {
                let clause = around("the volume", volume, ", which others may use too");
                container(service, &format!("{} {clause}", verb(*read_only)))
            }
            Self::HostProcesses { service } => {
                container(service, "sees the host's processes and can end them")
            }
            Self::Unprotected { service, option } => container(
                service,
                &format!(
                    "runs with a protection changed or switched off ({})",
                    quote(option)
                ),
            ),
            Self::EngineSocket { service, source } => container(
                service,
                &around(
                    "controls the container engine, and with it the host, through",
                    source,
                    "",
                ),
            ),
            Self::Privileged { service } => {
                container(service, "is privileged: it can do everything on the host")
            }
        }
    }
}

/// A foreign name within our words.
fn around(before: &str, name: &str, after: &str) -> String {
    format!("{before} {}{after}", quote(name))
}

fn starts(service: &str, origin: &str) -> String {
    format!("Starts the container {} {origin}", quote(service))
}

fn container(service: &str, clause: &str) -> String {
    format!("The container {} {clause}", quote(service))
}

fn verb(read_only: bool) -> &'static str {
    if read_only { "reads" } else { "reads and writes" }
}

fn whose(source: &str) -> &'static str {
    if places::is_own(source) {
        " in the extension's own folder"
    } else {
        " of the host"
    }
}
