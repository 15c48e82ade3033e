//! Writing out a file while more of it comes.

use std::fs::File;
use std::num::NonZeroU64;

use crate::platform;

/// How many bytes are begun to be written out at a time. Fewer would cost calls, more would leave much for the end.
const STEP: u64 = 4 << 20;

/// Has the system write a growing file to disk while the next bytes are still fetched and unpacked, so that the flush at
/// the end finds little to do. Nothing is durable by it.
#[derive(Debug, Default)]
pub(crate) struct WriteBehind {
    written: u64,
    begun: u64,
}

impl WriteBehind {
    /// For a file that will grow at its end.
    pub(crate) fn of(file: &File) -> Self {
        // A length that is not to be had makes the advice useless, not wrong.
        let written = file.metadata().map_or(0, |metadata| metadata.len());
        Self {
            written,
            begun: written,
        }
    }

    /// To be called after each write at the end of the file, with the bytes that it took.
    pub(crate) fn wrote(&mut self, file: &File, count: usize) {
        self.written += count as u64;
        if let Some(length) = NonZeroU64::new(self.written - self.begun)
            && length.get() >= STEP
        {
            platform::begin_writing_out(file, self.begun, length);
            self.begun = self.written;
        }
    }
}
