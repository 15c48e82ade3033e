//! The bytes of a layer on their way to the thread that unpacks them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use model::Digest;
use model::digest::Hasher;
use model::event::Event;
use registry::{BlobPrefix, Descriptor};
use store::{BlobWriter, PartialBlob};
use tokio::sync::{mpsc, oneshot};

use crate::Listener;
use crate::layer::Layer;

/// What passes from the network to the thread that unpacks.
pub(crate) enum Piece {
    Bytes(Bytes),
    End,
    /// What came before is not what it should be.
    Spoilt,
}

/// A layer on its way: what is here of it already, then the blocking end of the channel; with a copy of all that passes.
pub(crate) struct Incoming {
    here: Option<Beginning>,
    receiver: mpsc::Receiver<Piece>,
    current: Bytes,
    copy: Option<BlobWriter>,
    end: Option<End>,
}

/// The beginning of a layer that an earlier transfer left, and who waits for having it hashed.
pub(crate) struct Beginning {
    pub(crate) blob: PartialBlob,
    pub(crate) prefix: BlobPrefix,
    pub(crate) hashed: oneshot::Sender<BlobPrefix>,
}

/// How the bytes ended.
enum End {
    Whole,
    Spoilt,
    /// Nobody sends any more. What came so far may be good.
    BrokenOff,
}

impl Incoming {
    /// Everything comes through `receiver`, and is copied to `copy`.
    pub(crate) fn new(receiver: mpsc::Receiver<Piece>, copy: Option<BlobWriter>) -> Self {
        Self {
            here: None,
            receiver,
            current: Bytes::new(),
            copy,
            end: None,
        }
    }

    /// What lies behind `here` comes through `receiver`.
    pub(crate) fn behind(here: Beginning, receiver: mpsc::Receiver<Piece>) -> Self {
        Self {
            here: Some(here),
            ..Self::new(receiver, None)
        }
    }

    /// Keeps the copy: of a layer that was `read` as a blob, of one that broke off as a beginning. What was found to be wrong
    /// goes. Where it cannot be kept, the layer is fetched again next time.
    pub(crate) fn keep(self, was_read: bool) {
        let kept = match (self.end, self.here, self.copy) {
            (Some(End::Whole), _, Some(copy)) if was_read => copy.commit(),
            (Some(End::BrokenOff), _, Some(copy)) => copy.leave(),
            (Some(End::Spoilt) | None, Some(here), _) => {
                here.blob.discard();
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "a layer could not be kept for later");
        }
    }

    /// Reads what is here; at its end, the network may send the rest.
    fn read_here(&mut self, mut here: Beginning, buffer: &mut [u8]) -> io::Result<usize> {
        let count = here.blob.read(buffer)?;
        if count > 0 {
            // A file that grew beyond its blob is not its beginning: the hash will not be right.
            let _ = here.prefix.push(&buffer[..count]);
            self.here = Some(here);
            return Ok(count);
        }
        let Beginning { blob, prefix, hashed } = here;
        self.copy = blob.into_writer().ok();
        // Nobody waits any more where the operation was given up.
        let _ = hashed.send(prefix);
        Ok(0)
    }

    /// Waits for the next bytes of the channel.
    fn receive(&mut self) -> io::Result<()> {
        match self.receiver.blocking_recv() {
            Some(Piece::Bytes(bytes)) => {
                if let Some(copy) = &mut self.copy
                    && let Err(error) = copy.write_all(&bytes)
                {
                    tracing::warn!(%error, "a layer cannot be kept for later");
                    self.copy = None;
                }
                self.current = bytes;
                return Ok(());
            }
            Some(Piece::End) => {
                self.end = Some(End::Whole);
                return Ok(());
            }
            Some(Piece::Spoilt) => self.end = Some(End::Spoilt),
            None => self.end = Some(End::BrokenOff),
        }
        Err(io::Error::new(
            io::ErrorKind::ConnectionAborted,
            "the transfer broke off",
        ))
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some(here) = self.here.take() {
            let count = self.read_here(here, buffer)?;
            if count > 0 {
                return Ok(count);
            }
        }
        while self.current.is_empty() && self.end.is_none() {
            self.receive()?;
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// A kept blob that is checked against its digest and size as it is read, before its end is told.
pub(crate) struct Verified {
    blob: File,
    /// What is hashed on the way, and what it is to come to.
    expected: Option<(Hasher, Digest)>,
    /// Bytes that are still to come.
    left: u64,
}

impl Verified {
    /// Where the layer is not compressed its `DiffID` is its digest, is checked anyway, and once is enough.
    pub(crate) fn new(blob: File, layer: &Layer) -> Self {
        let Descriptor { digest, size, .. } = &layer.descriptor;
        let expected = (*digest != layer.diff_id).then(|| (Hasher::new(digest.algorithm()), digest.clone()));
        Self {
            blob,
            expected,
            left: *size,
        }
    }

    fn check_end(&mut self) -> io::Result<()> {
        let is_same = |(hasher, digest): (Hasher, Digest)| hasher.finish() == digest;
        if self.left == 0 && self.expected.take().is_none_or(is_same) {
            return Ok(());
        }
        Err(damaged())
    }
}

impl Read for Verified {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.blob.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.check_end()?;
        }
        if let Some((hasher, _)) = &mut self.expected {
            hasher.update(&buffer[..count]);
        }
        self.left = self.left.checked_sub(count as u64).ok_or_else(damaged)?;
        Ok(count)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a kept blob is damaged")
}

/// Reports how far a layer was read.
pub(crate) struct Reader {
    listener: Listener,
    position: u32,
    read: u64,
    has_ended: bool,
}

impl Reader {
    pub(crate) fn new(layer: &Layer, listener: &Listener, is_here: bool) -> Self {
        let Layer {
            position, descriptor, ..
        } = layer;
        let listener = if layer.is_first_reading() {
            Arc::clone(listener)
        } else {
            silence()
        };
        listener(Event::LayerStarted {
            layer: *position,
            digest: descriptor.digest.clone(),
            size: descriptor.size,
            is_here,
        });
        Self {
            listener,
            position: *position,
            read: 0,
            has_ended: false,
        }
    }

    pub(crate) fn over<R: Read>(self, inner: R) -> Progress<R> {
        Progress { reader: self, inner }
    }
}

fn silence() -> Listener {
    Arc::new(|_| {})
}

/// A reader that reports.
pub(crate) struct Progress<R> {
    reader: Reader,
    inner: R,
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let Reader {
            listener,
            position,
            read,
            has_ended,
        } = &mut self.reader;
        if count > 0 {
            *read += count as u64;
            listener(Event::LayerProgressed {
                layer: *position,
                bytes: *read,
            });
        } else if !buffer.is_empty() && !std::mem::replace(has_ended, true) {
            listener(Event::LayerFinished { layer: *position });
        }
        Ok(count)
    }
}
