//! An honest registry in memory with one image, and the registry with faults before it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use embedded::image::Layer;
use embedded::{Image, Registry, Server};
use model::ExtensionId;
use outrigger_registry::{
    BlobPrefix, BlobStream, Client, Descriptor, Error, Fetch as _, Limits, Retry, RetryListener, Settings,
};
use testkit::FaultyRegistry;

use crate::fixture::settings;

/// How many bytes of noise the one layer holds.
const NOISE: usize = 100_000;

/// `acme/whale:1.0.0` at a registry with faults, and a client that does not wait long.
pub(crate) struct Scene {
    pub(crate) faulty: FaultyRegistry,
    pub(crate) honest: Registry,
    pub(crate) image: Image,
    pub(crate) id: ExtensionId,
    pub(crate) client: Client,
    told: Arc<Mutex<Vec<Retry>>>,
    _server: Server,
}

/// Limits of a client that asks again, and does not wait long.
pub(crate) fn brief() -> Limits {
    Limits {
        idle_time: Duration::from_millis(300),
        document_time: Duration::from_millis(800),
        retries: 2,
        retry_time: Duration::from_secs(5),
        resumes: 3,
        pages: 5,
        ..Limits::default()
    }
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(brief()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let honest = Registry::new();
        let image = Image::builder()
            .layer(Layer::new().file("noise", noise(), 0o644))
            .build();
        honest.push("acme/whale", "1.0.0", &image);
        let server = honest.serve().await.unwrap();
        let faulty = FaultyRegistry::in_front_of(&server.authority());
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        let client = Client::new(Settings {
            limits,
            on_retry: RetryListener::new(move |retry| telling.lock().unwrap().push(retry)),
            ..settings()
        });
        Self {
            id: ExtensionId::new(faulty.authority(), "acme/whale").unwrap(),
            client: client.unwrap(),
            faulty,
            honest,
            image,
            told,
            _server: server,
        }
    }

    /// The layer as the registry holds it.
    pub(crate) fn layer(&self) -> Vec<u8> {
        let digest = &self.image.layer_digests()[0];
        let mut blobs = self.image.blobs().iter();
        let (_, bytes) = blobs.find(|(known, _)| *known == digest).unwrap();
        bytes.to_vec()
    }

    pub(crate) fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: String::new(),
            digest: self.image.layer_digests()[0].clone(),
            size: self.layer().len() as u64,
            platform: None,
        }
    }

    /// Reads the layer: what came, and how it ended.
    pub(crate) async fn read(&self) -> (Vec<u8>, Result<(), Error>) {
        self.read_behind(BlobPrefix::none_of(&self.descriptor())).await
    }

    pub(crate) async fn read_behind(&self, prefix: BlobPrefix) -> (Vec<u8>, Result<(), Error>) {
        let mut bytes = Vec::new();
        let stream = self
            .client
            .rest_of_blob(&self.id, &self.descriptor(), prefix)
            .await;
        let ended = match stream {
            Ok(stream) => drain(stream, &mut bytes).await,
            Err(error) => Err(error),
        };
        (bytes, ended)
    }

    /// The retries that were told so far.
    pub(crate) fn told(&self) -> Vec<Retry> {
        self.told.lock().unwrap().clone()
    }

    /// The `Range` of each request for a blob, in order; `all` where there was none.
    pub(crate) fn ranges(&self) -> Vec<String> {
        let asked = self.faulty.requests().into_iter();
        asked
            .filter(|asked| asked.path.contains("/blobs/"))
            .map(|asked| asked.range.unwrap_or_else(|| "all".to_owned()))
            .collect()
    }
}

async fn drain(mut stream: BlobStream, bytes: &mut Vec<u8>) -> Result<(), Error> {
    while let Some(piece) = stream.chunk().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(())
}

/// Bytes that no compression makes smaller.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..NOISE).map(|_| next()).collect()
}
