//! Blobs from a registry, taken up again where a transfer breaks.

use std::sync::Arc;

use bytes::Bytes;
use model::{Digest, ExtensionId};

use super::content;
use super::shared::Shared;
use super::transfer::Transfer;
use crate::error::{Error, ErrorKind, Fault, NetworkProblem, Operation};
use crate::retry::Patience;
use crate::verify::Verifier;
use crate::{BlobPrefix, BlobStream, Descriptor, Invalid};

/// One blob of a registry on its way, over as many transfers as it takes.
pub(crate) struct WireBlob {
    source: Source,
    /// Nothing where nothing is left to come.
    transfer: Option<Transfer>,
    breaks: Patience,
    /// Until the registry shows that it cannot send the rest of a blob alone.
    has_ranges: bool,
}

impl WireBlob {
    /// Asks for what comes behind `prefix`.
    pub(super) async fn open(source: Source, prefix: BlobPrefix) -> Result<BlobStream, Error> {
        let mut blob = Self {
            breaks: Patience::new(source.shared.limits().resumes),
            source,
            transfer: None,
            has_ranges: true,
        };
        let BlobPrefix { verifier } = prefix;
        if !verifier.has_all() {
            let transfer = blob.connect(&verifier).await;
            blob.transfer = Some(transfer.map_err(|fault| blob.source.error(fault))?);
        }
        Ok(BlobStream::from_wire(blob, verifier))
    }

    /// The next piece of whatever transfer brings it, for whoever has what `verifier` has seen.
    pub(crate) async fn next(&mut self, verifier: &Verifier) -> Result<Option<Bytes>, Fault> {
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

    pub(crate) fn at(&self, invalid: Invalid) -> Fault {
        match &self.transfer {
            Some(transfer) => Fault::at(transfer.url(), invalid),
            None => Fault::from(invalid),
        }
    }

    pub(crate) fn error(&self, fault: Fault) -> Error {
        self.source.error(fault)
    }

    pub(crate) fn names(&self) -> (String, &Digest) {
        (self.source.id.to_string(), &self.source.descriptor.digest)
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
