//! What need not be done before a user is told that something is installed: clearing away what was there before, and
//! writing the copies of layers.

use std::any::Any;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Desktop;

/// Work that waits. Each piece is done by dropping it.
#[derive(Debug, Default)]
pub(crate) struct Afterwards(Mutex<Vec<Box<dyn Any + Send>>>);

impl Afterwards {
    fn waiting(&self) -> MutexGuard<'_, Vec<Box<dyn Any + Send>>> {
        // A panic elsewhere leaves the list whole: each use is one operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desktop {
    /// Lets something wait until the next change, or until nobody needs these use cases any more.
    pub(crate) fn put_off(&self, work: impl Any + Send) {
        self.afterwards.waiting().push(Box::new(work));
    }

    /// Does what waits. Before each change, so that what earlier ones left does not pile up on the disk.
    pub(crate) fn catch_up(&self) {
        let waiting = std::mem::take(&mut *self.afterwards.waiting());
        drop(waiting);
    }
}
