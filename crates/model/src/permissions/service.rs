//! What one service of a compose file asks for.

use std::collections::BTreeSet;

use super::networks::{Networks, may_be_host};
use super::yaml::{Node, split_short_form};
use super::{ComposeParse, Permission, mounts, ports};

/// The permission to run a container of `image`, as metadata or compose file write it.
pub(super) fn container(service: &str, image: String) -> Permission {
    let service = service.to_owned();
    let is_own = |image: &String| {
        matches!(
            image.as_str(),
            "${DESKTOP_PLUGIN_IMAGE}" | "$DESKTOP_PLUGIN_IMAGE"
        )
    };
    Permission::Container {
        service,
        image: Some(image).filter(|image| !is_own(image)),
    }
}

/// What services refer to by name.
pub(super) struct Top {
    pub(super) named: mounts::Named,
    pub(super) networks: Networks,
}

/// One service of the document.
pub(super) struct Service<'a> {
    pub(super) name: String,
    pub(super) node: Node<'a>,
}

impl Service<'_> {
    /// Everything that it asks for.
    pub(super) fn permissions(&self, top: &Top) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = self.origin()?;
        found.extend(top.networks.of(&self.name, &self.node)?);
        found.extend(self.namespaces()?);
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

    /// What it is started from. A service of a provider has no container.
    fn origin(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        let service = self.name();
        let image = self.node.text_of("image")?;
        let bases = Node::texts_or(self.node.get("extends"), "service")?;
        if let Some(provider) = self.node.get("provider") {
            let provider = provider.text_of("type")?.unwrap_or_default();
            found.push(Permission::Provider { service, provider });
        } else if let Some(image) = image {
            found.push(container(&service, image));
        } else if self.node.get("build").is_some() || bases.is_empty() {
            found.push(Permission::BuiltContainer { service });
        } else {
            let base = bases.concat();
            found.push(Permission::ExtendedContainer { service, base });
        }
        Ok(found)
    }

    fn namespaces(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        for key in ["pid", "ipc", "uts", "userns_mode", "cgroup"] {
            let Some(mode) = self.node.text_of(key)? else {
                continue;
            };
            if let Some(container) = mode.strip_prefix("container:") {
                found.push(self.joins(container));
            } else if may_be_host(&mode) {
                found.push(match key {
                    "pid" => Permission::HostProcesses { service: self.name() },
                    namespace => Permission::HostNamespace {
                        service: self.name(),
                        namespace: namespace.to_owned(),
                    },
                });
            }
        }
        Ok(found)
    }

    fn rights(&self) -> Result<Vec<Permission>, ComposeParse> {
        let mut found = Vec::new();
        let hooks = [self.node.get("post_start"), self.node.get("pre_stop")];
        let mut privileged = self.node.may_be_true("privileged")?;
        if let Some(build) = self.node.get("build") {
            privileged |= build.may_be_true("privileged")?;
        }
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
            if !protects(&option) {
                found.push(Permission::Unprotected {
                    service: self.name(),
                    option,
                });
            }
        }
        if let Some(runtime) = self.node.text_of("runtime")?.filter(|runtime| runtime != "runc") {
            found.push(Permission::Runtime {
                service: self.name(),
                runtime,
            });
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
            let volumes = volumes.text()?;
            if let Some(container) = volumes.strip_prefix("container:") {
                found.push(self.joins(container));
            } else if volumes.contains('$') {
                found.push(self.joins(&volumes));
            }
        }
        if let Some(extends) = self.node.get("extends")
            && let Some(source) = extends.text_of("file")?
        {
            found.push(Permission::Elsewhere { source });
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

/// Whether an option of `security_opt` can only protect more. A profile of one's own may allow everything.
fn protects(option: &str) -> bool {
    option.starts_with("no-new-privileges") || option == "seccomp=builtin" || option == "seccomp:builtin"
}
