//! One look at a digest at a time: who comes second finds what the first one learnt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use model::Digest;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The digests that are looked at now.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<Digest, Weak<Turn<()>>>>);

impl Turns {
    /// Waits until nobody else looks at `digest`; others wait until the guard is dropped.
    pub(crate) async fn wait(&self, digest: &Digest) -> OwnedMutexGuard<()> {
        self.turn(digest).lock_owned().await
    }

    fn turn(&self, digest: &Digest) -> Arc<Turn<()>> {
        // The map is whole after every change.
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(digest).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::new(()));
        turns.insert(digest.clone(), Arc::downgrade(&turn));
        turn
    }
}
