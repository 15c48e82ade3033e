//! Flushing what is staged while more of it comes, so that the flush at the end finds little to do.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use camino::Utf8Path;

use crate::platform::Flusher;

/// After how many staged bytes a flush is begun. Each is a commit of the file system's journal, which makes others wait:
/// many small ones cost more than they spare.
const STEP: u64 = 24 << 20;

/// The flush of a folder that is still being filled. What is begun early makes nothing durable that anybody relies on; it
/// is [`finish`](Self::finish) that does.
#[derive(Debug)]
pub(crate) struct FlushAhead {
    /// One for all flushes, since before the first write: the system tells a failed writing once to each who has the folder
    /// open, and not to whoever opens it later.
    flusher: Arc<Flusher>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    unflushed: u64,
    running: Option<JoinHandle<io::Result<()>>>,
    /// The first failure. What was lost by it stays lost, however well later flushes go.
    failed: Option<io::Error>,
}

impl FlushAhead {
    /// For a folder that is empty so far.
    pub(crate) fn of(folder: &Utf8Path) -> io::Result<Self> {
        Ok(Self {
            flusher: Arc::new(Flusher::open(folder)?),
            state: Mutex::default(),
        })
    }

    /// To be called after so many bytes were written below the folder.
    pub(crate) fn wrote(&self, bytes: u64) {
        let mut state = self.state();
        state.unflushed += bytes;
        let is_running = state.running.as_ref().is_some_and(|flush| !flush.is_finished());
        if !Flusher::CAN_BE_EARLY || state.unflushed < STEP || is_running {
            return;
        }
        state.wait();
        let flusher = Arc::clone(&self.flusher);
        // Where no thread can be had, everything is flushed at the end.
        let flush = std::thread::Builder::new().spawn(move || flusher.flush());
        state.running = flush.ok();
        state.unflushed = 0;
    }

    /// Makes everything below the folder durable, names included.
    pub(crate) fn finish(&self) -> io::Result<()> {
        let mut state = self.state();
        state.wait();
        match &state.failed {
            // It stays, so that nobody who asks again is told that all is well.
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            None => self.flusher.flush(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the state whole: each change of it is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Waits for the flush that was begun, if one was.
    fn wait(&mut self) {
        let ended = self.running.take().map(JoinHandle::join);
        let failed = match ended {
            None | Some(Ok(Ok(()))) => return,
            Some(Ok(Err(error))) => error,
            Some(Err(_panic)) => io::Error::other("the thread that flushes ended"),
        };
        self.failed.get_or_insert(failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_that_failed_early_fails_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let ahead = FlushAhead::of(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        ahead.wrote(STEP);
        ahead.state().wait();
        ahead.state().running = Some(std::thread::spawn(|| Err(io::Error::other("no disk"))));
        ahead.wrote(STEP);
        ahead.wrote(STEP);
        for _ in 0..2 {
            assert_eq!(ahead.finish().unwrap_err().to_string(), "no disk");
        }
    }

    #[test]
    fn little_is_flushed_once_and_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let ahead = FlushAhead::of(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        ahead.wrote(STEP - 1);
        assert!(ahead.state().running.is_none());
        ahead.finish().unwrap();
    }
}
