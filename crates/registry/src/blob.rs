//! Blobs, piece by piece, wherever they come from, and verified at their end.

use std::fmt;

use bytes::Bytes;

use crate::client::WireBlob;
use crate::error::{Error, Fault};
use crate::layout::FileBlob;
use crate::verify::Verifier;
use crate::{Descriptor, Invalid};

/// The first bytes of a blob, which an earlier transfer brought: what is still to come is asked for behind them.
///
/// They need not be trusted. Digest and size are verified over the whole blob, these bytes included.
pub struct BlobPrefix {
    pub(crate) verifier: Verifier,
}

impl BlobPrefix {
    /// Nothing of this blob is here yet.
    pub fn none_of(descriptor: &Descriptor) -> Self {
        Self {
            verifier: Verifier::new(descriptor),
        }
    }

    /// Adds the bytes that come next.
    ///
    /// # Errors
    ///
    /// [`Invalid::WrongSize`] where they are more than the blob has: then they belong to something else.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Invalid> {
        self.verifier.update(bytes)
    }
}

impl fmt::Debug for BlobPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BlobPrefix")
            .field("bytes", &self.verifier.seen())
            .finish()
    }
}

/// The bytes of one blob as they come. They count only after [`chunk`](Self::chunk) has answered `None`: until then
/// they may be anybody's.
///
/// A transfer from a registry that breaks is taken up again within `limits.resumes`, where it broke if the registry can do
/// that, and otherwise from the start; what was passed on already is then only compared. Either way nobody sees a byte twice.
pub struct BlobStream {
    origin: Origin,
    /// Gone once the blob has ended, well or badly.
    verifier: Option<Verifier>,
}

/// Where the bytes come from.
enum Origin {
    Wire(Box<WireBlob>),
    File(FileBlob),
}

impl BlobStream {
    /// What a registry sends behind the bytes that `verifier` has seen.
    pub(crate) fn from_wire(blob: WireBlob, verifier: Verifier) -> Self {
        Self {
            origin: Origin::Wire(Box::new(blob)),
            verifier: Some(verifier),
        }
    }

    /// What a file holds behind the bytes that `verifier` has seen.
    pub(crate) fn from_file(blob: FileBlob, verifier: Verifier) -> Self {
        Self {
            origin: Origin::File(blob),
            verifier: Some(verifier),
        }
    }

    /// The next piece; `None` once the last byte was read and digest and size were right.
    ///
    /// # Errors
    ///
    /// [`Invalid::WrongSize`] with the first byte too many or at a too early end, [`Invalid::WrongDigest`] at the end,
    /// [`Invalid::ChangedContent`] where a transfer from the start brings other bytes than before, and `Network` where
    /// the transfer broke too often or is too slow. After an error there are no more pieces, and `None` is not an
    /// approval.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        // Taken out, so that after an error nothing is left to go on with.
        let Some(mut verifier) = self.verifier.take() else {
            return Ok(None);
        };
        let piece = self.origin.next(&verifier).await;
        let piece = piece.map_err(|fault| self.origin.error(fault))?;
        let judged = match &piece {
            None => verifier.finish(),
            Some(bytes) => verifier.update(bytes).map(|()| self.verifier = Some(verifier)),
        };
        match judged {
            Ok(()) => Ok(piece),
            Err(invalid) => Err(self.origin.error(self.origin.at(invalid))),
        }
    }
}

impl Origin {
    async fn next(&mut self, verifier: &Verifier) -> Result<Option<Bytes>, Fault> {
        match self {
            Self::Wire(blob) => blob.next(verifier).await,
            Self::File(blob) => blob.next().await,
        }
    }

    fn at(&self, invalid: Invalid) -> Fault {
        match self {
            Self::Wire(blob) => blob.at(invalid),
            Self::File(blob) => blob.at(invalid),
        }
    }

    fn error(&self, fault: Fault) -> Error {
        match self {
            Self::Wire(blob) => blob.error(fault),
            Self::File(blob) => blob.error(fault),
        }
    }
}

impl fmt::Debug for BlobStream {
    // Not derived: the address of a transfer may be presigned.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (repository, digest) = match &self.origin {
            Origin::Wire(blob) => blob.names(),
            Origin::File(blob) => blob.names(),
        };
        formatter
            .debug_struct("BlobStream")
            .field("repository", &repository)
            .field("digest", &digest)
            .finish_non_exhaustive()
    }
}
