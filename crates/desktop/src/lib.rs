//! The use cases: scan, install, update, remove, show, search.
//!
//! This room knows the order of things. It asks `model` what to do, and `registry`, `archive` and `store` to do it: it
//! is the only room that holds all three, and joins them (a layer's stream goes through `archive` into `store`). It
//! reports through one stream of [`model::event::Event`]s. It must not know terminals, web pages or argument parsers,
//! and decides nothing that `model` could.

mod afterwards;
mod attempt;
mod automatic;
mod bundle;
mod choose;
mod consent;
mod contents;
mod cost;
mod deliver;
mod doctor;
mod error;
mod facts;
mod find;
mod garbage;
mod history;
mod hold;
mod install;
mod layer;
mod list;
mod local;
mod look;
mod moved;
mod payload;
mod picture;
mod purpose;
mod push;
mod reminder;
mod remove;
mod resting;
mod rollback;
mod scan;
mod search;
mod settings;
mod show;
mod stream;
mod transfer;
mod turns;
mod update;
mod verify;
mod words;

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use model::event::Event;
use registry::{Retry, RetryListener};
use store::{BlobCache, Store};
use tokio::sync::Semaphore;

pub use automatic::AutomaticUpdate;
pub use bundle::Bundled;
pub use consent::{Consent, Question};
pub use cost::Cost;
pub use doctor::Doctor;
pub use error::{Cause, Error};
pub use history::History;
pub use install::{Installation, Outcome};
pub use list::{Broken, Listed, Listing, Outdated};
pub use push::{Origin, Publication, PublishedTag, Publishing};
pub use registry::{Picture, PictureAddress, Unpictured};
pub use rollback::Rollback;
pub use scan::ScanReport;
pub use search::Hit;
pub use settings::{Clock, Settings};
pub use show::{Described, Details, ReleaseLine};
pub use update::Selection;
pub use verify::Verified;
pub use words::{Code, Kind, Phase};

/// Who listens to the events. Called from several threads, and must not block.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// The use cases over one home folder and its settings.
pub struct Desktop {
    settings: Settings,
    store: Store,
    registry: registry::Client,
    /// Whether images in files stand in for a repository.
    reads_files: bool,
    facts: Mutex<facts::Memory>,
    turns: turns::Turns,
    blobs: BlobCache,
    listener: Listener,
    /// The turn of one layer whose zstd window is large.
    large_windows: Semaphore,
    afterwards: afterwards::Afterwards,
}

impl std::fmt::Debug for Desktop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Desktop")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The settings of the wire, which tells of its pauses as events.
fn reporting(settings: &registry::Settings, listener: &Listener) -> registry::Settings {
    let listener = Arc::clone(listener);
    let on_retry = RetryListener::new(move |retry: Retry| {
        listener(Event::Retrying {
            endpoint: retry.endpoint.unwrap_or_default(),
            cause: retry.cause.to_string(),
            pause: retry.pause,
            attempt: retry.attempt,
            attempts: retry.attempts,
        });
    });
    registry::Settings {
        on_retry,
        ..settings.clone()
    }
}

impl Desktop {
    /// Joins a store with settings. Opens no connection and writes nothing.
    ///
    /// # Errors
    ///
    /// When the settings of a registry cannot be used, such as a certificate file that is missing.
    pub fn new(settings: Settings, store: Store, listener: Listener) -> Result<Self, Error> {
        let registry = registry::Client::new(reporting(&settings.registry, &listener))
            .map_err(|error| Error::from_registry(Phase::Settings, error))?;
        let blobs = store.blobs().with_limit(settings.blob_cache);
        let facts = Mutex::new(facts::Memory::open(&store));
        Ok(Self {
            settings,
            store,
            registry,
            reads_files: false,
            facts,
            turns: turns::Turns::default(),
            blobs,
            listener,
            large_windows: Semaphore::new(1),
            afterwards: afterwards::Afterwards::default(),
        })
    }

    /// The home folder.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn blobs(&self) -> &BlobCache {
        &self.blobs
    }

    fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    fn emit(&self, event: Event) {
        (self.listener)(event);
    }

    fn warn(&self, message: impl Into<String>) {
        self.emit(Event::Warned {
            message: message.into(),
        });
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, facts::Memory> {
        // A panic while the lock was held cannot leave the memory half changed: each of its writes is a transaction.
        self.facts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
