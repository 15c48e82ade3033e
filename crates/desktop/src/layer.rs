//! Reading one layer: from the registry or from the blobs that are here, through `archive`, into the staging folder.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use archive::{ContentKey, LayerIndex, LayerSource, Sink, Want};
use model::{Digest, ExtensionId};
use registry::Descriptor;
use store::Staging;
use tokio::sync::SetOnce;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::stream::{Incoming, Reader, Verified};
use crate::words::Phase;

/// A layer that has to be read.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// Its position in the image, from the bottom.
    pub(crate) position: u32,
    pub(crate) descriptor: Descriptor,
    pub(crate) diff_id: Digest,
    pub(crate) wanted: Wanted,
    /// The largest window that a zstd frame of it may ask for, in bytes.
    pub(crate) zstd_window: u64,
}

/// The window up to which layers are unpacked side by side, in bytes: what zstd asks for up to its level 19, and the most that
/// RFC 8878 (3.1.1.1.2) wants of every reader.
pub(crate) const COMMON_WINDOW: u64 = 8 << 20;

impl Layer {
    /// Whether nobody read this layer before in this operation. A second reading is of bytes that are here, and not told.
    pub(crate) fn is_first_reading(&self) -> bool {
        !matches!(self.wanted.0.get(), Some(Want::Entries(_)))
    }
}

/// The files of a layer whose content is wanted. Which these are may be told after the layer is on its way: its first bytes wait
/// until then. A clone is told what the original is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted(Arc<SetOnce<Want>>);

impl Wanted {
    /// Tells which files are wanted. What was told before stays.
    pub(crate) fn tell(&self, want: Want) {
        let _ = self.0.set(want);
    }

    async fn told(&self) -> Want {
        self.0.wait().await.clone()
    }
}

impl From<Want> for Wanted {
    fn from(want: Want) -> Self {
        Self(Arc::new(SetOnce::new_with(Some(want))))
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
    /// Reads a layer once and verifies it wholly: digest, size, DiffID.
    ///
    /// Layers whose zstd window is larger than [`COMMON_WINDOW`] take turns, since each has to be held in memory. What
    /// window a layer has stands at its beginning, so that one that turns out to be large has lost little.
    pub(crate) async fn read_layer(
        &self,
        id: &ExtensionId,
        layer: Layer,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let allowed = self.settings.archive.zstd_window;
        match self.read_from_anywhere(id, layer.clone(), staging).await {
            Err(error) if is_about_the_window(&error) && layer.zstd_window < allowed => {
                // Nobody closes the semaphore, and without a turn there would only be more memory in use.
                let _turn = self.large_windows.acquire().await;
                let zstd_window = allowed;
                self.read_from_anywhere(id, Layer { zstd_window, ..layer }, staging)
                    .await
            }
            read => read,
        }
    }

    /// Reads a layer from where it is cheapest.
    async fn read_from_anywhere(
        &self,
        id: &ExtensionId,
        layer: Layer,
        staging: &Staging,
    ) -> Result<ReadLayer, Error> {
        let blobs = self.blobs();
        if let Some(blob) = blobs.open(&layer.descriptor.digest) {
            match self.read_local(layer.clone(), blob, staging).await {
                Err(error) if !is_sinks_fault(&error) && !is_about_the_window(&error) => {
                    // A blob that went bad on disk proves nothing about the release: it is fetched again.
                    tracing::warn!(%error, digest = %layer.descriptor.digest, "a kept blob is damaged");
                    blobs.remove(&layer.descriptor.digest);
                }
                other => return other,
            }
        }
        if let Some(blob) = blobs.partial(&layer.descriptor.digest, layer.descriptor.size) {
            match Box::pin(self.read_rest(id, layer.clone(), blob, staging)).await {
                Err(error) if is_about_the_bytes(&error) => {
                    // Perhaps they were wrong before: it proves nothing about the release either.
                    tracing::warn!(%error, digest = %layer.descriptor.digest, "the beginning of a layer is damaged");
                }
                other => return other,
            }
        }
        Box::pin(self.read_remote(id, layer, staging)).await
    }

    async fn read_local(&self, layer: Layer, blob: File, staging: &Staging) -> Result<ReadLayer, Error> {
        let reader = Reader::new(&layer, &self.listener, true);
        let verified = Verified::new(blob, &layer);
        let unpacking = self.unpack(layer, staging, move |order| order.run(reader.over(verified)));
        unpacking.await
    }

    /// Unpacks what a transfer brings, and keeps a copy.
    pub(crate) async fn unpack_incoming(
        &self,
        layer: Layer,
        staging: &Staging,
        mut incoming: Incoming,
    ) -> Result<ReadLayer, Error> {
        let reader = Reader::new(&layer, &self.listener, false);
        let unpacking = self.unpack(layer, staging, move |order| {
            let read = order.run(reader.over(&mut incoming));
            incoming.keep(read.is_ok());
            read
        });
        unpacking.await
    }

    /// Runs the blocking part on its own thread.
    async fn unpack(
        &self,
        layer: Layer,
        staging: &Staging,
        read: impl FnOnce(Unpacking) -> Result<ReadLayer, archive::Error> + Send + 'static,
    ) -> Result<ReadLayer, Error> {
        let limits = archive::Limits {
            zstd_window: layer.zstd_window,
            ..self.settings.archive.clone()
        };
        let unpacking = Unpacking {
            want: layer.wanted.told().await,
            layer,
            staging: staging.clone(),
            limits,
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

/// Whether what was read is wrong, rather than not to be had.
fn is_about_the_bytes(error: &Error) -> bool {
    match error.cause() {
        Cause::Registry(error) => matches!(error.kind(), registry::ErrorKind::Invalid(_)),
        Cause::Content(_) => !is_sinks_fault(error) && !is_about_the_window(error),
        _ => false,
    }
}

/// Whether a zstd frame asks for more memory than it may have for now.
fn is_about_the_window(error: &Error) -> bool {
    matches!(
        error.cause(),
        Cause::Content(archive::Error::Limit {
            bound: archive::Bound::ZstdWindow,
            ..
        })
    )
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
    want: Want,
    staging: Staging,
    limits: archive::Limits,
}

impl Unpacking {
    fn run(self, input: impl Read) -> Result<ReadLayer, archive::Error> {
        let Self {
            layer,
            want,
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
        let index = archive::read_layer(input, &source, &want, &limits, &mut sink)?;
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
