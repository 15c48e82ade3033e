//! Everything that is counted on the way from the decompressor to the first parser.

use std::cell::RefCell;
use std::io::{self, BufReader, Read};

use model::Digest;
use model::digest::Hasher;

use crate::compression::Decompressed;
use crate::error::Error;
use crate::layer::LayerSource;
use crate::limits::{Bound, Limits};
use crate::second::{FirstReading, HeaderTooLong, SecondReading};

/// Below this many bytes a ratio says nothing: a small archive of nothing is no attack.
const RATIO_FROM: u64 = 64 << 20;

/// A reader of unpacked bytes that hashes them, holds them against the limits and shows them to the second parser.
///
/// It is read through a shared reference, so that whoever holds the first parser can still ask it.
pub(crate) struct Tap<'a>(RefCell<State<'a>>);

struct State<'a> {
    reader: BufReader<Decompressed<'a>>,
    hasher: Hasher,
    second: SecondReading,
    layer: u32,
    /// The entry that is being read, for errors.
    entry: u32,
    size: u64,
    layer_size: u64,
    /// Bytes above which the ratio is passed.
    ratio_size: u64,
    ratio: u64,
}

impl<'a> Tap<'a> {
    pub(crate) fn new(decompressed: Decompressed<'a>, source: &LayerSource<'_>, limits: &Limits) -> Self {
        Self(RefCell::new(State {
            reader: BufReader::with_capacity(128 << 10, decompressed),
            hasher: Hasher::new(source.diff_id.algorithm()),
            second: SecondReading::new(),
            layer: source.layer,
            entry: 0,
            size: 0,
            layer_size: limits.layer_size,
            ratio_size: source
                .compressed_size
                .saturating_mul(limits.ratio)
                .max(RATIO_FROM),
            ratio: limits.ratio,
        }))
    }

    /// Asks the second parser about the entry at which the first one has arrived.
    pub(crate) fn compare(&self, first: &FirstReading<'_>) -> Result<(), Error> {
        let mut state = self.0.borrow_mut();
        let result = state.second.compare(first);
        result.map_err(|difference| state.disagreement(difference))?;
        state.entry += 1;
        Ok(())
    }

    /// Asks the second parser about the end, then reads on to the end of the input, whatever stands there.
    /// Returns the number of bytes and their digest.
    pub(crate) fn finish(self) -> Result<(u64, Digest), Error> {
        let unpack = |error| crate::error::unpack(error, Error::Input);
        // The first parser stops behind the first closing block, the second one wants to see both.
        io::copy(&mut (&self).take(512), &mut io::sink()).map_err(unpack)?;
        {
            let mut state = self.0.borrow_mut();
            let result = state.second.compare_end();
            result.map_err(|difference| state.disagreement(difference))?;
        }
        io::copy(&mut &self, &mut io::sink()).map_err(unpack)?;
        let state = self.0.into_inner();
        Ok((state.size, state.hasher.finish()))
    }
}

impl Read for &Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.borrow_mut();
        let count = state.reader.read(buffer)?;
        state.take(&buffer[..count]).map_err(Error::pack)?;
        Ok(count)
    }
}

impl State<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.size += bytes.len() as u64;
        if self.size > self.layer_size {
            return Err(self.limit(Bound::LayerSize, self.layer_size));
        }
        if self.size > self.ratio_size {
            return Err(self.limit(Bound::Ratio, self.ratio));
        }
        self.hasher.update(bytes);
        self.second
            .push(bytes)
            .map_err(|HeaderTooLong| Error::HeaderTooLong {
                layer: self.layer,
                entry: self.entry,
            })
    }

    fn limit(&self, bound: Bound, allowed: u64) -> Error {
        Error::Limit {
            subject: format!("layer {}", self.layer),
            bound,
            allowed,
        }
    }

    fn disagreement(&self, difference: String) -> Error {
        Error::ParsersDisagree {
            layer: self.layer,
            entry: self.entry,
            difference,
        }
    }
}
