//! The second opinion: another tar parser over the same bytes.
//!
//! Archives that two parsers read differently are how files are smuggled past whoever looked first (CVE-2025-62518,
//! CVE-2026-33055). The first parser pulls the bytes; this one is handed each of them, skips what it takes for
//! content, and must have come to the same entry whenever the first one has.

use std::fmt::Debug;

use tar_core::EntryType;
use tar_core::parse::{Limits as ParserLimits, ParseEvent, ParsedEntry, Parser};

/// The most bytes of headers in front of one entry: the bound of Go's tar reader, and with it of most tools.
const HEADERS: usize = 1 << 20;

/// What the first parser read of an entry.
pub(crate) struct FirstReading<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) link: &'a [u8],
    pub(crate) kind: u8,
    pub(crate) size: u64,
}

/// The headers in front of one entry are too long.
pub(crate) struct HeaderTooLong;

/// The second parser and the bytes that it has not judged yet.
pub(crate) struct SecondReading {
    parser: Parser,
    /// Headers since the last entry, never more than [`HEADERS`].
    headers: Vec<u8>,
    /// Bytes of content still to come before the next header.
    content: u64,
    ended: bool,
}

impl SecondReading {
    pub(crate) fn new() -> Self {
        let mut parser = Parser::new(ParserLimits {
            max_metadata_size: u32::MAX, // bounded by `HEADERS`
            ..ParserLimits::default()
        });
        // Both are what the first parser does: the root may be written as an empty name, and odd values of
        // attributes that are dropped anyway (times before 1970) do no harm.
        parser.set_allow_empty_path(true);
        parser.set_ignore_pax_errors(true);
        Self {
            parser,
            headers: Vec::new(),
            content: 0,
            ended: false,
        }
    }

    /// Takes the next bytes of the archive.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), HeaderTooLong> {
        if self.ended {
            return Ok(());
        }
        let skipped = usize::try_from(self.content).map_or(bytes.len(), |content| content.min(bytes.len()));
        self.content -= skipped as u64;
        let headers = &bytes[skipped..];
        if self.headers.len() + headers.len() > HEADERS {
            return Err(HeaderTooLong);
        }
        self.headers.extend_from_slice(headers);
        Ok(())
    }

    /// Compares with an entry at which the first parser has just arrived.
    ///
    /// # Errors
    ///
    /// In what the two differ.
    pub(crate) fn compare(&mut self, first: &FirstReading<'_>) -> Result<(), String> {
        let mut rest = self.headers.as_slice();
        // Only what GNU calls a sparse file has another size than its content in the archive.
        let (consumed, entry, size) = loop {
            match self.parser.parse(rest).map_err(|error| error.to_string())? {
                ParseEvent::GlobalExtensions { consumed, .. } => rest = &rest[consumed..],
                ParseEvent::Entry { consumed, entry } => {
                    let size = entry.size;
                    break (consumed, entry, size);
                }
                ParseEvent::SparseEntry {
                    consumed,
                    entry,
                    real_size,
                    ..
                } => {
                    if entry.entry_type != EntryType::GnuSparse {
                        return Err("one parser takes it for a sparse file".to_owned());
                    }
                    break (consumed, entry, real_size);
                }
                ParseEvent::NeedData { .. } => return Err("one parser expects more headers".to_owned()),
                ParseEvent::End { .. } => return Err("one parser takes the archive for ended".to_owned()),
            }
        };
        check_same(first, &entry, size)?;
        if consumed != rest.len() {
            return Err("the parsers take its headers for differently long".to_owned());
        }
        self.content = entry
            .size
            .checked_next_multiple_of(512)
            .ok_or("its size passes what can be counted")?;
        self.headers.clear();
        Ok(())
    }

    /// Compares with the end of the archive, at which the first parser has just arrived; the bytes up to the
    /// end of the second closing block, if there is one, have been pushed.
    pub(crate) fn compare_end(&mut self) -> Result<(), String> {
        self.ended = true;
        let mut rest = self.headers.as_slice();
        loop {
            match self.parser.parse(rest).map_err(|error| error.to_string())? {
                ParseEvent::GlobalExtensions { consumed, .. } => rest = &rest[consumed..],
                ParseEvent::End { .. } => return Ok(()),
                // Some tools write one closing block, some none.
                ParseEvent::NeedData { .. } if self.content == 0 && rest.iter().all(|byte| *byte == 0) => {
                    return Ok(());
                }
                ParseEvent::NeedData { .. } => return Err("one parser expects more headers".to_owned()),
                ParseEvent::Entry { .. } | ParseEvent::SparseEntry { .. } => {
                    return Err("one parser finds another entry behind the end".to_owned());
                }
            }
        }
    }
}

/// Fails with that in which two readings of one entry differ.
fn check_same(first: &FirstReading<'_>, second: &ParsedEntry<'_>, size: u64) -> Result<(), String> {
    fn same<T: PartialEq + Debug>(what: &str, first: &T, second: &T) -> Result<(), String> {
        if first == second {
            return Ok(());
        }
        Err(format!("its {what} is {first:?} or {second:?}"))
    }
    let text = String::from_utf8_lossy;
    let link = second.link_target.as_deref().unwrap_or_default();
    same(
        "type",
        &char::from(first.kind),
        &char::from(second.entry_type.to_byte()),
    )?;
    same("size", &first.size, &size)?;
    if first.path != &*second.path {
        return same("name", &text(first.path), &text(&second.path));
    }
    if first.link != link {
        return same("target", &text(first.link), &text(link));
    }
    Ok(())
}
