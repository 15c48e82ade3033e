//! The one stream of events. Progress bars, notices and history are views of it.

use std::time::Duration;

use crate::digest::Digest;
use crate::plan::Plan;
use crate::reference::{ExtensionId, Reference};

/// Something that a use case did or came upon.
///
/// For one install the order is: `Resolved`, `Planned`, then for each layer `LayerStarted`, any number of
/// `LayerProgressed`, `LayerFinished` (layers run side by side), then `Switched`. `Retrying` and `Warned` may come at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A reference was resolved to the digest that the rest of the operation uses.
    Resolved {
        /// As it was asked for.
        reference: Reference,
        /// What it resolved to.
        digest: Digest,
    },
    /// It is known what will be done.
    Planned(Plan),
    /// A layer is being read.
    LayerStarted {
        /// Its position in the image, from the bottom.
        layer: u32,
        /// Its digest.
        digest: Digest,
        /// Its bytes as transferred.
        size: u64,
        /// Whether its bytes are already here.
        is_here: bool,
    },
    /// A layer came forward.
    LayerProgressed {
        /// Its position in the image.
        layer: u32,
        /// How many of its bytes were read so far.
        bytes: u64,
    },
    /// A layer was read to its end and verified.
    LayerFinished {
        /// Its position in the image.
        layer: u32,
    },
    /// A release became current.
    Switched {
        /// The extension.
        id: ExtensionId,
        /// The version before, if there was one.
        from: Option<String>,
        /// The version now.
        to: String,
    },
    /// Something that is to be pushed is there already.
    AlreadyThere {
        /// Its digest.
        digest: Digest,
    },
    /// A blob is being pushed.
    BlobStarted {
        /// Its digest.
        digest: Digest,
        /// Its bytes.
        size: u64,
    },
    /// A blob came forward.
    BlobProgressed {
        /// Its digest.
        digest: Digest,
        /// How many of its bytes were sent so far.
        bytes: u64,
    },
    /// A blob was taken in.
    BlobFinished {
        /// Its digest.
        digest: Digest,
    },
    /// A tag points to what was pushed.
    Published {
        /// With the tag.
        reference: Reference,
        /// What it points to.
        digest: Digest,
    },
    /// An extension was removed.
    Removed {
        /// The extension.
        id: ExtensionId,
    },
    /// A scan begins.
    ScanStarted {
        /// How many repositories it visits.
        repositories: usize,
    },
    /// A scan has finished with a repository.
    RepositoryScanned {
        /// The repository.
        id: ExtensionId,
    },
    /// A registry did not answer as it should, and will be asked again after a pause.
    Retrying {
        /// Host and port of who is asked.
        endpoint: String,
        /// Why, in words.
        cause: String,
        /// The pause.
        pause: Duration,
        /// Which further try comes after it, from 1.
        attempt: usize,
        /// How many there will be at most.
        attempts: usize,
    },
    /// Something a user should know, that does not stop the operation.
    Warned {
        /// The sentence.
        message: String,
    },
}
