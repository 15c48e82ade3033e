//! Reading one layer: from the registry or from the blobs that are here, through `archive`, into the staging folder.

use std::fs::File;
use std::io::{self, Read};

use archive::{ContentKey, LayerIndex, LayerSource, Sink, Want};
use model::{Digest, ExtensionId};
use registry::{BlobStream, Descriptor};
use store::Staging;
use tokio::sync::mpsc;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::stream::{Kept, Piece, Reader, Verified};
use crate::words::Phase;

/// How many pieces of a layer wait between network and unpacking; with pieces of up to 64 KiB or so this bounds memory.
const PIECES_IN_FLIGHT: usize = 16;

/// A layer that has to be read.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// Its position in the image, from the bottom.
    pub(crate) position: u32,
    pub(crate) descriptor: Descriptor,
    pub(crate) diff_id: Digest,
    /// The files whose content is wanted.
    pub(crate) want: Want,
}

impl Layer {
    /// Whether nobody read this layer before in this operation. A second reading is of bytes that are here, and not told.
    pub(crate) fn is_first_reading(&self) -> bool {
        matches!(self.want, Want::Below(_))
    }
}

/// What reading a layer gave.
#[derive(Debug)]
pub(crate) struct ReadLayer {
    pub(crate) index: LayerIndex,
    /// The files whose content is now staged.
    pub(crate) stored: Vec<ContentKey>,
}

impl Desktop {
    /// Reads a layer once, from where it is cheapest, and verifies it wholly: digest, size, DiffID.
    pub(crate) async fn read_layer(
        &self,
        id: &ExtensionId,
        layer: Layer,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let blobs = self.blobs();
        if let Some(file) = blobs.open(&layer.descriptor.digest) {
            match self.read_local(layer.clone(), file, staging).await {
                Err(error) if !is_sinks_fault(&error) => {
                    // A blob that went bad on disk proves nothing about the release: it is fetched again.
                    tracing::warn!(%error, digest = %layer.descriptor.digest, "a kept blob is damaged");
                    blobs.remove(&layer.descriptor.digest);
                }
                other => return other,
            }
        }
        self.read_remote(id, layer, staging).await
    }

    async fn read_local(&self, layer: Layer, file: File, staging: &Staging) -> Result<ReadLayer, Error> {
        let reader = Reader::new(&layer, &self.listener, true);
        let verified = Verified::new(file, &layer.descriptor);
        let unpacking = self.unpack(layer, staging, move |order| order.run(reader.over(verified)));
        unpacking.await
    }

    async fn read_remote(
        &self,
        id: &ExtensionId,
        layer: Layer,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let failed = |error| Error::from_registry(Phase::Fetch, error);
        let stream = self.registry.blob(id, &layer.descriptor).await.map_err(failed)?;
        let (sender, receiver) = mpsc::channel(PIECES_IN_FLIGHT);
        let reader = Reader::new(&layer, &self.listener, false);
        let kept = Kept::new(receiver, self.blobs().writer(&layer.descriptor.digest).ok());
        let unpacking = self.unpack(layer, staging, move |order| {
            let mut kept = kept;
            let read = order.run(reader.over(&mut kept))?;
            kept.keep();
            Ok(read)
        });
        let (fetched, unpacked) = futures_util::future::join(forward(stream, sender), unpacking).await;
        match (fetched, unpacked) {
            // A registry that failed is the cause of an unpacking that broke off, not the other way round.
            (Err(error), _) => Err(failed(error)),
            (Ok(()), unpacked) => unpacked,
        }
    }

    /// Runs the blocking part on its own thread.
    async fn unpack(
        &self,
        layer: Layer,
        staging: &Staging,
        read: impl FnOnce(Unpacking) -> Result<ReadLayer, archive::Error> + Send + 'static,
    ) -> Result<ReadLayer, Error> {
        let unpacking = Unpacking {
            layer,
            staging: staging.clone(),
            limits: self.settings.archive.clone(),
        };
        match tokio::task::spawn_blocking(move || read(unpacking)).await {
            Ok(result) => result.map_err(|error| Error::new(Phase::Fetch, Cause::Content(error))),
            Err(_) => Err(Error::new(
                Phase::Fetch,
                Cause::Interrupted("reading a layer".to_owned()),
            )),
        }
    }
}

/// Passes the verified stream on; the end is told only after digest and size were checked.
async fn forward(mut stream: BlobStream, sender: mpsc::Sender<Piece>) -> Result<(), registry::Error> {
    loop {
        match stream.chunk().await {
            Ok(Some(bytes)) => {
                if sender.send(Piece::Bytes(bytes)).await.is_err() {
                    return Ok(()); // unpacking has ended, with its own error
                }
            }
            Ok(None) => {
                let _ = sender.send(Piece::End).await;
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether the home folder failed, rather than what was read.
fn is_sinks_fault(error: &Error) -> bool {
    matches!(
        error.cause(),
        Cause::Content(archive::Error::Sink(_)) | Cause::Interrupted(_)
    )
}

/// What the blocking thread needs.
struct Unpacking {
    layer: Layer,
    staging: Staging,
    limits: archive::Limits,
}

impl Unpacking {
    fn run(self, input: impl Read) -> Result<ReadLayer, archive::Error> {
        let Self {
            layer,
            staging,
            limits,
        } = self;
        let source = LayerSource {
            layer: layer.position,
            diff_id: &layer.diff_id,
            compressed_size: layer.descriptor.size,
        };
        let mut sink = StagingSink {
            staging,
            stored: Vec::new(),
        };
        let index = archive::read_layer(input, &source, &layer.want, &limits, &mut sink)?;
        Ok(ReadLayer {
            index,
            stored: sink.stored,
        })
    }
}

/// Joins `archive` and `store`, which do not know each other.
struct StagingSink {
    staging: Staging,
    stored: Vec<ContentKey>,
}

impl Sink for StagingSink {
    fn store(&mut self, key: ContentKey, _size: u64, content: &mut dyn Read) -> io::Result<()> {
        self.staging.write((key.layer, key.entry), content)?;
        self.stored.push(key);
        Ok(())
    }
}
