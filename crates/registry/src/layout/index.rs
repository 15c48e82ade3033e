//! The list of a layout: `index.json`.

use bytes::Bytes;

use super::entry::{EntryName, LayoutEntry};
use crate::document::{self, Annotations};
use crate::error::ErrorKind;
use crate::{Descriptor, Limits};

/// What the list names.
pub(super) fn entries(bytes: &Bytes, limits: &Limits) -> Result<Vec<LayoutEntry>, ErrorKind> {
    let entries = document::parse_annotated(bytes, limits)?;
    Ok(entries.into_iter().map(entry).collect())
}

fn entry((descriptor, annotations): (Descriptor, Annotations)) -> LayoutEntry {
    LayoutEntry {
        descriptor,
        name: EntryName::read(annotations.image_name(), annotations.ref_name()),
    }
}
