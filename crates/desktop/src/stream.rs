//! The bytes of a layer on their way to the thread that unpacks them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use model::Digest;
use model::digest::Hasher;
use model::event::Event;
use registry::Descriptor;
use store::BlobWriter;
use tokio::sync::mpsc;

use crate::Listener;
use crate::layer::Layer;

/// What passes from the network to the thread that unpacks.
pub(crate) enum Piece {
    Bytes(Bytes),
    End,
}

/// The blocking end of the channel, which keeps a copy of what passes.
pub(crate) struct Kept {
    receiver: mpsc::Receiver<Piece>,
    current: Bytes,
    copy: Option<BlobWriter>,
    has_ended: bool,
}

impl Kept {
    pub(crate) fn new(receiver: mpsc::Receiver<Piece>, copy: Option<BlobWriter>) -> Self {
        Self {
            receiver,
            current: Bytes::new(),
            copy,
            has_ended: false,
        }
    }

    /// Keeps the copy, once everything was verified. Without it the layer is fetched again next time.
    pub(crate) fn keep(self) {
        if let Some(copy) = self.copy
            && let Err(error) = copy.commit()
        {
            tracing::warn!(%error, "a layer could not be kept for later");
        }
    }
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.has_ended {
            match self.receiver.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    if let Some(copy) = &mut self.copy
                        && let Err(error) = copy.write_all(&bytes)
                    {
                        tracing::warn!(%error, "a layer cannot be kept for later");
                        self.copy = None;
                    }
                    self.current = bytes;
                }
                Some(Piece::End) => self.has_ended = true,
                None => {
                    return Err(io::Error::new(
                        io::ErrorKind::ConnectionAborted,
                        "the transfer broke off",
                    ));
                }
            }
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// A local file that is checked against its digest and size as it is read, before its end is told.
pub(crate) struct Verified {
    file: File,
    hasher: Hasher,
    expected: Option<(Digest, u64)>,
    read: u64,
}

impl Verified {
    pub(crate) fn new(file: File, descriptor: &Descriptor) -> Self {
        let expected = Some((descriptor.digest.clone(), descriptor.size));
        Self {
            file,
            hasher: Hasher::new(descriptor.digest.algorithm()),
            expected,
            read: 0,
        }
    }
}

impl Read for Verified {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.read += count as u64;
        if count == 0
            && !buffer.is_empty()
            && let Some((digest, size)) = self.expected.take()
            && (self.hasher.clone().finish() != digest || self.read != size)
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a kept blob is damaged",
            ));
        }
        Ok(count)
    }
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
