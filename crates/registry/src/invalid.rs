//! Ways in which what a registry answered is not what it should be.

use model::Digest;
use model::digest::DigestParse;
use model::text::quote;
use thiserror::Error;

/// An answer that came, and is wrong: the content does not match its digest, is no image, or breaks a rule that
/// protects the asker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Invalid {
    /// The bytes have another digest than the one that was asked for.
    #[error("its digest is {actual}, not {expected}")]
    WrongDigest {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// A blob is shorter or longer than its descriptor says. A longer one is not read to its end.
    #[error("{}", wrong_size(*.expected, *.actual))]
    WrongSize {
        /// The bytes that the descriptor states.
        expected: u64,
        /// The bytes that came, or were announced, until the difference was certain.
        actual: u64,
    },
    /// A 206 that is not the range that was asked for.
    #[error("the rest of it was asked for as {}, and {} was answered", quote(.asked), quote(.stated))]
    WrongRange {
        /// The `Content-Range` that would have been right.
        asked: String,
        /// The one that came.
        stated: String,
    },
    /// A transfer that began anew after it broke brought other bytes than before.
    #[error("it was sent a second time with other content")]
    ChangedContent,
    /// The registry's `Docker-Content-Digest` differs from the digest of the body that came with it.
    #[error("the registry says that its digest is {stated}, but the digest of its content is {actual}")]
    WrongDigestHeader {
        /// The header.
        stated: Digest,
        /// The digest of the body.
        actual: Digest,
    },
    /// A digest in a header or a document is malformed.
    #[error("{place}: {problem}")]
    Digest {
        /// Where it stands: `Docker-Content-Digest`, `layers[2].digest`.
        place: String,
        /// What is wrong with it.
        problem: DigestParse,
    },
    /// The document is not JSON, or not of the form that it must have.
    #[error("{what} cannot be read: {problem}")]
    Json {
        /// `the manifest`, `the image config`, `the list of tags`.
        what: &'static str,
        /// The parser's words, with line and column.
        problem: String,
    },
    /// The document has both `manifests` and `layers`: an index for one reader and an image for another
    /// (CVE-2021-41190).
    #[error("it has both `manifests` and `layers`, so it is no image and no index")]
    IndexAndImage,
    /// The document has neither `manifests` nor `layers`.
    #[error("it has neither `manifests` nor `layers`, so it is no image and no index")]
    NeitherIndexNorImage,
    /// A manifest of Docker's first schema, which no engine of today writes.
    #[error(
        "it is a manifest of schema 1, which is no longer read; push the image again with a current tool"
    )]
    SchemaOne,
    /// A known media type that contradicts another one, or the content (GHSA-mc8v-mgrf-8f4m).
    #[error("it is called {}, but it is {}", quote(.stated), quote(.actual))]
    MediaTypes {
        /// The `Content-Type` of the answer, or the document's own `mediaType`.
        stated: String,
        /// The document's `mediaType`, or what its fields make it.
        actual: String,
    },
    /// A descriptor states a negative size.
    #[error("{place} has the size {size}")]
    NegativeSize {
        /// `config`, `layers[2]`.
        place: String,
        /// The size as written.
        size: i64,
    },
    /// The config is not that of an image: it says nothing about layers.
    #[error("its config ({}) is not that of an image", quote(.media_type))]
    NotAnImage {
        /// The config's media type as the manifest states it.
        media_type: String,
    },
    /// Manifest and config disagree about the number of layers.
    #[error("its manifest lists {layers} layers, its config {diff_ids}")]
    LayerCount {
        /// Layers in the manifest.
        layers: usize,
        /// `DiffID`s in the config.
        diff_ids: usize,
    },
    /// The folder or file is no image layout.
    #[error("it is no image layout: it lacks `oci-layout` or `index.json`")]
    NoLayout,
    /// An upload was taken without being told where it goes on.
    #[error("it takes an upload, and does not say where it goes on (`Location`)")]
    NoLocation,
    /// A blob is said to be there that was not to be had a moment ago.
    #[error("it says that a blob came from another repository, which it was not asked for")]
    UnaskedMount,
    /// Indexes in indexes.
    #[error("indexes stand in indexes too deep")]
    TooDeep,
    /// A layout of a version that is not known here.
    #[error("it is an image layout of version {}, and 1.0.0 is read", quote(.version))]
    LayoutVersion {
        /// The version as written; empty where there is none.
        version: String,
    },
    /// An archive that cannot be read, or lacks a file that it names.
    #[error("it is no archive that can be read: {problem}")]
    Archive {
        /// What is wrong with it.
        problem: String,
    },
    /// The archive is none that an engine saved.
    #[error("it is no saved image: it has neither a list `manifest.json` nor the files of an image layout")]
    NoDockerArchive,
    /// A layout does not hold what its documents name. Layouts may be made for some platforms only.
    #[error("it does not hold {digest}, which it names")]
    NotHeld {
        /// What it lacks.
        digest: Digest,
    },
    /// The labels are something other than a table.
    #[error("its labels are not a table of texts")]
    LabelsNotATable,
    /// A label's value is not a text.
    #[error("its label {} is not a text", quote(.label))]
    LabelNotText {
        /// The label.
        label: String,
    },
    /// The next page of a list is said to be at another place (GHSA-h7vf-4x9w-h99v).
    #[error("the next page of the list is said to be at {}; pages are only taken from where the list is", quote(.target))]
    PageElsewhere {
        /// The target, without its query.
        target: String,
    },
    /// The next page of a list is one that was already read.
    #[error("the pages of the list go round in circles")]
    PageLoop,
    /// A redirect that is not followed.
    #[error("it is redirected to {}: {problem}", quote(.target))]
    Redirect {
        /// The target, without its query.
        target: String,
        /// Why it is not followed.
        problem: &'static str,
    },
}

fn wrong_size(expected: u64, actual: u64) -> String {
    if actual > expected {
        format!("it is longer than the {expected} bytes that were promised")
    } else {
        format!("it has {actual} bytes, and {expected} were promised")
    }
}
