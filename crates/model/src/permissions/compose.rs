//! The compose file of a backend, read as loosely as real ones are written: only for what it asks of the host.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_saphyr::options::NonFiniteFloatPolicy;
use thiserror::Error;

use super::yaml::Node;
use super::{Permission, mounts, ports};
use crate::text::quote;

/// The largest compose file that is looked into, in bytes. Existing ones stay below 20 KiB.
pub const MAX_COMPOSE: usize = 1024 * 1024;
/// The most values in a compose file, aliases included: against files that multiply when they are read.
const MAX_NODES: usize = 50_000;
/// The most permissions of one extension: nobody reads more, and each is kept in a record.
const MAX_PERMISSIONS: usize = 2_000;

/// Why a compose file could not be looked into. No error of an install: the engine may still read it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComposeParse {
    /// Its bytes are not at hand.
    #[error("the compose file was not read")]
    Absent,
    /// It is larger than this program looks into.
    #[error("the compose file has {size} bytes, and only {MAX_COMPOSE} are looked into")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// It is not YAML, or one that exhausts its reader.
    #[error("the compose file is not YAML: {problem}")]
    NotYaml {
        /// The parser's complaint, on one line.
        problem: String,
    },
    /// Something has not the shape that compose asks for.
    #[error("the compose file has something else than {needed} at {}", quote(.place))]
    WrongType {
        /// Where, with `/` between the keys.
        place: String,
        /// What may stand there.
        needed: &'static str,
    },
    /// A name or value is too long to be shown to anybody.
    #[error("the compose file has a text of more than {limit} bytes at {}", quote(.place))]
    TooLong {
        /// Where, with `/` between the keys.
        place: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// It asks for more things than anybody reads.
    #[error("the compose file asks for more than {MAX_PERMISSIONS} things")]
    TooMany,
}

/// Reads what the services of a compose file ask for.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeSet<Permission>, ComposeParse> {
    let value = document(bytes)?;
    let document = Node::root(&value);
    let top = Top {
        named: mounts::Named::read(&document)?,
        host_networks: host_networks(&document)?,
    };
    let mut found = BTreeSet::new();
    for include in Node::one_or_more(document.get("include"))? {
        let paths = if include.is_mapping() {
            include.get("path")
        } else {
            Some(include)
        };
        for path in Node::one_or_more(paths)? {
            found.insert(Permission::Elsewhere { source: path.text()? });
        }
    }
    for (name, node) in Node::entries(document.get("services"))? {
        let service = Service { name, node };
        found.extend(service.permissions(&top)?);
        if found.len() > MAX_PERMISSIONS {
            return Err(ComposeParse::TooMany);
        }
    }
    Ok(found)
}

/// The permission to run a container of `image`, as metadata or compose file write it.
pub(super) fn container(service: &str, image: Option<String>) -> Permission {
    let service = service.to_owned();
    let is_own = |image: &String| {
        matches!(
            image.as_str(),
            "${DESKTOP_PLUGIN_IMAGE}" | "$DESKTOP_PLUGIN_IMAGE"
        )
    };
    match image {
        Some(image) => Permission::Container {
            service,
            image: Some(image).filter(|image| !is_own(image)),
        },
        None => Permission::BuiltContainer { service },
    }
}

fn document(bytes: &[u8]) -> Result<Value, ComposeParse> {
    if bytes.len() > MAX_COMPOSE {
        return Err(ComposeParse::TooLarge { size: bytes.len() });
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_aliases: 1_000,
            max_merge_keys: 1_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
        },
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_slice_with_options(bytes, options).map_err(|error| ComposeParse::NotYaml {
        problem: crate::text::printable(&error.to_string(), 200),
    })
}

/// The declared networks that are the host's under another name.
fn host_networks(document: &Node<'_>) -> Result<BTreeSet<String>, ComposeParse> {
    let mut names = BTreeSet::new();
    for (name, network) in Node::entries(document.get("networks"))? {
        let is_host = |text: Option<String>| text.is_some_and(|text| may_be_host(&text));
        if is_host(network.text_of("name")?) || is_host(network.text_of("driver")?) {
            names.insert(name);
        }
    }
    Ok(names)
}

/// A variable may become `host` on the machine.
fn may_be_host(text: &str) -> bool {
    text == "host" || text.contains('$')
}

/// What services refer to by name.
struct Top {
    named: mounts::Named,
    host_networks: BTreeSet<String>,
}

/// One service of the document.
struct Service<'a> {
    name: String,
    node: Node<'a>,
}

impl Service<'_> {
    fn permissions(&self, top: &Top) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = vec![container(&self.name, self.node.text_of("image")?)];
        found.extend(self.namespaces(top)?);
        found.extend(self.rights()?);
        found.extend(self.devices()?);
        found.extend(self.others()?);
        found.extend(mounts::read(&self.name, &self.node, &top.named)?);
        found.extend(ports::read(&self.name, self.node.get("ports"))?);
        Ok(found)
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn namespaces(&self, top: &Top) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        for key in ["network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"] {
            let Some(mode) = self.node.text_of(key)? else {
                continue;
            };
            if let Some(container) = mode.strip_prefix("container:") {
                found.push(self.joins(container));
            } else if may_be_host(&mode) {
                found.push(match key {
                    "network_mode" => Permission::HostNetwork { service: self.name() },
                    "pid" => Permission::HostProcesses { service: self.name() },
                    namespace => Permission::HostNamespace {
                        service: self.name(),
                        namespace: namespace.to_owned(),
                    },
                });
            }
        }
        let networks = Node::names(self.node.get("networks"))?;
        if networks.iter().any(|network| top.host_networks.contains(network)) {
            found.push(Permission::HostNetwork { service: self.name() });
        }
        Ok(found)
    }

    fn rights(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        let hooks = [self.node.get("post_start"), self.node.get("pre_stop")];
        let mut privileged = self.node.may_be_true("privileged")?;
        for hook in hooks {
            for hook in Node::items(hook)? {
                privileged |= hook.may_be_true("privileged")?;
            }
        }
        if privileged {
            found.push(Permission::Privileged { service: self.name() });
        }
        for capability in Node::items(self.node.get("cap_add"))? {
            let capability = capability.text()?.to_ascii_uppercase();
            let capability = capability.strip_prefix("CAP_").unwrap_or(&capability).to_owned();
            found.push(Permission::Capability {
                service: self.name(),
                capability,
            });
        }
        for option in Node::items(self.node.get("security_opt"))? {
            let option = option.text()?;
            // `no-new-privileges` and a profile of one's own protect more, not less.
            if ["unconfined", "disable", "$"]
                .iter()
                .any(|word| option.contains(word))
            {
                found.push(Permission::Unprotected {
                    service: self.name(),
                    option,
                });
            }
        }
        if self.node.may_be_true("use_api_socket")? {
            found.push(Permission::EngineSocket {
                service: self.name(),
                source: "use_api_socket".to_owned(),
            });
        }
        Ok(found)
    }

    fn devices(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = BTreeSet::new();
        for device in Node::items(self.node.get("devices"))? {
            let text = if device.is_mapping() {
                device.text_of("source")?.unwrap_or_default()
            } else {
                device.text()?
            };
            let source = super::yaml::split_short_form(&text)[0].to_owned();
            found.insert(source);
        }
        for rule in Node::items(self.node.get("device_cgroup_rules"))? {
            found.insert(rule.text()?);
        }
        let deploy = self.node.get("deploy").and_then(|deploy| deploy.get("resources"));
        let reserved = deploy.and_then(|resources| resources.get("reservations")?.get("devices"));
        if self.node.get("gpus").is_some() || reserved.is_some() {
            found.insert("gpu".to_owned());
        }
        let devices = found.into_iter().map(|device| Permission::Device {
            service: self.name(),
            device,
        });
        Ok(devices.collect())
    }

    /// What leads out of the file.
    fn others(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        for volumes in Node::items(self.node.get("volumes_from"))? {
            if let Some(container) = volumes.text()?.strip_prefix("container:") {
                found.push(self.joins(container));
            }
        }
        if let Some(extends) = self.node.get("extends")
            && let Some(source) = extends.text_of("file")?
        {
            found.push(Permission::Elsewhere { source });
        }
        if let Some(provider) = self.node.get("provider") {
            let provider = provider.text_of("type")?.unwrap_or_default();
            found.push(Permission::Provider {
                service: self.name(),
                provider,
            });
        }
        Ok(found)
    }

    fn joins(&self, container: &str) -> Permission {
        Permission::OtherContainer {
            service: self.name(),
            container: container.to_owned(),
        }
    }
}
