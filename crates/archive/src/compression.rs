//! Compressed bytes to tar, recognised by the bytes themselves.

use std::fmt;
use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, unpack};
use crate::limits::{Bound, Limits};

/// How a layer is compressed, as its first bytes say; media types are sometimes wrong about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip (RFC 1952), of one or several members.
    Gzip,
    /// zstd (RFC 8878), of one or several frames.
    Zstd,
    /// Plain tar.
    None,
}

impl Compression {
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A frame, or one that is to be skipped (RFC 8878 3.1.1 and 3.1.2).
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Self::Zstd,
            _ => Self::None,
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::None => "plain tar",
        })
    }
}

/// A layer's bytes as they come out of the decompressor. Ends where the input ends, not before.
pub(crate) struct Decompressed<'a> {
    layer: u32,
    compression: Compression,
    zstd_window: u64,
    reader: Box<dyn Read + 'a>,
}

impl<'a> Decompressed<'a> {
    /// Looks at the first bytes of `input` and puts the right decompressor on it.
    pub(crate) fn open(input: impl Read + 'a, layer: u32, limits: &Limits) -> Result<Self, Error> {
        let mut input = Input(input);
        let mut magic = Vec::new();
        (&mut input)
            .take(4)
            .read_to_end(&mut magic)
            .map_err(|error| unpack(error, Error::Input))?;
        let compression = Compression::of(&magic);
        let zstd_window = limits.zstd_window.clamp(1 << 10, 1 << 31);
        let input = BufReader::with_capacity(64 << 10, Cursor::new(magic).chain(input));
        let malformed = |source| Error::Compression {
            layer,
            compression,
            source,
        };
        let reader: Box<dyn Read + 'a> = match compression {
            Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(input).map_err(malformed)?;
                decoder.window_log_max(zstd_window.ilog2()).map_err(malformed)?;
                Box::new(decoder)
            }
            Compression::None => Box::new(input),
        };
        Ok(Self {
            layer,
            compression,
            zstd_window: 1 << zstd_window.ilog2(),
            reader,
        })
    }

    fn failed(&self, source: io::Error) -> Error {
        if self.compression == Compression::Zstd && is_window_error(&source) {
            return Error::Limit {
                subject: format!("layer {}", self.layer),
                bound: Bound::ZstdWindow,
                allowed: self.zstd_window,
            };
        }
        Error::Compression {
            layer: self.layer,
            compression: self.compression,
            source,
        }
    }
}

impl Read for Decompressed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader
            .read(buffer)
            .map_err(|error| unpack(error, |error| self.failed(error)).pack())
    }
}

/// The zstd crate hands the library's error on as its text only.
fn is_window_error(error: &io::Error) -> bool {
    /// `ZSTD_error_frameParameter_windowTooLarge`; codes travel as negative numbers.
    const WINDOW_TOO_LARGE: usize = 16;
    error.to_string() == zstd::zstd_safe::get_error_name(0usize.wrapping_sub(WINDOW_TOO_LARGE))
}

/// The caller's reader: marks its errors as its own, so that they come out of every layer above as they went in.
struct Input<R>(R);

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                // Not every reader above tries again.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(|error| Error::Input(error).pack()),
            }
        }
    }
}
