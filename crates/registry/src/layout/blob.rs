//! Blobs from files.

use std::io::Read as _;

use bytes::Bytes;
use camino::Utf8PathBuf;
use model::Digest;

use super::files::{OpenFile, unreadable};
use crate::Invalid;
use crate::error::{Error, ErrorKind, Fault, Operation};

/// How much is read in one step, in bytes.
const PIECE: usize = 256 << 10;

/// One blob of a layout on its way.
pub(crate) struct FileBlob {
    /// Gone once it was read to its end, or could not be read.
    file: Option<OpenFile>,
    path: Utf8PathBuf,
    layout: String,
    digest: Digest,
}

impl FileBlob {
    pub(super) fn new(file: OpenFile, layout: String, digest: Digest) -> Self {
        Self {
            path: file.path().clone(),
            file: Some(file),
            layout,
            digest,
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let Some(file) = self.file.take() else {
            return Ok(None);
        };
        // A disk may take its time, and other transfers wait for this thread.
        let reading = tokio::task::spawn_blocking(move || piece_of(file));
        let (bytes, file) = match reading.await {
            Ok(read) => read.map_err(|kind| Fault::in_file(&self.path, kind))?,
            Err(_) => return Err(Fault::in_file(&self.path, interrupted())),
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        self.file = Some(file);
        Ok(Some(bytes))
    }

    pub(crate) fn at(&self, invalid: Invalid) -> Fault {
        Fault::in_file(&self.path, invalid)
    }

    pub(crate) fn error(&self, fault: Fault) -> Error {
        let Self { layout, digest, .. } = self;
        Error::new(Operation::Blob, format!("{layout}@{digest}"), "", fault)
    }

    pub(crate) fn names(&self) -> (String, &Digest) {
        (self.layout.clone(), &self.digest)
    }
}

fn piece_of(mut file: OpenFile) -> Result<(Bytes, OpenFile), ErrorKind> {
    let mut bytes = Vec::with_capacity(PIECE);
    let read = file.by_ref().take(PIECE as u64).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error))?;
    Ok((Bytes::from(bytes), file))
}

/// A thread that reads ended without an answer.
pub(super) fn interrupted() -> ErrorKind {
    ErrorKind::File {
        cause: "reading it was interrupted".to_owned(),
    }
}
