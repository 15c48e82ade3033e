//! How much a stranger's archive may cost.

use crate::error::Error;

/// Bytes that the names of one entry may take on average; in real images they take some sixty.
const NAMES_OF_AN_ENTRY: u64 = 256;

/// Upper bounds on what an image may take to read, each with the attack that it answers.
///
/// The defaults let through every image that is known to be used. Passing one is [`Error::Limit`],
/// which names the bound, the value that was allowed and the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one layer may unpack to; 16 GiB. Answers the decompression bomb that fills a disk or never ends.
    /// Setting `limits.layer-size`.
    pub layer_size: u64,
    /// How many times its compressed size a layer may unpack to, looked at once more than 64 MiB came out; 1200.
    /// Answers the bomb that is cheap to send. gzip cannot pass 1032, so this bounds zstd, which can reach
    /// tens of thousands; what is honest but as empty as that can still come as gzip. Setting `limits.ratio`.
    pub ratio: u64,
    /// Entries in all layers of an image, and files and folders in its tree (folders that names only imply
    /// included); 1,000,000, and never more than `u32::MAX`. Answers the archive of ten million empty entries. Their
    /// names and link targets may take 256 bytes each on average, which answers a million names of the greatest length.
    /// Setting `limits.entries`.
    pub entries: u64,
    /// Bytes in one name or link target of an archive, and in one path that a selection leads to; 4096, what Linux
    /// allows for a path. Answers names made to overflow, and links that lengthen each other. Setting `limits.path-length`.
    pub path_length: u64,
    /// Bytes that the files of one selection may add up to, a file counted as often as links repeat it; 8 GiB.
    /// Answers the disk filled through links. Setting `limits.payload-size`.
    pub payload_size: u64,
    /// Files, folders and links that one selection may come by, each as often as links repeat it; 200,000.
    /// Answers folders of links to folders of links. Setting `limits.payload-files`.
    pub payload_files: u64,
    /// Bytes of the window that a zstd frame may ask for; 32 MiB, rounded down to a power of two. Answers the
    /// frame that makes its reader reserve gigabytes. Setting `limits.zstd-window`.
    pub zstd_window: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        const GIB: u64 = 1 << 30;
        Self {
            layer_size: 16 * GIB,
            ratio: 1200,
            entries: 1_000_000,
            path_length: 4096,
            payload_size: 8 * GIB,
            payload_files: 200_000,
            zstd_window: 32 * MIB,
        }
    }
}

impl Limits {
    /// Whether so many entries are allowed; else the error about `subject`.
    pub(crate) fn check_entries(&self, count: usize, subject: impl FnOnce() -> String) -> Result<(), Error> {
        check(
            Bound::Entries,
            count as u64,
            self.entries.min(u32::MAX.into()),
            subject,
        )
    }

    /// Whether names of so many bytes are allowed; else the error about `subject`.
    pub(crate) fn check_names(&self, size: u64, subject: impl FnOnce() -> String) -> Result<(), Error> {
        let allowed = self.entries.saturating_mul(NAMES_OF_AN_ENTRY);
        check(Bound::Names, size, allowed, subject)
    }

    /// Whether a name or path of so many bytes is allowed; else the error about `subject`.
    pub(crate) fn check_path(&self, length: usize, subject: impl FnOnce() -> String) -> Result<(), Error> {
        check(Bound::PathLength, length as u64, self.path_length, subject)
    }

    /// Whether the files of a selection may add up to so many bytes.
    pub(crate) fn check_payload_size(&self, size: u64) -> Result<(), Error> {
        check(Bound::PayloadSize, size, self.payload_size, selection)
    }

    /// Whether a selection may come by so many things.
    pub(crate) fn check_payload_files(&self, count: u64) -> Result<(), Error> {
        check(Bound::PayloadFiles, count, self.payload_files, selection)
    }
}

/// Which of the [`Limits`] was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// [`Limits::layer_size`].
    LayerSize,
    /// [`Limits::ratio`].
    Ratio,
    /// [`Limits::entries`].
    Entries,
    /// [`Limits::entries`], by the bytes that names may take for each.
    Names,
    /// [`Limits::path_length`].
    PathLength,
    /// [`Limits::payload_size`].
    PayloadSize,
    /// [`Limits::payload_files`].
    PayloadFiles,
    /// [`Limits::zstd_window`].
    ZstdWindow,
}

impl Bound {
    /// The key of the configuration that moves it.
    pub fn setting(self) -> &'static str {
        match self {
            Self::LayerSize => "limits.layer-size",
            Self::Ratio => "limits.ratio",
            Self::Entries | Self::Names => "limits.entries",
            Self::PathLength => "limits.path-length",
            Self::PayloadSize => "limits.payload-size",
            Self::PayloadFiles => "limits.payload-files",
            Self::ZstdWindow => "limits.zstd-window",
        }
    }

    /// What goes between the name of the thing that passed the bound and the allowed value.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::LayerSize | Self::Ratio => "unpacks to more than",
            Self::Entries | Self::Names => "holds more than",
            Self::PathLength => "is longer than",
            Self::PayloadSize => "adds up to more than",
            Self::PayloadFiles => "comes by more than",
            Self::ZstdWindow => "asks for a zstd window of more than",
        }
    }

    /// What the allowed value counts.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::LayerSize | Self::PathLength | Self::PayloadSize | Self::ZstdWindow => "bytes",
            Self::Ratio => "times its compressed size",
            Self::Entries => "entries",
            Self::Names => "bytes of names",
            Self::PayloadFiles => "files, folders and links",
        }
    }
}

/// Whether `value` is within `allowed`; else the error about `subject`.
fn check(bound: Bound, value: u64, allowed: u64, subject: impl FnOnce() -> String) -> Result<(), Error> {
    if value <= allowed {
        return Ok(());
    }
    Err(Error::Limit {
        subject: subject(),
        bound,
        allowed,
    })
}

fn selection() -> String {
    "what is selected".to_owned()
}
