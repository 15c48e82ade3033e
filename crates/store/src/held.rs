//! Copies of layers that wait in memory until the change that brought them is durable.
//!
//! What makes a payload durable takes every file of its file system along, also the copies, which need not be durable: a
//! disk that writes 250 MB a second is busy with 25 MB of them for a tenth of a second, in which a user waits. So they are
//! written afterwards, as far as memory for them is allowed. A process that is killed meanwhile loses these copies, and
//! the next one fetches those layers again.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use model::Digest;

use crate::blobs::BlobCache;

/// How many bytes are held at most, of all layers together.
const MOST: u64 = 32 << 20;
/// The largest layer that is held, in bytes. What takes longer to fetch again is kept as it comes.
const LARGEST: u64 = 16 << 20;

/// What is held. Clones of a cache share it.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many changes hold now.
    holders: usize,
    /// The bytes that are held, or promised to layers that are still coming.
    promised: u64,
    blobs: BTreeMap<Digest, Bytes>,
}

/// As long as this lives, layers that are brought into the cache may wait in memory. When it goes they are written.
#[derive(Debug)]
#[must_use]
pub struct Holding(BlobCache);

/// A layer on its way into memory.
#[derive(Debug)]
pub(crate) struct Growing {
    held: Arc<Held>,
    promised: u64,
    content: Vec<u8>,
}

impl BlobCache {
    /// Has small layers wait in memory (each of at most 16 MiB, all together of at most 32) until what is returned is
    /// dropped, which is to be after the change that they belong to. Then they are written, and not flushed.
    pub fn hold(&self) -> Holding {
        self.held().state().holders += 1;
        Holding(self.clone())
    }
}

impl Held {
    /// Room for a layer of `size` bytes, where there is some.
    pub(crate) fn room_for(self: &Arc<Self>, size: u64) -> Option<Growing> {
        let mut state = self.state();
        let promised = state.promised + size.min(MOST);
        if state.holders == 0 || size > LARGEST || promised > MOST {
            return None;
        }
        state.promised = promised;
        Some(Growing {
            held: Arc::clone(self),
            promised: size,
            content: Vec::with_capacity(usize::try_from(size).unwrap_or_default()),
        })
    }

    pub(crate) fn find(&self, digest: &Digest) -> Option<Bytes> {
        self.state().blobs.get(digest).cloned()
    }

    pub(crate) fn remove(&self, digest: &Digest) {
        let mut state = self.state();
        if let Some(content) = state.blobs.remove(digest) {
            state.promised -= content.len() as u64;
        }
    }

    fn take(&self) -> BTreeMap<Digest, Bytes> {
        let mut state = self.state();
        let blobs = std::mem::take(&mut state.blobs);
        state.promised -= blobs.values().map(|content| content.len() as u64).sum::<u64>();
        blobs
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves numbers that are too large at worst: less is held then.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Growing {
    /// Keeps it as the blob `digest`.
    pub(crate) fn hold(mut self, digest: Digest) {
        let content = Bytes::from(std::mem::take(&mut self.content));
        let held = Arc::clone(&self.held);
        let mut state = held.state();
        // From now on it counts with what it has.
        state.promised = state.promised - self.promised + content.len() as u64;
        self.promised = 0;
        let before = state.blobs.insert(digest, content);
        state.promised -= before.map_or(0, |before| before.len() as u64);
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.content.len() + bytes.len()) as u64 > self.promised {
            return Err(io::Error::other("more comes than was said"));
        }
        self.content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if self.promised > 0 {
            self.held.state().promised -= self.promised;
        }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let Self(cache) = self;
        cache.held().state().holders -= 1;
        // Also where others hold still: they hold what comes from now on.
        for (digest, content) in cache.held().take() {
            if let Err(error) = cache.put(&digest, &content) {
                tracing::warn!(%error, "a layer could not be kept for later");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding() -> Arc<Held> {
        let held = Arc::new(Held::default());
        held.state().holders = 1;
        held
    }

    #[test]
    fn nothing_is_held_where_nobody_asked_for_it() {
        assert!(Arc::new(Held::default()).room_for(1).is_none());
    }

    #[test]
    fn no_more_is_held_than_is_allowed() {
        let held = holding();
        assert!(held.room_for(LARGEST + 1).is_none());
        assert!(held.room_for(u64::MAX).is_none());
        let (one, two) = (held.room_for(LARGEST).unwrap(), held.room_for(LARGEST).unwrap());
        assert!(held.room_for(1).is_none());
        drop(one);
        assert!(held.room_for(1).is_some());
        drop(two);
        assert_eq!(held.state().promised, 0);
    }

    #[test]
    fn what_is_held_counts_until_it_is_taken() {
        let held = holding();
        let digest = Digest::of(b"layer");
        for _ in 0..2 {
            let mut growing = held.room_for(8).unwrap();
            growing.write_all(b"layer").unwrap();
            growing.hold(digest.clone());
            assert_eq!(held.state().promised, 5);
        }
        assert_eq!(held.find(&digest).unwrap(), "layer");
        held.remove(&digest);
        assert_eq!((held.find(&digest), held.state().promised), (None, 0));
    }

    #[test]
    fn more_than_was_said_is_refused() {
        let mut growing = holding().room_for(4).unwrap();
        growing.write_all(b"layer").unwrap_err();
    }
}
