//! A registry in memory, a home folder, and a desktop over both.

use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use desktop::{Clock, Consent, Desktop, Settings};
use embedded::image::{Image, Layer};
use embedded::{Registry, Server};
use jiff::Timestamp;
use model::event::Event;
use model::{AllowList, ExtensionId, Policy, Reference};
use store::Store;

/// The repository that the tests publish.
pub(crate) const WHALE: &str = "acme/whale";

pub(crate) struct Fixture {
    pub(crate) registry: Registry,
    server: Server,
    home: tempfile::TempDir,
    pub(crate) events: Arc<Mutex<Vec<Event>>>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let registry = Registry::new();
        let server = registry.serve().await.unwrap();
        Self {
            registry,
            server,
            home: tempfile::tempdir().unwrap(),
            events: Arc::default(),
        }
    }

    pub(crate) fn home(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.home.path()).unwrap().join("home")
    }

    /// Where the registry listens.
    pub(crate) fn authority(&self) -> String {
        self.server.authority()
    }

    pub(crate) fn id(&self) -> ExtensionId {
        ExtensionId::new(&self.server.authority(), WHALE).unwrap()
    }

    /// `acme/whale` in the registry, with a tag where `tag` is not empty.
    pub(crate) fn reference(&self, tag: &str) -> Reference {
        let tag = (!tag.is_empty()).then(|| tag.parse().unwrap());
        Reference {
            id: self.id(),
            tag,
            digest: None,
        }
    }

    /// A desktop whose allow-list is the test's repository.
    pub(crate) fn desktop(&self, clock: Clock, change: impl FnOnce(&mut Policy)) -> Desktop {
        desktop_at(
            &self.home(),
            &self.id().to_string(),
            clock,
            change,
            Arc::clone(&self.events),
        )
    }

    pub(crate) fn plain_desktop(&self) -> Desktop {
        self.desktop(june, |_| {})
    }

    pub(crate) async fn install(&self, tag: &str) -> desktop::Installation {
        self.plain_desktop()
            .install(&self.reference(tag), &Consent::Given(&|_| {}))
            .await
            .unwrap()
    }

    /// How many requests for blobs were made that are no config of `images`.
    pub(crate) fn layer_requests(&self, images: &[&Image]) -> usize {
        let configs: Vec<_> = images
            .iter()
            .filter_map(|image| image.config_digest())
            .map(ToString::to_string)
            .collect();
        let requests = self.registry.requests();
        let blobs = requests.iter().filter(|request| request.path.contains("/blobs/"));
        blobs
            .filter(|request| !configs.iter().any(|config| request.path.ends_with(config)))
            .count()
    }
}

pub(crate) fn desktop_at(
    home: &Utf8Path,
    allowed: &str,
    clock: Clock,
    change: impl FnOnce(&mut Policy),
    events: Arc<Mutex<Vec<Event>>>,
) -> Desktop {
    let configured = store::configuration::Settings::load(None, home).unwrap();
    let mut settings = Settings::new(&configured, clock).unwrap();
    settings.policy.allow_list = Some(AllowList::parse(allowed).unwrap());
    change(&mut settings.policy);
    let listener = move |event| events.lock().unwrap().push(event);
    Desktop::new(settings, Store::open(home).unwrap(), Arc::new(listener)).unwrap()
}

/// An extension with one page that says `text`, made at `created`.
pub(crate) fn whale(text: &str, created: &str) -> Image {
    whale_with(
        text,
        created,
        r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"ui","src":"index.html"}}}"#,
    )
}

/// As [`whale`], with metadata of its own.
pub(crate) fn whale_with(text: &str, created: &str, metadata: &str) -> Image {
    Image::builder()
        .label("org.opencontainers.image.title", "Whale")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .created(created)
        .layer(Layer::new().file("base/shared", "shared by all", 0o644))
        .layer(
            Layer::new()
                .file("metadata.json", metadata.to_owned(), 0o644)
                .file("ui/index.html", text.to_owned(), 0o644),
        )
        .build()
}

pub(crate) const LONG_AGO: &str = "2020-01-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn june() -> Timestamp {
    at("2026-06-01T12:00:00Z")
}

pub(crate) fn the_next_day() -> Timestamp {
    at("2026-06-02T12:00:00Z")
}

pub(crate) fn a_week_later() -> Timestamp {
    at("2026-06-08T12:00:00Z")
}
