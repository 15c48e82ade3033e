//! Writing layers reproducibly: the same files give the same bytes, on any machine and at any time.
//!
//! Owners are left out, the time is an argument, modes are reduced to the execute bit, and entries come in the order in which
//! they are added: whoever adds them sorts them.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use flate2::{Compression as GzipLevel, GzBuilder, write::GzEncoder};
use model::digest::Hasher;
use model::{Algorithm, Digest, ImagePath};
use tar::{EntryType, Header};

use crate::Compression;

/// The level of zstd, the one that its own tool takes.
const ZSTD_LEVEL: i32 = 3;
/// What is written for a system that they do not tell (RFC 1952, 2.3.1).
const UNKNOWN_SYSTEM: u8 = 255;

/// One layer while it is written.
pub struct LayerWriter<W: Write> {
    archive: tar::Builder<Tee<W>>,
    folders: BTreeSet<String>,
    time: u64,
}

impl<W: Write> std::fmt::Debug for LayerWriter<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("LayerWriter")
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

impl<W: Write> LayerWriter<W> {
    /// Begins a layer. `time` is the modification time of everything in it, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written.
    pub fn new(output: W, compression: Compression, time: u64) -> io::Result<Self> {
        let packer = match compression {
            Compression::None => Packer::None(output),
            Compression::Gzip => {
                let builder = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
                Packer::Gzip(builder.write(output, GzipLevel::default()))
            }
            Compression::Zstd => Packer::Zstd(zstd::Encoder::new(output, ZSTD_LEVEL)?),
        };
        let tee = Tee {
            hasher: Hasher::new(Algorithm::Sha256),
            packer,
        };
        Ok(Self {
            archive: tar::Builder::new(tee),
            folders: BTreeSet::new(),
            time,
        })
    }

    /// Adds a file of exactly `size` bytes, and the folders above it that the layer does not have yet.
    ///
    /// # Errors
    ///
    /// When `content` cannot be read or the output cannot be written, and where `content` has another size, as a file has that
    /// somebody changes meanwhile.
    pub fn file(&mut self, path: &ImagePath, facts: FileFacts, content: impl Read) -> io::Result<()> {
        self.folders_above(path)?;
        let mode = if facts.executable { 0o755 } else { 0o644 };
        let mut header = self.header(EntryType::Regular, mode);
        header.set_size(facts.size);
        let mut content = Counted { content, read: 0 };
        let bounded = (&mut content).take(facts.size);
        self.archive.append_data(&mut header, path.as_str(), bounded)?;
        let rest = io::copy(&mut (&mut content).take(1), &mut io::sink())?;
        if content.read != facts.size || rest > 0 {
            return Err(io::Error::other(format!(
                "{path} has changed its size while it was read"
            )));
        }
        Ok(())
    }

    /// Ends the layer: hands out the output, and the digest of the archive before it was packed (its `DiffID`).
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub fn finish(self) -> io::Result<(W, Digest)> {
        let tee = self.archive.into_inner()?;
        let output = match tee.packer {
            Packer::None(output) => output,
            Packer::Gzip(encoder) => encoder.finish()?,
            Packer::Zstd(encoder) => encoder.finish()?,
        };
        Ok((output, tee.hasher.finish()))
    }

    fn folders_above(&mut self, path: &ImagePath) -> io::Result<()> {
        for (end, _) in path.as_str().match_indices('/') {
            let folder = &path.as_str()[..end];
            if self.folders.insert(folder.to_owned()) {
                let mut header = self.header(EntryType::Directory, 0o755);
                self.archive
                    .append_data(&mut header, format!("{folder}/"), io::empty())?;
            }
        }
        Ok(())
    }

    fn header(&self, kind: EntryType, mode: u32) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.time);
        header.set_size(0);
        header
    }
}

/// What an archive keeps of a file besides its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Its size in bytes.
    pub size: u64,
    /// Whether it gets the execute bit.
    pub executable: bool,
}

/// Hashes what goes into the packer.
struct Tee<W: Write> {
    hasher: Hasher,
    packer: Packer<W>,
}

enum Packer<W: Write> {
    None(W),
    Gzip(GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Write for Tee<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.packer {
            Packer::None(output) => output.write(bytes),
            Packer::Gzip(encoder) => encoder.write(bytes),
            Packer::Zstd(encoder) => encoder.write(bytes),
        }?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Counted<R> {
    content: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}
