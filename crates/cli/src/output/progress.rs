//! A bar for each layer, drawn from the events; only where stderr is a terminal.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::Digest;
use model::event::Event;

/// What is drawn while something goes on.
#[derive(Clone)]
pub(crate) struct Progress {
    is_shown: bool,
    bars: MultiProgress,
    layers: Arc<Mutex<BTreeMap<u32, ProgressBar>>>,
    /// Of blobs that are pushed.
    blobs: Arc<Mutex<BTreeMap<Digest, ProgressBar>>>,
}

impl Progress {
    pub(crate) fn new(is_shown: bool) -> Self {
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            is_shown,
            bars: MultiProgress::with_draw_target(target),
            layers: Arc::default(),
            blobs: Arc::default(),
        }
    }

    /// Prints a line on stderr, above the bars.
    pub(crate) fn print(&self, line: &str) {
        self.bars.suspend(|| {
            // Nobody is left to tell where stderr is closed.
            let _ = writeln!(anstream::stderr(), "{line}");
        });
    }

    /// Takes the bars away.
    pub(crate) fn clear(&self) {
        let layers = std::mem::take(&mut *self.layers()).into_values();
        let blobs = std::mem::take(&mut *self.blobs()).into_values();
        for bar in layers.chain(blobs) {
            bar.finish_and_clear();
        }
        // Clearing lines of a terminal that is gone fails harmlessly.
        let _ = self.bars.clear();
    }

    pub(crate) fn show(&self, event: &Event) {
        if !self.is_shown {
            return;
        }
        match event {
            Event::LayerStarted {
                layer,
                digest,
                size,
                is_here,
            } => {
                let bar = self.bars.add(ProgressBar::new(*size).with_style(style(*is_here)));
                bar.set_prefix(digest.short().to_owned());
                self.layers().insert(*layer, bar);
            }
            Event::LayerProgressed { layer, bytes } => {
                if let Some(bar) = self.layers().get(layer) {
                    bar.set_position(*bytes);
                }
            }
            Event::LayerFinished { layer } => {
                if let Some(bar) = self.layers().get(layer) {
                    bar.finish();
                }
            }
            Event::BlobStarted { digest, size } => {
                let bar = self.bars.add(ProgressBar::new(*size).with_style(style(false)));
                bar.set_prefix(digest.short().to_owned());
                self.blobs().insert(digest.clone(), bar);
            }
            Event::BlobProgressed { digest, bytes } => {
                if let Some(bar) = self.blobs().get(digest) {
                    bar.set_position(*bytes);
                }
            }
            Event::BlobFinished { digest } => {
                if let Some(bar) = self.blobs().get(digest) {
                    bar.finish();
                }
            }
            Event::Switched { .. } | Event::Published { .. } => self.clear(),
            _ => {}
        }
    }

    fn blobs(&self) -> MutexGuard<'_, BTreeMap<Digest, ProgressBar>> {
        // The map is whole after every change.
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn layers(&self) -> MutexGuard<'_, BTreeMap<u32, ProgressBar>> {
        // The map is whole after every change.
        self.layers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn style(is_here: bool) -> ProgressStyle {
    let template = if is_here {
        "{prefix} [{bar:24}] {bytes:>10} of {total_bytes:<10} already here"
    } else {
        "{prefix} [{bar:24}] {bytes:>10} of {total_bytes:<10} {bytes_per_sec:>12} {eta:>4} left"
    };
    // The templates are constants; one that could not be read would give the plain bar.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
