//! How far a job came: a view of its events.

use std::collections::BTreeMap;

use model::Digest;
use model::event::Event;
use model::text::printable;

/// The most warnings of a job that are kept.
const WARNINGS: usize = 50;
/// The longest warning, in characters.
const LONGEST: usize = 500;

/// How far a job came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) layers: BTreeMap<u32, Layer>,
    pub(crate) repositories: usize,
    pub(crate) visited: usize,
    pub(crate) warnings: Vec<String>,
    /// Why it waits before it asks a registry again.
    pub(crate) pause: Option<String>,
}

/// One layer.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) bytes: u64,
    pub(crate) is_here: bool,
    pub(crate) is_finished: bool,
}

impl Layer {
    /// One of which nothing was read yet.
    fn new(digest: &Digest, size: u64, is_here: bool) -> Self {
        Self {
            digest: digest.to_string(),
            size,
            bytes: 0,
            is_here,
            is_finished: false,
        }
    }
}

/// How soon others should hear of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// It is only a little more of the same.
    Later,
    /// It is a step.
    Now,
}

impl Progress {
    /// Takes an event in.
    pub(crate) fn hear(&mut self, event: Event) -> Urgency {
        match event {
            Event::Planned(plan) => {
                let layers = plan.layers.into_iter();
                let layers = layers.map(|layer| Layer::new(&layer.digest, layer.size, layer.is_here));
                self.layers = (0..).zip(layers).collect();
            }
            Event::LayerStarted {
                layer,
                digest,
                size,
                is_here,
            } => {
                self.layers.insert(layer, Layer::new(&digest, size, is_here));
            }
            Event::LayerProgressed { layer, bytes } => {
                self.pause = None;
                if let Some(layer) = self.layers.get_mut(&layer) {
                    layer.bytes = bytes;
                }
                return Urgency::Later;
            }
            Event::LayerFinished { layer } => {
                if let Some(layer) = self.layers.get_mut(&layer) {
                    layer.bytes = layer.size;
                    layer.is_finished = true;
                }
            }
            Event::ScanStarted { repositories } => self.repositories = repositories,
            Event::RepositoryScanned { .. } => {
                self.visited += 1;
                return Urgency::Later;
            }
            Event::Retrying {
                endpoint,
                cause,
                pause,
                attempt,
                attempts,
            } => {
                let seconds = pause.as_secs();
                let pause =
                    format!("{endpoint}: {cause}; asking again in {seconds} s ({attempt} of {attempts})");
                self.pause = Some(printable(&pause, LONGEST));
            }
            Event::Warned { message } => {
                if self.warnings.len() < WARNINGS {
                    self.warnings.push(printable(&message, LONGEST));
                }
            }
            Event::Resolved { .. }
            | Event::Switched { .. }
            | Event::Removed { .. }
            | Event::AlreadyThere { .. }
            | Event::BlobStarted { .. }
            | Event::BlobProgressed { .. }
            | Event::BlobFinished { .. }
            | Event::Published { .. } => {}
        }
        Urgency::Now
    }
}
