//! What one service of a compose file asks for.

use std::collections::BTreeSet;

use super::yaml::{Node, split_short_form};
use super::{ComposeParse, Permission, mounts, ports};

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

/// A variable may become `host` on the machine.
pub(super) fn may_be_host(text: &str) -> bool {
    text == "host" || text.contains('$')
}

/// What services refer to by name.
pub(super) struct Top {
    pub(super) named: mounts::Named,
    /// The declared networks that are the host's under another name.
    pub(super) host_networks: BTreeSet<String>,
}

/// One service of the document.
pub(super) struct Service<'a> {
    pub(super) name: String,
    pub(super) node: Node<'a>,
}

impl Service<'_> {
    /// Everything that it asks for.
    pub(super) fn permissions(&self, top: &Top) -> Result<Vec<Permission>, ComposeParse> {
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
        if self
            .networks()?
            .iter()
            .any(|network| top.host_networks.contains(network))
        {
            found.push(Permission::HostNetwork { service: self.name() });
        }
        Ok(found)
    }

    /// Without a word about it, a service is in the network called `default`.
    fn networks(&self) -> Result<Vec<String>, ComposeParse> {
        let networks = Node::names(self.node.get("networks"))?;
        Ok(if networks.is_empty() {
            vec!["default".to_owned()]
        } else {
            networks
        })
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
            let source = split_short_form(&text)[0].to_owned();
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
