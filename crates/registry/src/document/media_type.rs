//! Media types of manifests: what is asked for, what they claim, and when they contradict each other.

use crate::Invalid;

/// What manifests are asked for as: all four types, because a registry converts or refuses what is not accepted.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// The media type of an index, as OCI has it.
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of an image's manifest, as OCI has it.
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The two forms of a document, which its fields decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Index,
    Manifest,
}

/// The media types that are known, with the form that each claims.
const KNOWN: [(&str, Shape); 4] = [
    (OCI_INDEX, Shape::Index),
    (OCI_MANIFEST, Shape::Manifest),
    (
        "application/vnd.docker.distribution.manifest.list.v2+json",
        Shape::Index,
    ),
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        Shape::Manifest,
    ),
];

/// Manifests of schema 1, without and with signatures.
const SCHEMA_ONE: [&str; 2] = [
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
];

/// The type of a document: the known one among those that are stated, else OCI's for its form.
///
/// Known types must not contradict each other or the fields: whoever signs or lists one reading must not have the
/// other one run. Types that are not known (`application/json`, `text/plain`) claim nothing.
pub(super) fn settle(
    content_type: Option<&str>,
    media_type: Option<&str>,
    shape: Shape,
) -> Result<&'static str, Invalid> {
    // `type/subtype; charset=…`; the names are in lower case everywhere but in some servers' headers.
    let header = content_type.and_then(|header| header.split(';').next());
    let header = header.map(|header| header.trim().to_ascii_lowercase());
    let stated = [header.as_deref(), media_type];
    if stated.iter().flatten().any(|stated| SCHEMA_ONE.contains(stated)) {
        return Err(Invalid::SchemaOne);
    }
    let known = |stated: &str| KNOWN.into_iter().find(|(name, _)| *name == stated);
    match stated.map(|stated| stated.and_then(known)) {
        [Some((header, _)), Some((body, _))] if header != body => Err(contradiction(header, body)),
        [Some((claim, claimed)), _] | [None, Some((claim, claimed))] if claimed != shape => {
            Err(contradiction(claim, shape.in_words()))
        }
        [_, Some((stated, _))] | [Some((stated, _)), None] => Ok(stated),
        [None, None] => Ok(shape.oci_type()),
    }
}

impl Shape {
    fn oci_type(self) -> &'static str {
        match self {
            Self::Index => OCI_INDEX,
            Self::Manifest => OCI_MANIFEST,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Index => "an index",
            Self::Manifest => "an image",
        }
    }
}

fn contradiction(stated: &str, actual: &str) -> Invalid {
    Invalid::MediaTypes {
        stated: stated.to_owned(),
        actual: actual.to_owned(),
    }
}
