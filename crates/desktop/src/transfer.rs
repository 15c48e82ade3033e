//! A layer on its way from the registry: one side receives and verifies, the other unpacks.

use model::ExtensionId;
use registry::{BlobPrefix, BlobStream, Descriptor, Fetch as _};
use store::{PartialBlob, Staging};
use tokio::sync::{mpsc, oneshot};

use crate::Desktop;
use crate::error::Error;
use crate::layer::{Layer, ReadLayer};
use crate::stream::{Beginning, Incoming, Piece};
use crate::words::Phase;

/// How many pieces of a layer wait between network and unpacking; with pieces of up to 400 KiB or so this bounds memory.
const PIECES_IN_FLIGHT: usize = 16;

impl Desktop {
    /// Reads a layer whose beginning is here, from there and then from the registry.
    pub(crate) async fn read_rest(
        &self,
        id: &ExtensionId,
        layer: Layer,
        blob: PartialBlob,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let (sender, receiver) = mpsc::channel(PIECES_IN_FLIGHT);
        let (hashed, prefix) = oneshot::channel();
        let descriptor = layer.descriptor.clone();
        let here = Beginning {
            blob,
            prefix: BlobPrefix::none_of(&descriptor),
            hashed,
        };
        let unpacking = self.unpack_incoming(layer, staging, Incoming::behind(here, receiver));
        let fetching = async {
            match prefix.await {
                Ok(prefix) => self.transfer(id, &descriptor, prefix, sender).await,
                Err(_) => Ok(()), // unpacking has ended, with its own error
            }
        };
        both(fetching, unpacking).await
    }

    /// Reads a layer from the registry.
    pub(crate) async fn read_remote(
        &self,
        id: &ExtensionId,
        layer: Layer,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let (sender, receiver) = mpsc::channel(PIECES_IN_FLIGHT);
        let descriptor = layer.descriptor.clone();
        let copy = self.blobs().writer(&descriptor.digest, descriptor.size).ok();
        let unpacking = self.unpack_incoming(layer, staging, Incoming::new(receiver, copy));
        let fetching = self.transfer(id, &descriptor, BlobPrefix::none_of(&descriptor), sender);
        both(fetching, unpacking).await
    }

    async fn transfer(
        &self,
        id: &ExtensionId,
        descriptor: &Descriptor,
        prefix: BlobPrefix,
        sender: mpsc::Sender<Piece>,
    ) -> Result<(), registry::Error> {
        let stream = self.registry.rest_of_blob(id, descriptor, prefix).await;
        let fetched = match stream {
            Ok(stream) => forward(stream, &sender).await,
            Err(error) => Err(error),
        };
        if matches!(&fetched, Err(error) if matches!(error.kind(), registry::ErrorKind::Invalid(_))) {
            let _ = sender.send(Piece::Spoilt).await; // unpacking may have ended before
        }
        fetched
    }
}

/// Waits for both ends of a transfer. A registry that failed is the cause of an unpacking that broke off, not the other way
/// round.
async fn both(
    fetching: impl Future<Output = Result<(), registry::Error>>,
    unpacking: impl Future<Output = Result<ReadLayer, Error>>,
) -> Result<ReadLayer, Error> {
    match futures_util::future::join(fetching, unpacking).await {
        (Err(error), _) => Err(Error::from_registry(Phase::Fetch, error)),
        (Ok(()), unpacked) => unpacked,
    }
}

/// Passes the verified stream on; the end is told only after digest and size were checked.
async fn forward(mut stream: BlobStream, sender: &mpsc::Sender<Piece>) -> Result<(), registry::Error> {
    while let Some(bytes) = stream.chunk().await? {
        if sender.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(()); // unpacking has ended, with its own error
        }
    }
    let _ = sender.send(Piece::End).await;
    Ok(())
}
