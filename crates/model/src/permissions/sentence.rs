//! Permissions in words.

use super::{Permission, ports};
use crate::text::quote;

impl Permission {
    /// The permission as a sentence without a full stop, on one line and safe for a terminal; names stand in
    /// back-ticks.
    pub fn sentence(&self) -> String {
        match self {
            Self::Tab { title } => format!("Shows the tab {}", quote(title)),
            Self::Socket { name } => {
                format!(
                    "Its pages talk to its containers through the socket {}",
                    quote(name)
                )
            }
            Self::Container { service, image } => {
                let source = image.as_ref().map_or_else(
                    || "its own image".to_owned(),
                    |image| format!("the image {}", quote(image)),
                );
                format!("Starts the container {} from {source}", quote(service))
            }
            Self::BuiltContainer { service } => {
                format!(
                    "Starts the container {} from an image that is built on this machine",
                    quote(service)
                )
            }
            Self::Provider { service, provider } => {
                format!(
                    "Runs the program {} on this machine for the service {}",
                    quote(provider),
                    quote(service)
                )
            }
            Self::Elsewhere { source } => {
                format!(
                    "Takes in a part of its compose file from {}, which was not looked at",
                    quote(source)
                )
            }
            Self::UnknownContainers => {
                "Starts containers that were not looked at: its compose file could not be read".to_owned()
            }
            Self::HostBinary { name } => format!("Runs {} on this machine, with your rights", quote(name)),
            Self::Port {
                service,
                address,
                port,
            } => container(service, &ports::clause(address.as_deref(), port.as_deref())),
            Self::HostNetwork { service } => container(service, "shares the host's network"),
            Self::HostNamespace { service, namespace } => container(
                service,
                &format!("is not separated from the host in {}", quote(namespace)),
            ),
            Self::OtherContainer {
                service,
                container: other,
            } => container(
                service,
                &format!("joins the container {}, which is not its own", quote(other)),
            ),
            Self::Capability { service, capability } => {
                container(service, &format!("has the capability {}", quote(capability)))
            }
            Self::Device { service, device } => {
                container(service, &format!("uses the device {}", quote(device)))
            }
            Self::Mount {
                service,
                source,
                read_only,
            } => {
                let verb = if *read_only { "reads" } else { "reads and writes" };
                container(service, &format!("{verb} {} of the host", quote(source)))
            }
            Self::HostProcesses { service } => {
                container(service, "sees the host's processes and can end them")
            }
            Self::Unprotected { service, option } => {
                container(service, &format!("runs without a protection ({})", quote(option)))
            }
            Self::EngineSocket { service, source } => {
                let socket = quote(source);
                container(
                    service,
                    &format!("controls the container engine, and with it the host, through {socket}"),
                )
            }
            Self::Privileged { service } => {
                container(service, "is privileged: it can do everything on the host")
            }
        }
    }
}

fn container(service: &str, clause: &str) -> String {
    format!("The container {} {clause}", quote(service))
}
