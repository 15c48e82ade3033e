//! What a layout names, and the two ways in which tools write names.

use std::fmt;

use model::{ExtensionId, Reference, Tag};

use crate::Descriptor;

/// Where the image specification has names stand: a tag, or with podman and bundles a whole reference.
pub(super) const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Where containerd, BuildKit and the Docker Engine write the whole reference.
pub(super) const IMAGE_NAME: &str = "io.containerd.image.name";

/// One image or index that a layout names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutEntry {
    /// Where it is.
    pub descriptor: Descriptor,
    /// What it is called, where that can be read as a name.
    pub name: Option<EntryName>,
}

/// What a layout calls one of its images. It is what the layout says: nobody vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryName {
    /// A tag alone, which does not say of what.
    Tag(Tag),
    /// A repository, most often with a tag.
    Reference(Reference),
}

impl EntryName {
    /// Reads the two annotations. The fuller name wins; what is neither a reference nor a tag names nothing.
    pub(super) fn read(image_name: Option<&str>, ref_name: Option<&str>) -> Option<Self> {
        let references = [image_name, ref_name.filter(|name| name.contains('/'))];
        let reference = references
            .into_iter()
            .flatten()
            .find_map(|name| name.parse::<Reference>().ok());
        let tag = || ref_name.and_then(|name| name.parse().ok()).map(Self::Tag);
        reference.map(Self::Reference).or_else(tag)
    }

    /// The repository, where it says which.
    pub fn id(&self) -> Option<&ExtensionId> {
        match self {
            Self::Tag(_) => None,
            Self::Reference(reference) => Some(&reference.id),
        }
    }

    /// The tag, where it has one.
    pub fn tag(&self) -> Option<&Tag> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::Reference(reference) => reference.tag.as_ref(),
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(formatter),
            Self::Reference(reference) => reference.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_the_tools_write_them() {
        for (image_name, ref_name, read) in [
            // skopeo and umoci: the tag alone.
            (None, Some("1.2.0"), Some("1.2.0")),
            // podman: the whole reference.
            (
                None,
                Some("localhost/acme/whale:1.2.0"),
                Some("localhost/acme/whale:1.2.0"),
            ),
            // BuildKit and the Engine: both.
            (
                Some("docker.io/acme/whale:1.2.0"),
                Some("1.2.0"),
                Some("docker.io/acme/whale:1.2.0"),
            ),
            (Some("acme/whale"), None, Some("docker.io/acme/whale")),
            // What can be read counts, where the other cannot.
            (Some("Not A Name"), Some("1.2.0"), Some("1.2.0")),
            (None, Some("UPPER/../case"), None),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let name = EntryName::read(image_name, ref_name).map(|name| name.to_string());
            assert_eq!(name.as_deref(), read, "{image_name:?} {ref_name:?}");
        }
    }
}
