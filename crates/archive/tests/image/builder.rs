//! Tar archives with full control over every header.

use tar::{EntryType, Header};

/// An archive in the making.
#[derive(Clone, Default)]
pub(crate) struct Tar {
    bytes: Vec<u8>,
}

impl Tar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The bytes so far, without the blocks that close an archive.
    pub(crate) fn open(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes with two closing blocks.
    pub(crate) fn close(mut self) -> Vec<u8> {
        self.bytes.extend([0; 1024]);
        self.bytes
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        self.entry(b'0', name.as_bytes(), b"", content.as_bytes())
    }

    pub(crate) fn executable(self, name: &str, content: &str, mode: u32) -> Self {
        let mut header = header(b'0', name.as_bytes(), b"", content.len() as u64);
        header.set_mode(mode);
        self.raw(&mut header, content.as_bytes())
    }

    pub(crate) fn folder(self, name: &str) -> Self {
        self.entry(b'5', name.as_bytes(), b"", b"")
    }

    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(b'2', name.as_bytes(), target.as_bytes(), b"")
    }

    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(b'1', name.as_bytes(), target.as_bytes(), b"")
    }

    pub(crate) fn special(self, kind: u8, name: &str) -> Self {
        self.entry(kind, name.as_bytes(), b"", b"")
    }

    /// An entry of any type, with a name of at most 100 bytes.
    pub(crate) fn entry(self, kind: u8, name: &[u8], link: &[u8], content: &[u8]) -> Self {
        self.raw(&mut header(kind, name, link, content.len() as u64), content)
    }

    /// PAX records for the next entry.
    pub(crate) fn pax(self, records: &[(&str, &str)]) -> Self {
        self.pax_as(b'x', records)
    }

    /// PAX records for all entries that follow.
    pub(crate) fn global_pax(self, records: &[(&str, &str)]) -> Self {
        self.pax_as(b'g', records)
    }

    fn pax_as(self, kind: u8, records: &[(&str, &str)]) -> Self {
        let body: Vec<u8> = records
            .iter()
            .flat_map(|(key, value)| pax_record(key, value))
            .collect();
        self.entry(kind, b"PaxHeaders/x", b"", &body)
    }

    /// A long name (`L`) or link target (`K`) in GNU's form for the next entry.
    pub(crate) fn gnu_long(self, kind: u8, name: &[u8]) -> Self {
        let mut body = name.to_vec();
        body.push(0);
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::new(kind));
        header.set_size(body.len() as u64);
        self.raw(&mut header, &body)
    }

    /// A header as it is, but for its checksum, and content padded to whole blocks.
    pub(crate) fn raw(mut self, header: &mut Header, content: &[u8]) -> Self {
        header.set_cksum();
        self.bytes.extend(header.as_bytes());
        self.blocks(content)
    }

    /// Bytes padded to whole blocks.
    pub(crate) fn blocks(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }
}

/// A ustar header.
pub(crate) fn header(kind: u8, name: &[u8], link: &[u8], size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link);
    header.as_old_mut().linkflag = [kind];
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

/// `length key=value\n`, where the length counts itself.
fn pax_record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}").into_bytes()
}
