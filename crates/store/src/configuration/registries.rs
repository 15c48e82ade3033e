//! What the configuration says of single registries.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use model::ExtensionId;

use super::SettingEntry;
use super::error::ConfigurationError;
use super::reader::{Found, Section};

/// The settings of one registry (contract `cli.md`, "Configuration").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryEntry {
    /// The addresses that stand in for the registry, tried in this order; none: the registry's own. As
    /// written: whether they are addresses is for whoever speaks to them.
    pub endpoints: Vec<String>,
    /// Whether `http` is allowed also for addresses that are not loopback.
    pub insecure: bool,
    /// A PEM file of certificates to trust for this registry.
    pub ca: Option<Utf8PathBuf>,
    /// The host that may be given this registry's login although it is of another domain.
    pub realm: Option<String>,
}

/// Every registry under its normalised name.
pub(super) type Registries = BTreeMap<String, RegistryEntry>;

pub(super) fn read(section: &Section<'_>) -> Result<(Registries, Vec<SettingEntry>), ConfigurationError> {
    let mut registries = Registries::new();
    let mut entries = Vec::new();
    for (name, mut section) in section.named_sections()? {
        let entry = RegistryEntry {
            endpoints: section.optional("endpoint", Found::texts)?.unwrap_or_default(),
            insecure: section.switch("insecure")?,
            ca: section.optional("ca", Found::path)?,
            realm: section.optional("realm", |found| found.text().map(str::to_owned))?,
        };
        entries.extend(section.finish()?);
        registries.insert(checked_name(&name)?, entry);
    }
    Ok((registries, entries))
}

/// A registry must be written as ids show it; otherwise its settings would silently apply to nothing.
fn checked_name(found: &Found<'_>) -> Result<String, ConfigurationError> {
    let name = &found.name;
    let id: Result<ExtensionId, _> = format!("{name}/any/repository").parse();
    match id {
        Ok(id) if id.registry() == name => Ok(name.clone()),
        Ok(id) if name.contains('.') => Err(found.illegal(format!("write `{}`", id.registry()))),
        _ => Err(found.illegal("it is not the address of a registry, `host` or `host:port`")),
    }
}
