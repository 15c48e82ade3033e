//! The compose file of a backend, read as loosely as real ones are written: only for what it asks of the host.

use std::collections::BTreeSet;

use serde_json::Value;
use thiserror::Error;

use super::service::{Service, Top};
use super::yaml::Node;
use super::{Permission, mounts, networks};
use crate::text::quote;
use crate::yaml;

/// The largest compose file that is looked into, in bytes. Existing ones stay below 20 KiB.
pub const MAX_COMPOSE: usize = 1024 * 1024;
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

impl ComposeParse {
    /// The place of the value that is wrong, with `/` between the keys, where it is one value.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::WrongType { place, .. } | Self::TooLong { place, .. } => Some(place),
            Self::Absent | Self::TooLarge { .. } | Self::NotYaml { .. } | Self::TooMany => None,
        }
    }
}

/// Reads what the services of a compose file ask for.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeSet<Permission>, ComposeParse> {
    let value = document(bytes)?;
    let document = Node::root(&value).mapping()?;
    let top = Top {
        named: mounts::Named::read(&document)?,
        networks: networks::Networks::read(&document)?,
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
        let node = node.mapping()?;
        let service = Service { name, node };
        found.extend(service.permissions(&top)?);
        if found.len() > MAX_PERMISSIONS {
            return Err(ComposeParse::TooMany);
        }
    }
    Ok(found)
}

fn document(bytes: &[u8]) -> Result<Value, ComposeParse> {
    if bytes.len() > MAX_COMPOSE {
        return Err(ComposeParse::TooLarge { size: bytes.len() });
    }
    yaml::read(bytes).map_err(|error| ComposeParse::NotYaml {
        problem: crate::text::printable(error.to_string(), 200),
    })
}
