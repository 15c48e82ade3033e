//! Blobs, piece by piece, taken up again where a transfer breaks, and verified at their end.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use model::ExtensionId;

use super::content;
use super::shared::Shared;
use super::transfer::Transfer;
use crate::error::{Error, ErrorKind, Fault, NetworkProblem, Operation};
use crate::retry::Patience;
use crate::verify::Verifier;
use crate::{Descriptor, Invalid};

/// The first bytes of a blob, which an earlier transfer brought: what is still to come is asked for behind them.
///
/// They need not be trusted. Digest and size are verified over the whole blob, these bytes included.
pub struct BlobPrefix {
    verifier: Verifier,
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
/// A transfer that breaks is taken up again within `limits.resumes`, where it broke if the registry can do that, and
/// otherwise from the start; what was passed on already is then only compared. Either way nobody sees a byte twice.
pub struct BlobStream {
    source: Source,
    /// Gone once the blob has ended, well or badly.
    verifier: Option<Verifier>,
    /// Nothing where nothing is left to come.
    transfer: Option<Transfer>,
    breaks: Patience,
    /// Until the registry shows that it cannot send the rest of a blob alone.
    has_ranges: bool,
}

impl BlobStream {
    /// Asks for what comes behind `prefix`.
    pub(super) async fn open(source: Source, prefix: BlobPrefix) -> Result<Self, Error> {
        let mut stream = Self {
            breaks: Patience::new(source.shared.limits().resumes),
            source,
            verifier: None,
            transfer: None,
            has_ranges: true,
        };
        let BlobPrefix { verifier } = prefix;
        if !verifier.has_all() {
            let transfer = stream.connect(&verifier).await;
            stream.transfer = Some(transfer.map_err(|fault| stream.source.error(fault))?);
        }
        stream.verifier = Some(verifier);
        Ok(stream)
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
        let piece = self
            .next(&verifier)
            .await
            .map_err(|fault| self.source.error(fault))?;
        let judged = match &piece {
            None => verifier.finish(),
            Some(bytes) => verifier.update(bytes).map(|()| self.verifier = Some(verifier)),
        };
        match judged {
            Ok(()) => Ok(piece),
            Err(invalid) => Err(self.source.error(self.at(invalid))),
        }
    }

    /// The next piece of whatever transfer brings it.
    async fn next(&mut self, verifier: &Verifier) -> Result<Option<Bytes>, Fault> {
        let rate = self.source.shared.limits().least_rate();
        while let Some(transfer) = &mut self.transfer {
            match transfer.next(rate).await {
                Err(fault) if is_a_break(&fault.kind, transfer) => {
                    self.breaks.wait(self.source.shared.wire(), fault).await?;
                    self.transfer = Some(self.connect(verifier).await?);
                }
                done => return done,
            }
        }
        Ok(None)
    }

    async fn connect(&mut self, verifier: &Verifier) -> Result<Transfer, Fault> {
        if verifier.seen() > 0 && self.has_ranges {
            match self.source.transfer(verifier, verifier.seen()).await {
                Err(fault) if is_about_the_range(&fault.kind) => self.has_ranges = false,
                done => return done,
            }
        }
        self.source.transfer(verifier, 0).await
    }

    fn at(&self, invalid: Invalid) -> Fault {
        match &self.transfer {
            Some(transfer) => Fault::at(transfer.url(), invalid),
            None => Fault::from(invalid),
        }
    }
}

/// A line that broke, or fell silent after it had brought something, may be better the next time.
fn is_a_break(kind: &ErrorKind, transfer: &Transfer) -> bool {
    match kind {
        ErrorKind::Network { problem, .. } => match problem {
            NetworkProblem::Broken => true,
            NetworkProblem::Timeout => transfer.has_brought_something(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a registry cannot do what it was asked, and may be able to send the whole.
fn is_about_the_range(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Server { status: 416, .. } | ErrorKind::Invalid(Invalid::WrongRange { .. })
    )
}

/// Where a blob comes from, as often as it is asked for.
pub(super) struct Source {
    pub(super) shared: Arc<Shared>,
    pub(super) id: ExtensionId,
    pub(super) descriptor: Descriptor,
}

impl Source {
    /// Asks for the bytes from `start` on, for whoever has what `verifier` has seen.
    async fn transfer(&self, verifier: &Verifier, start: u64) -> Result<Transfer, Fault> {
        let request = content::blob(&self.id, &self.descriptor, start);
        let answer = self.shared.ask(self.id.registry(), &request).await?;
        Transfer::new(answer, verifier)
    }

    fn error(&self, fault: Fault) -> Error {
        let subject = format!("{}@{}", self.id, self.descriptor.digest);
        Error::new(Operation::Blob, subject, self.id.registry(), fault)
    }
}

impl fmt::Debug for BlobStream {
    // Not derived: the transfer's address may be presigned.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BlobStream")
            .field("id", &self.source.id)
            .field("digest", &self.source.descriptor.digest)
            .finish_non_exhaustive()
    }
}
