//! Blobs, piece by piece, verified at their end.

use std::fmt;

use bytes::Bytes;
use url::Url;

use crate::error::{Error, Fault, Operation};
use crate::verify::Verifier;
use crate::wire::{Answer, in_words};
use crate::{Descriptor, Invalid};

/// The bytes of one blob as they come. They count only after [`chunk`](Self::chunk) has answered `None`: until then
/// they may be anybody's.
pub struct BlobStream {
    answer: Answer,
    /// Gone once the blob has ended, well or badly.
    verifier: Option<Verifier>,
    subject: String,
    registry: String,
}

impl BlobStream {
    pub(crate) fn new(
        answer: Answer,
        descriptor: &Descriptor,
        subject: String,
        registry: &str,
    ) -> Result<Self, Error> {
        let stream = Self {
            answer,
            verifier: Some(Verifier::new(descriptor)),
            subject,
            registry: registry.to_owned(),
        };
        // A stated length that is wrong settles it before the first byte.
        match stream.answer.response.content_length() {
            Some(actual) if actual != descriptor.size => Err(stream.error(Invalid::WrongSize {
                expected: descriptor.size,
                actual,
            })),
            _ => Ok(stream),
        }
    }

    /// The next piece; `None` once the last byte was read and digest and size were right.
    ///
    /// # Errors
    ///
    /// [`Invalid::WrongSize`] with the first byte too many or at a too early end, [`Invalid::WrongDigest`] at the end,
    /// and `Network` when the connection breaks. After an error there are no more pieces, and `None` is not an
    /// approval.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(verifier) = self.verifier.as_mut() else {
            return Ok(None);
        };
        let piece = match self.answer.response.chunk().await {
            Ok(piece) => piece,
            Err(error) => return self.end(in_words(error)),
        };
        let judged = match &piece {
            Some(bytes) => verifier.update(bytes),
            None => self.verifier.take().map_or(Ok(()), Verifier::finish),
        };
        match judged {
            Ok(()) => Ok(piece),
            Err(invalid) => self.end(invalid),
        }
    }

    fn end(&mut self, kind: impl Into<crate::ErrorKind>) -> Result<Option<Bytes>, Error> {
        self.verifier = None;
        Err(self.error(kind))
    }

    fn error(&self, kind: impl Into<crate::ErrorKind>) -> Error {
        let fault = Fault::at(self.address(), kind);
        Error::new(Operation::Blob, self.subject.clone(), &self.registry, fault)
    }

    fn address(&self) -> &Url {
        &self.answer.url
    }
}

impl fmt::Debug for BlobStream {
    // Not derived: the answer's address may be presigned.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BlobStream")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
