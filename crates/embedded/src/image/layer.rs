//! Layers: archives of the changes that one build step made to a file system.

use std::io::Write as _;

use bytes::Bytes;
use model::Digest;
use tar::{EntryType, Header};

/// How the archive of a layer is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    None,
    /// As every builder does unless told otherwise.
    #[default]
    Gzip,
    /// As builders do on request.
    Zstd,
    /// As `zstd --long=N` does: the reader has to keep the last two to the power of N bytes. N is 10 to 27.
    ZstdWindow(u32),
}

/// A layer under construction: entries in the order in which they are added.
///
/// Names and link targets are written as they are given, hostile ones included; those longer than a header holds get GNU's
/// long form. Owners and times are zero, so the same calls give the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    entries: Vec<Entry>,
    compression: Compression,
}

#[derive(Debug, Clone)]
enum Entry {
    Member {
        name: Vec<u8>,
        link: Option<Vec<u8>>,
        header: Box<Header>,
        content: Bytes,
    },
    Raw(Bytes),
}

impl Layer {
    /// An empty layer, to be packed with gzip.
    pub fn new() -> Self {
        Self::default()
    }

    /// A regular file. `mode` is the whole octal mode, set-user-id and the like included.
    #[must_use]
    pub fn file(self, name: impl AsRef<[u8]>, content: impl Into<Bytes>, mode: u32) -> Self {
        let mut header = header(EntryType::Regular, mode);
        let content = content.into();
        header.set_size(content.len() as u64);
        self.member(name.as_ref(), None, header, content)
    }

    /// A folder of mode 755.
    #[must_use]
    pub fn folder(self, name: impl AsRef<[u8]>) -> Self {
        self.member(
            name.as_ref(),
            None,
            header(EntryType::Directory, 0o755),
            Bytes::new(),
        )
    }

    /// A symbolic link to `target`, which is written as it is.
    #[must_use]
    pub fn symlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.link(name.as_ref(), target.as_ref(), EntryType::Symlink)
    }

    /// A hard link to the entry named `target`, counted from the image's root.
    #[must_use]
    pub fn hardlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.link(name.as_ref(), target.as_ref(), EntryType::Link)
    }

    /// A character device of these numbers.
    #[must_use]
    pub fn device(self, name: impl AsRef<[u8]>, major: u32, minor: u32) -> Self {
        let mut header = header(EntryType::Char, 0o600);
        if let Some(gnu) = header.as_gnu_mut() {
            gnu.set_device_major(major);
            gnu.set_device_minor(minor);
        }
        self.member(name.as_ref(), None, header, Bytes::new())
    }

    /// A named pipe.
    #[must_use]
    pub fn fifo(self, name: impl AsRef<[u8]>) -> Self {
        self.member(name.as_ref(), None, header(EntryType::Fifo, 0o600), Bytes::new())
    }

    /// Takes away what lower layers hold at `name` (OCI image specification, "Whiteouts").
    #[must_use]
    pub fn whiteout(self, name: &str) -> Self {
        let marker = match name.rsplit_once('/') {
            Some((folder, last)) => format!("{folder}/.wh.{last}"),
            None => format!(".wh.{name}"),
        };
        self.file(marker, Bytes::new(), 0o644)
    }

    /// Hides everything that lower layers put into `folder` (OCI image specification, "Opaque Whiteout").
    #[must_use]
    pub fn opaque(self, folder: &str) -> Self {
        self.file(format!("{folder}/.wh..wh..opq"), Bytes::new(), 0o644)
    }

    /// Bytes that go into the archive unchanged: headers that no writer would make. To stay an archive, it takes a multiple
    /// of 512.
    #[must_use]
    pub fn raw_entry(mut self, bytes: impl Into<Bytes>) -> Self {
        self.entries.push(Entry::Raw(bytes.into()));
        self
    }

    /// Packs the layer so, whatever was said before.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    fn link(self, name: &[u8], target: &[u8], kind: EntryType) -> Self {
        self.member(name, Some(target), header(kind, 0o777), Bytes::new())
    }

    fn member(mut self, name: &[u8], link: Option<&[u8]>, header: Header, content: Bytes) -> Self {
        self.entries.push(Entry::Member {
            name: name.to_vec(),
            link: link.map(<[u8]>::to_vec),
            header: Box::new(header),
            content,
        });
        self
    }

    /// Writes the archive and packs it.
    #[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
    pub(super) fn pack(&self) -> Packed {
        let archive = self.archive();
        let diff_id = Digest::of(&archive);
        let bytes = match self.compression {
            Compression::None => archive,
            Compression::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(&archive).expect("memory");
                encoder.finish().expect("memory")
            }
            Compression::Zstd => zstd::encode_all(archive.as_slice(), 0).expect("memory"),
            Compression::ZstdWindow(log) => {
                let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("memory");
                encoder.window_log(log).expect("a window of 10 to 27 bits");
                encoder.write_all(&archive).expect("memory");
                encoder.finish().expect("memory")
            }
        };
        Packed {
            compression: self.compression,
            digest: Digest::of(&bytes),
            bytes: bytes.into(),
            diff_id,
        }
    }

    #[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
    fn archive(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for entry in &self.entries {
            match entry {
                Entry::Raw(bytes) => archive.get_mut().extend_from_slice(bytes),
                Entry::Member {
                    name,
                    link,
                    header,
                    content,
                } => {
                    let mut header = header.clone();
                    write_long(&mut archive, EntryType::GNULongName, name);
                    copy(name, &mut header.as_old_mut().name);
                    if let Some(target) = link {
                        write_long(&mut archive, EntryType::GNULongLink, target);
                        copy(target, &mut header.as_old_mut().linkname);
                    }
                    header.set_cksum();
                    archive.append(&header, content.as_ref()).expect("memory");
                }
            }
        }
        archive.into_inner().expect("memory")
    }
}

/// A layer as a registry holds it.
pub(super) struct Packed {
    pub(super) compression: Compression,
    pub(super) digest: Digest,
    pub(super) bytes: Bytes,
    pub(super) diff_id: Digest,
}

fn header(kind: EntryType, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(0);
    header
}

/// The entry that carries a name too long for its header, if it is.
#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
fn write_long(archive: &mut tar::Builder<Vec<u8>>, kind: EntryType, name: &[u8]) {
    let mut long = header(kind, 0o644);
    if name.len() <= long.as_old().name.len() {
        return;
    }
    let text = [name, b"\0"].concat();
    copy(b"././@LongLink", &mut long.as_old_mut().name);
    long.set_size(text.len() as u64);
    long.set_cksum();
    archive.append(&long, text.as_slice()).expect("memory");
}

/// Copies what fits. The writer of the `tar` crate refuses the hostile names that fixtures are made for.
fn copy(text: &[u8], field: &mut [u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn entries(layer: &Layer) -> Vec<(String, EntryType, Option<String>)> {
        let archive = layer.clone().compression(Compression::None).pack().bytes;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        tar::Archive::new(archive.as_ref())
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let link = entry.link_name_bytes().map(|link| text(&link));
                (text(&entry.path_bytes()), entry.header().entry_type(), link)
            })
            .collect()
    }

    #[test]
    fn every_kind_of_entry_reads_back_as_it_was_written() {
        let long = "long/".repeat(50);
        let layer = Layer::new()
            .file("../escape", "x", 0o4755)
            .folder("ui")
            .symlink("link", "/etc/passwd")
            .hardlink("hard", &long)
            .device("null", 1, 3)
            .fifo("pipe")
            .whiteout("ui/old.js")
            .whiteout("top")
            .opaque("assets")
            .file(format!("{long}name"), "y", 0o644);
        let expected = [
            ("../escape", EntryType::Regular, None),
            ("ui", EntryType::Directory, None),
            ("link", EntryType::Symlink, Some("/etc/passwd")),
            ("hard", EntryType::Link, Some(long.as_str())),
            ("null", EntryType::Char, None),
            ("pipe", EntryType::Fifo, None),
            ("ui/.wh.old.js", EntryType::Regular, None),
            (".wh.top", EntryType::Regular, None),
            ("assets/.wh..wh..opq", EntryType::Regular, None),
            (&format!("{long}name"), EntryType::Regular, None),
        ]
        .map(|(name, kind, link)| (name.to_owned(), kind, link.map(str::to_owned)));
        assert_eq!(entries(&layer), expected);
    }

    #[test]
    fn raw_entries_stand_unchanged_between_the_others() {
        let hostile = Header::new_ustar().as_bytes().to_vec();
        let layer = Layer::new()
            .raw_entry(hostile.clone())
            .compression(Compression::None);
        assert_eq!(layer.pack().bytes[..512], hostile);
    }

    #[test]
    fn packing_differs_and_the_diff_id_does_not() {
        let layer = Layer::new().file("a", "content", 0o644);
        let packed = |compression| layer.clone().compression(compression).pack();
        let (plain, gzip, zstd) = (
            packed(Compression::None),
            packed(Compression::Gzip),
            packed(Compression::Zstd),
        );
        assert_eq!(plain.digest, plain.diff_id);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(gzip.bytes.as_ref())
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, plain.bytes);
        assert_eq!(zstd::decode_all(zstd.bytes.as_ref()).unwrap(), plain.bytes);
        assert_eq!((&gzip.diff_id, &zstd.diff_id), (&plain.diff_id, &plain.diff_id));
        assert_eq!(gzip.digest, packed(Compression::Gzip).digest);
    }
}
