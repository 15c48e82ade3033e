//! Ports that containers open on the machine, in the short and the long form of compose.

use super::yaml::{Node, split_short_form};
use super::{ComposeParse, Level, Permission};
use crate::text::quote;

/// Reads the `ports` of a service.
pub(super) fn read(service: &str, ports: Option<Node<'_>>) -> Result<Vec<Permission>, ComposeParse> {
    Node::items(ports)?
        .iter()
        .map(|port| {
            let (address, port) = if port.is_mapping() {
                (port.text_of("host_ip")?, port.text_of("published")?)
            } else {
                short_form(&port.text()?)
            };
            Ok(Permission::Port {
                service: service.to_owned(),
                address: address.filter(|address| !address.is_empty()),
                port: port.filter(|port| !port.is_empty()),
            })
        })
        .collect()
}

/// `[[address:][published]:]target[/protocol]`; the target is nobody's business but the container's.
fn short_form(text: &str) -> (Option<String>, Option<String>) {
    let parts = split_short_form(text);
    let protocol = text.rsplit_once('/').map_or("", |(_, protocol)| protocol);
    let published = |port: &str| match protocol {
        _ if port.is_empty() => String::new(),
        "" | "tcp" => port.to_owned(),
        protocol => format!("{port}/{protocol}"),
    };
    match parts[..] {
        [] | [_] => (None, None),
        [port, _] => (None, Some(published(port))),
        // An address of IP version 6 may stand without brackets.
        [ref address @ .., port, _] => (Some(address.join(":")), Some(published(port))),
    }
}

/// A port on the loopback interface is seen by this machine only.
pub(super) fn level(address: Option<&str>) -> Level {
    let is_loopback = address.is_some_and(|address| {
        let bare = address.trim_start_matches('[').trim_end_matches(']');
        let parsed: Option<std::net::IpAddr> = bare.parse().ok();
        bare == "localhost" || parsed.is_some_and(|address| address.is_loopback())
    });
    if is_loopback { Level::Low } else { Level::Medium }
}

pub(super) fn clause(address: Option<&str>, port: Option<&str>) -> String {
    let port = port.map_or_else(|| "a port".to_owned(), |port| format!("the port {}", quote(port)));
    match address {
        Some(address) => format!("opens {port} on the address {}", quote(address)),
        None => format!("opens {port} on every address of this machine"),
    }
}
