//! What need not be done before a user is told that something is installed: clearing away what was there before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use store::Leavings;

use crate::Desktop;

/// What waits to be cleared away. Dropping it does so.
#[derive(Debug, Default)]
pub(crate) struct Afterwards(Mutex<Vec<Leavings>>);

impl Afterwards {
    fn waiting(&self) -> MutexGuard<'_, Vec<Leavings>> {
        // A panic elsewhere leaves the list whole: each use is one operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desktop {
    /// Lets it wait until the next change, or until nobody needs these use cases any more.
    pub(crate) fn put_off(&self, leavings: Leavings) {
        self.afterwards.waiting().push(leavings);
    }

    /// Clears away what waits. Before each change, so that what earlier ones left does not pile up on the disk.
    pub(crate) fn catch_up(&self) {
        let waiting = std::mem::take(&mut *self.afterwards.waiting());
        drop(waiting);
    }
}
