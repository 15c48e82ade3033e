//! The networks that containers are in, where they are not the extension's own.

use std::collections::BTreeMap;

use super::yaml::Node;
use super::{ComposeParse, Permission};

/// Drivers whose networks are closed to everybody outside of the engine.
const INNER_DRIVERS: [&str; 5] = ["", "default", "bridge", "none", "overlay"];

/// What a network leads to.
#[derive(Clone)]
enum Reach {
    Host,
    /// A network that others may be in too, by its name.
    Shared(String),
    /// The network around the machine, by this driver.
    Around(String),
}

/// The networks that the document declares and that lead out of the extension.
pub(super) struct Networks(BTreeMap<String, Vec<Reach>>);

/// A variable may become `host` on the machine.
pub(super) fn may_be_host(text: &str) -> bool {
    text == "host" || text.contains('$')
}

impl Networks {
    pub(super) fn read(document: &Node<'_>) -> Result<Self, ComposeParse> {
        let mut networks = BTreeMap::new();
        for (key, network) in Node::entries(document.get("networks"))? {
            let name = network.shared_name(&key)?;
            let driver = network.text_of("driver")?.unwrap_or_default();
            let mut reach = Vec::new();
            if may_be_host(&driver) {
                reach.push(Reach::Host);
            } else if !INNER_DRIVERS.contains(&driver.as_str()) {
                reach.push(Reach::Around(driver));
            }
            reach.extend(name.map(Reach::named));
            networks.insert(key, reach);
        }
        Ok(Self(networks))
    }

    /// What a service reaches by its `network_mode` or its `networks`.
    pub(super) fn of(&self, service: &str, node: &Node<'_>) -> Result<Vec<Permission>, ComposeParse> {
        let reach = match node.text_of("network_mode")? {
            Some(mode) if is_separate(&mode) => Vec::new(),
            Some(mode) => match mode.strip_prefix("container:") {
                Some(container) => {
                    return Ok(vec![Permission::OtherContainer {
                        service: service.to_owned(),
                        container: container.to_owned(),
                    }]);
                }
                None => vec![Reach::named(mode)],
            },
            None => self.listed(node)?,
        };
        Ok(reach.into_iter().map(|reach| reach.permission(service)).collect())
    }

    /// Without a word about it, a service is in the network called `default`. A name with a variable in it may be
    /// each one that is declared.
    fn listed(&self, node: &Node<'_>) -> Result<Vec<Reach>, ComposeParse> {
        let mut names = Node::names(node.get("networks"))?;
        if names.is_empty() {
            names.push("default".to_owned());
        }
        let is_meant = |network: &String| names.iter().any(|name| name == network || name.contains('$'));
        let meant = self.0.iter().filter(|(network, _)| is_meant(network));
        Ok(meant.flat_map(|(_, reach)| reach.clone()).collect())
    }
}

/// Modes that lead to nothing but the extension's own, or to what every container has.
fn is_separate(mode: &str) -> bool {
    matches!(mode, "" | "none" | "bridge" | "default") || mode.starts_with("service:")
}

impl Reach {
    fn named(name: String) -> Self {
        if may_be_host(&name) {
            Self::Host
        } else {
            Self::Shared(name)
        }
    }

    fn permission(self, service: &str) -> Permission {
        let service = service.to_owned();
        match self {
            Self::Host => Permission::HostNetwork { service },
            Self::Shared(network) => Permission::SharedNetwork { service, network },
            Self::Around(driver) => Permission::NetworkAround { service, driver },
        }
    }
}
