//! What lists need of all activations, in one file: to read that takes a fraction of the time that reading each of them takes.
//!
//! Nothing here must survive, and nothing is trusted. An entry counts while the file system says that its activation is the very
//! file that it was made from; the whole counts where its digest is right, so that it may be written in place, by several at
//! once, and be torn. What does not count is read from the activations, as if there were no overview.

use std::collections::HashMap;
use std::fs;

use camino::Utf8Path;
use model::Digest;
use model::in_use::InUse;
use serde::{Deserialize, Serialize};

use crate::activation;
use crate::document;
use crate::error::Error;
use crate::folder_name::folder_name;
use crate::layout::Layout;
use crate::platform::{self, FileIdentity};

/// The format of the file that this program reads and writes. Nothing in the file tells its fields: whoever changes them, those of
/// [`InUse`] included, has to count this up.
const FORMAT: u32 = 2;

/// So many activations are read each time rather than writing everything anew.
const FEW: usize = 8;

/// What is known of one activation: of which file, and what it says.
#[derive(Serialize, Deserialize)]
struct Entry<InUse> {
    name: String,
    file: FileIdentity,
    in_use: InUse,
}

/// The overview as it was found, and what is seen now. Activations go by the names of their files.
#[derive(Default)]
pub(crate) struct Overview {
    /// By name. What is in use is taken out where its activation is found to be the same.
    found: Vec<Entry<Option<InUse>>>,
    /// The activations that had to be read.
    read: HashMap<String, FileIdentity>,
}

impl Overview {
    /// Reads what is there. What cannot be read, or not be understood, is as good as nothing.
    pub(crate) fn read(layout: &Layout) -> Self {
        let content = document::read_bounded(&layout.overview(), document::LARGEST);
        let entries = content.ok().flatten().and_then(|content| understood(&content));
        let mut found = entries.unwrap_or_default();
        // They were written in this order, which costs one look at each.
        found.sort_by(|one, two| one.name.cmp(&two.name));
        Self {
            found,
            ..Self::default()
        }
    }

    /// What is in use according to the activation file at `path`; `None` where there is no such file.
    pub(crate) fn look(&mut self, path: &Utf8Path) -> Result<Option<InUse>, Error> {
        let name = path.file_name().unwrap_or_default();
        // Before the file is read: what is read may be newer than this, and is then read once more the next time.
        let file = platform::file_identity(path);
        if let Some(known) = file.and_then(|file| self.take(name, file)) {
            return Ok(Some(known));
        }
        let in_use = activation::read(path)?.as_ref().map(InUse::from);
        if let Some(file) = file.filter(|_| in_use.is_some()) {
            self.read.insert(name.to_owned(), file);
        }
        Ok(in_use)
    }

    /// What was found of the activation of this name, if it was made from this very file.
    fn take(&mut self, name: &str, file: FileIdentity) -> Option<InUse> {
        let at = self.position(name)?;
        let entry = &mut self.found[at];
        (entry.file == file).then(|| entry.in_use.take()).flatten()
    }

    fn position(&self, name: &str) -> Option<usize> {
        let found = self.found.binary_search_by(|entry| entry.name.as_str().cmp(name));
        found.ok()
    }

    /// From which file it is known what the activation of this name says.
    fn file(&self, name: &str) -> Option<FileIdentity> {
        let is_taken = |entry: &&Entry<Option<InUse>>| entry.in_use.is_none();
        let found = || self.position(name).map(|at| &self.found[at]).filter(is_taken);
        let read = self.read.get(name).copied();
        read.or_else(|| found().map(|entry| entry.file))
    }

    /// Writes down what was told of all activations, where much of it had to be read. Best effort: all that is lost is time.
    pub(crate) fn keep(&self, layout: &Layout, told: &[InUse]) {
        if self.read.len() <= FEW {
            return;
        }
        let mut entries = Vec::new();
        for in_use in told {
            let name = format!("{}.json", folder_name(&in_use.id));
            if let Some(file) = self.file(&name) {
                let in_use = Some(in_use);
                entries.push(Entry { name, file, in_use });
            }
        }
        entries.sort_by(|one: &Entry<_>, two| one.name.cmp(&two.name));
        let Ok(content) = postcard::to_allocvec(&(FORMAT, entries)) else {
            return;
        };
        let head = format!("{}\n", Digest::of(&content)).into_bytes();
        if let Err(error) = fs::write(layout.overview(), [head, content].concat()) {
            tracing::debug!(%error, "what was read for a list is not kept");
        }
    }
}

fn understood(content: &[u8]) -> Option<Vec<Entry<Option<InUse>>>> {
    let end = content.iter().position(|byte| *byte == b'\n')?;
    let (digest, content) = (&content[..end], &content[end + 1..]);
    if digest != Digest::of(content).to_string().as_bytes() {
        return None;
    }
    // Other formats may have anything behind their number, so that it is read before the rest.
    let (format, entries) = postcard::take_from_bytes::<u32>(content).ok()?;
    (format == FORMAT)
        .then(|| postcard::from_bytes(entries).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_fields_are_another_format() {
        let digest = Digest::of(b"");
        let in_use = serde_json::json!({
            "id": "docker.io/acme/whale", "tag": "1.0.0", "digest": digest, "manifest": digest, "system": "linux",
            "title": "Whale", "vendor": "Acme", "apiVersion": ">= 0.2.3", "tabs": ["Whale"], "backend": true, "binaries": ["tool"],
            "size": 300, "installedAt": "2026-01-01T00:00:00Z", "held": false, "left": [{ "tag": "1.1.0", "digest": digest }],
        });
        let in_use: Option<InUse> = serde_json::from_value(in_use).unwrap();
        let name = "docker.io+acme+whale.json".to_owned();
        let file = (1, 2, 300, [4, 5], [6, 7]);
        let content = postcard::to_allocvec(&(FORMAT, [Entry { name, file, in_use }])).unwrap();
        // Where this fails, the format has changed: `FORMAT` is to be counted up, and this to be written anew.
        assert_eq!(
            (FORMAT, &Digest::of(&content).hex()[..16]),
            (2, "b9cd4680c53140e7")
        );
    }
}
