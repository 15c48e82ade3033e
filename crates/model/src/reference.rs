//! References to content in registries, normalised as Docker does.
//!
//! The grammar is that of the `distribution/reference` library, which every container tool follows:
//! `[registry/]repository[:tag][@digest]`, where the first part is a registry if it holds a dot, a colon
//! or an upper-case letter, or is `localhost`. `acme/whale` is `docker.io/acme/whale`; `whale` is
//! `docker.io/library/whale`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::Digest;
use crate::text::quote;

/// The registry that a reference without one means.
pub const DEFAULT_REGISTRY: &str = "docker.io";
/// The longest repository with its registry, in bytes (`distribution/reference`).
const MAX_NAME: usize = 255;
/// The longest tag, in bytes (distribution-spec, "Pulling manifests").
const MAX_TAG: usize = 128;

/// A tag as written: a movable name for a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

impl Tag {
    /// The tag's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = ReferenceParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut bytes = text.bytes();
        let legal = bytes.next().is_some_and(word)
            && bytes.all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
            && text.len() <= MAX_TAG;
        if legal {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceParse::new(
                text,
                "a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`",
            ))
        }
    }
}

/// What a repository holds, named by the normalised reference without tag and digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExtensionId {
    registry: String,
    repository: String,
}

impl ExtensionId {
    /// The registry as written, with its port: `docker.io`, `localhost:5000`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository inside the registry: `acme/whale`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Joins a registry and a repository as a registry lists them.
    ///
    /// # Errors
    ///
    /// When they are not legal, and when Docker's defaults give that name to something else (`docker.io` and `whale` would
    /// be written as `docker.io/whale`, which is `docker.io/library/whale`): then no reference leads there.
    pub fn new(registry: &str, repository: &str) -> Result<Self, ReferenceParse> {
        let whole = format!("{registry}/{repository}");
        check_registry(registry, &whole)?;
        check_repository(repository, &whole)?;
        let id: Self = whole.parse()?;
        if id.registry == registry && id.repository == repository {
            Ok(id)
        } else {
            Err(ReferenceParse::new(&whole, format!("it means {id}")))
        }
    }
}

impl fmt::Display for ExtensionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.registry)?;
        formatter.write_str("/")?;
        formatter.write_str(&self.repository)
    }
}

impl FromStr for ExtensionId {
    type Err = ReferenceParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let reference: Reference = text.parse()?;
        if reference.tag.is_some() || reference.digest.is_some() {
            return Err(ReferenceParse::new(text, "an id has no tag and no digest"));
        }
        Ok(reference.id)
    }
}

/// `registry/repository[:tag][@digest]`, normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The repository.
    pub id: ExtensionId,
    /// The tag, where one was written.
    pub tag: Option<Tag>,
    /// The digest, where one was written.
    pub digest: Option<Digest>,
}

impl Reference {
    /// A reference to one tag of a repository.
    pub fn tagged(id: ExtensionId, tag: Tag) -> Self {
        Self {
            id,
            tag: Some(tag),
            digest: None,
        }
    }
}

impl From<ExtensionId> for Reference {
    fn from(id: ExtensionId) -> Self {
        Self {
            id,
            tag: None,
            digest: None,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.id)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{}", tag.as_str())?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = ReferenceParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => {
                let digest = digest.parse().map_err(|error| ReferenceParse::new(text, error))?;
                (name, Some(digest))
            }
            None => (text, None),
        };
        let (name, tag) = match name.rsplit_once(':') {
            Some((front, tag)) if !tag.contains('/') && !front.is_empty() => (
                front,
                Some(
                    tag.parse::<Tag>()
                        .map_err(|error| ReferenceParse::new(text, error.problem))?,
                ),
            ),
            _ => (name, None),
        };
        if name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ReferenceParse::new(
                text,
                "64 hexadecimal digits name an image by its id, which no registry knows",
            ));
        }
        let (registry, repository) = split_registry(name);
        let repository = if registry == DEFAULT_REGISTRY && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository.to_owned()
        };
        check_registry(registry, text)?;
        check_repository(&repository, text)?;
        if registry.len() + 1 + repository.len() > MAX_NAME {
            return Err(ReferenceParse::new(text, "it is longer than 255 characters"));
        }
        Ok(Self {
            id: ExtensionId {
                registry: registry.to_owned(),
                repository,
            },
            tag,
            digest,
        })
    }
}

/// Splits a name as Docker does: is the first part a registry or the first part of a repository?
pub(crate) fn split_registry(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (canonical_registry(first), rest),
        _ => (DEFAULT_REGISTRY, name),
    }
}

/// Whether the first part of a name is a registry rather than an organisation on Docker Hub.
pub(crate) fn is_registry(first: &str) -> bool {
    let is_of_a_host = |byte: u8| matches!(byte, b'.' | b':') || byte.is_ascii_uppercase();
    first == "localhost" || first.bytes().any(is_of_a_host)
}

/// Docker Hub's older name is still written; both are one registry.
pub(crate) fn canonical_registry(registry: &str) -> &str {
    if registry == "index.docker.io" {
        DEFAULT_REGISTRY
    } else {
        registry
    }
}

pub(crate) fn check_registry(registry: &str, whole: &str) -> Result<(), ReferenceParse> {
    let fail = || {
        ReferenceParse::new(
            whole,
            format!("{} is not the address of a registry", quote(registry)),
        )
    };
    let (host, port) = match registry.strip_prefix('[') {
        Some(rest) => {
            let (address, behind) = rest.split_once(']').ok_or_else(fail)?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| fail())?;
            (
                None,
                behind.strip_prefix(':').or((!behind.is_empty()).then_some("")),
            )
        }
        None => match registry.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(registry), None),
        },
    };
    let port_is_legal = port.is_none_or(|port| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
    });
    let host_is_legal = host.is_none_or(|host| host.split('.').all(is_host_label));
    if port_is_legal && host_is_legal {
        Ok(())
    } else {
        Err(fail())
    }
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

pub(crate) fn check_repository(repository: &str, whole: &str) -> Result<(), ReferenceParse> {
    if repository.is_empty() {
        return Err(ReferenceParse::new(whole, "it names no repository"));
    }
    if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(ReferenceParse::new(
            whole,
            "a repository is written in lower case",
        ));
    }
    match repository.split('/').find(|part| !is_path_component(part)) {
        None => Ok(()),
        Some(part) => Err(ReferenceParse::new(
            whole,
            format!(
                "{} cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`",
                quote(part)
            ),
        )),
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_path_component(part: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    if !bytes.first().copied().is_some_and(alphanumeric) || !bytes.last().copied().is_some_and(alphanumeric) {
        return false;
    }
    // Bytes, which take a fraction of the time that characters do: every list reads hundreds of ids.
    bytes.split(|&byte| alphanumeric(byte)).all(|separator| {
        matches!(separator, b"" | b"." | b"_" | b"__") || separator.iter().all(|&byte| byte == b'-')
    })
}

macro_rules! as_string {
    ($($name:ty),*) => {$(
        impl TryFrom<String> for $name {
            type Error = ReferenceParse;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

as_string!(Tag, ExtensionId);

/// A text that is not a reference, a tag or an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a legal reference: {problem}", quote(.text))]
pub struct ReferenceParse {
    text: String,
    problem: String,
}

impl ReferenceParse {
    pub(crate) fn new(text: &str, problem: impl fmt::Display) -> Self {
        Self {
            text: text.to_owned(),
            problem: problem.to_string(),
        }
    }

    /// What is wrong, without the text that it is wrong with.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(text: &str) -> String {
        text.parse::<Reference>()
            .unwrap_or_else(|error| panic!("{error}"))
            .to_string()
    }

    #[test]
    fn every_accepted_spelling_has_one_normal_form() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        for (written, normal) in [
            ("acme/whale", "docker.io/acme/whale"),
            ("whale", "docker.io/library/whale"),
            ("docker.io/whale", "docker.io/library/whale"),
            ("index.docker.io/acme/whale", "docker.io/acme/whale"),
            ("acme/whale:1.2.0", "docker.io/acme/whale:1.2.0"),
            ("localhost/whale", "localhost/whale"),
            ("localhost:5000/acme/whale", "localhost:5000/acme/whale"),
            ("localhost:5000/whale:v1.0_b", "localhost:5000/whale:v1.0_b"),
            ("[::1]:5000/whale", "[::1]:5000/whale"),
            ("registry.example/a/b/c__d/e--f", "registry.example/a/b/c__d/e--f"),
            ("127.0.0.1:80/x", "127.0.0.1:80/x"),
            ("Acme/whale", "Acme/whale"),
        ] {
            assert_eq!(normalised(written), normal);
        }
        let both = format!("acme/whale:1.0@{digest}");
        assert_eq!(normalised(&both), format!("docker.io/{both}"));
        assert_eq!(
            normalised(&format!("acme/whale@{digest}")),
            format!("docker.io/acme/whale@{digest}")
        );
    }

    #[test]
    fn what_a_registry_lists_is_an_id_only_where_that_name_leads_there() {
        for (registry, repository) in [
            ("docker.io", "acme/whale"),
            ("localhost", "whale"),
            ("r.example:80", "a/b/c"),
        ] {
            let id = ExtensionId::new(registry, repository).unwrap();
            assert_eq!(id.to_string(), format!("{registry}/{repository}"));
        }
        for (registry, repository) in [
            ("docker.io", "whale"),
            ("index.docker.io", "acme/whale"),
            ("acme", "whale"),
            ("r.example", "Whale"),
        ] {
            assert!(
                ExtensionId::new(registry, repository).is_err(),
                "{registry} {repository}"
            );
        }
    }

    #[test]
    fn malformed_references_are_refused() {
        let long = format!("acme/{}", "a".repeat(260));
        let id = "0123456789abcdef".repeat(4);
        for text in [
            "",
            ":",
            "/",
            "acme/",
            "/whale",
            "acme//whale",
            "acme/Whale",
            "acme/whale:",
            "acme/whale:-x",
            "acme/whale:a b",
            "acme/whale@sha256:abc",
            "acme/whale@",
            "acme/.whale",
            "acme/wh..ale",
            "acme/wh___ale",
            "acme/whale-",
            "localhost:port/whale",
            "localhost:99999/whale",
            "-bad.example/whale",
            "bad..example/whale",
            "[::1/whale",
            "[zz]:1/whale",
            "https://acme/whale",
            "acme/wh ale",
            "acme/../whale",
            "acme/whale\n",
            "acme/whale:1:2",
            "acme/whalé",
            &long,
            &id,
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text:?}");
        }
        assert!("acme/whale:1".parse::<ExtensionId>().is_err());
        assert!("a".repeat(129).parse::<Tag>().is_err());
        assert!("a".repeat(128).parse::<Tag>().is_ok());
    }
}
