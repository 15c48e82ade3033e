//! What an extension will be able to do, as facts that a person understands and two releases can be compared by.
//!
//! Told before an install, and compared before an update: an update that asks for more needs a yes. The facts come
//! from the metadata and from the compose file, both hostile; what cannot be read counts as the worst.

mod compose;
mod mounts;
mod networks;
mod permission;
mod places;
mod ports;
mod sentence;
mod service;
mod yaml;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::payload::HostBinary;
use crate::platform::System;
use crate::text::quote;

pub use compose::{ComposeParse, MAX_COMPOSE};
pub use permission::{Level, Permission};

/// How many host binaries one line names before it counts the others.
const NAMED_BINARIES: usize = 8;

/// Everything that one release will be able to do on a desktop. Serialised as the list of its permissions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(BTreeSet<Permission>);

/// One sentence about a permission, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionLine {
    /// How much it matters.
    pub level: Level,
    /// The sentence, without a full stop, on one line and safe for a terminal; names stand in back-ticks.
    pub text: String,
}

impl Permissions {
    /// Reads what `metadata` and the compose file that it names ask for on a desktop that runs `system`.
    ///
    /// `compose` are the bytes of that file, where they are at hand. A missing or unreadable one is no error: it
    /// gives the permission of the worst level, and the reason is handed out beside it.
    pub fn of(metadata: &Metadata, system: System, compose: Option<&[u8]>) -> (Self, Option<ComposeParse>) {
        let mut found = BTreeSet::new();
        let title = |tab: &crate::metadata::Tab| tab.title.clone().unwrap_or_else(|| tab.name.clone());
        found.extend(
            metadata
                .tabs
                .iter()
                .map(|tab| Permission::Tab { title: title(tab) }),
        );
        let binaries = metadata
            .host
            .of(system)
            .iter()
            .filter_map(|path| path.file_name());
        found.extend(binaries.map(|name| Permission::HostBinary {
            name: name.to_owned(),
        }));
        let tab_sockets = metadata.tabs.iter().filter_map(|tab| tab.socket.clone());
        let vm_socket = metadata.vm.as_ref().and_then(|vm| vm.socket.clone());
        found.extend(
            tab_sockets
                .chain(vm_socket)
                .map(|name| Permission::Socket { name }),
        );
        let mut problem = None;
        match metadata.vm.as_ref().map(|vm| (&vm.compose_file, &vm.image)) {
            Some((Some(_), _)) => match compose.ok_or(ComposeParse::Absent).and_then(compose::read) {
                Ok(permissions) => found.extend(permissions),
                Err(error) => {
                    found.insert(Permission::UnknownContainers);
                    problem = Some(error);
                }
            },
            Some((None, Some(image))) => {
                found.insert(service::container("service", image.clone()));
            }
            _ => {}
        }
        (Self(found), problem)
    }

    /// The same with the files that pages can run, as the record of an install has them, in place of the paths that the
    /// metadata lists: among those may be folders, whose content only the image knows.
    #[must_use]
    pub fn with_host_binaries(mut self, binaries: &[HostBinary]) -> Self {
        self.0
            .retain(|permission| !matches!(permission, Permission::HostBinary { .. }));
        self.0
            .extend(binaries.iter().map(|binary| Permission::HostBinary {
                name: binary.name.clone(),
            }));
        self
    }

    /// Each permission, the least first.
    pub fn iter(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter()
    }

    /// The highest level among them; `Low` where there is none.
    pub fn level(&self) -> Level {
        self.0.iter().map(Permission::level).max().unwrap_or(Level::Low)
    }

    /// One sentence for each, the gravest first; host binaries share one.
    pub fn lines(&self) -> Vec<PermissionLine> {
        lines(self.0.iter())
    }

    /// What this release asks for that `installed` does not, as sentences. Empty where nobody needs to be asked.
    ///
    /// A new tag of the same image, another service with the same right, or less of the same (a mount that is only
    /// read now) is not more, and neither are tabs and their sockets. What could not be read is always more, since
    /// nobody can say.
    pub fn beyond(&self, installed: &Self) -> Vec<PermissionLine> {
        let held: BTreeSet<_> = installed.0.iter().map(Permission::right).collect();
        let is_new = |wanted: &&Permission| !wanted.included_in().iter().any(|right| held.contains(right));
        lines(self.0.iter().filter(|wanted| wanted.is_right()).filter(is_new))
    }
}

fn lines<'a>(permissions: impl Iterator<Item = &'a Permission>) -> Vec<PermissionLine> {
    let (mut lines, mut binaries) = (Vec::new(), Vec::new());
    for permission in permissions {
        match permission {
            Permission::HostBinary { name } => binaries.push(quote(name)),
            other => lines.push(PermissionLine {
                level: other.level(),
                text: other.sentence(),
            }),
        }
    }
    if !binaries.is_empty() {
        let others = binaries.len().saturating_sub(NAMED_BINARIES);
        binaries.truncate(NAMED_BINARIES);
        let mut names = binaries.join(", ");
        if others > 0 {
            names = format!("{names} and {others} more");
        }
        lines.push(PermissionLine {
            level: Level::High,
            text: format!("Runs {names} on this machine, with your rights"),
        });
    }
    // Stable, so that equal levels keep the order of the permissions.
    lines.sort_by_key(|line| std::cmp::Reverse(line.level));
    lines
}

#[cfg(test)]
mod tests;
