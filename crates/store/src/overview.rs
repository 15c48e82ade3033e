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

/// The format of the file that this program reads and writes.
const FORMAT: u32 = 1;

/// So many activations are read each time rather than writing everything anew.
const FEW: usize = 8;

/// The content of the file, below a line with its digest.
#[derive(Serialize, Deserialize)]
struct Content<Entries> {
    format: u32,
    entries: Entries,
}

/// What is known of one activation: of which file, and what it says.
#[derive(Serialize, Deserialize)]
struct Entry<InUse> {
    file: FileIdentity,
    in_use: InUse,
}

/// The overview as it was found, and what is seen now. Activations go by the names of their files.
#[derive(Default)]
pub(crate) struct Overview {
    found: HashMap<String, Entry<InUse>>,
    seen: HashMap<String, FileIdentity>,
    /// How many of what was seen had to be read.
    read: usize,
}

impl Overview {
    /// Reads what is there. What cannot be read, or not be understood, is as good as nothing.
    pub(crate) fn read(layout: &Layout) -> Self {
        let content = document::read_bounded(&layout.overview(), document::LARGEST);
        let entries = content.ok().flatten().and_then(|content| understood(&content));
        let entries = entries.into_iter().flatten();
        Self {
            found: entries.map(|entry| (file_name(&entry.in_use), entry)).collect(),
            ..Self::default()
        }
    }

    /// What is in use according to the activation file at `path`; `None` where there is no such file.
    pub(crate) fn look(&mut self, path: &Utf8Path) -> Result<Option<InUse>, Error> {
        let name = path.file_name().unwrap_or_default();
        // Before the file is read: what is read may be newer than this, and is then read once more the next time.
        let file = platform::file_identity(path);
        let known = self.found.remove(name).filter(|known| Some(known.file) == file);
        let is_known = known.is_some();
        let in_use = match known {
            Some(known) => Some(known.in_use),
            None => activation::read(path)?.as_ref().map(InUse::from),
        };
        if let Some(file) = file.filter(|_| in_use.is_some()) {
            self.seen.insert(name.to_owned(), file);
            self.read += usize::from(!is_known);
        }
        Ok(in_use)
    }

    /// Writes down what was told of all activations, where much of it had to be read. Best effort: all that is lost is time.
    pub(crate) fn keep(&self, layout: &Layout, told: &[InUse]) {
        if self.read <= FEW {
            return;
        }
        let entry = |in_use| {
            let file = *self.seen.get(&file_name(in_use))?;
            Some(Entry { file, in_use })
        };
        let content = Content {
            format: FORMAT,
            entries: told.iter().filter_map(entry).collect::<Vec<_>>(),
        };
        let Ok(content) = serde_json::to_vec(&content) else {
            return;
        };
        let head = format!("{}\n", Digest::of(&content)).into_bytes();
        if let Err(error) = fs::write(layout.overview(), [head, content].concat()) {
            tracing::debug!(%error, "what was read for a list is not kept");
        }
    }
}

/// The name of its activation file.
fn file_name(in_use: &InUse) -> String {
    format!("{}.json", folder_name(&in_use.id))
}

fn understood(content: &[u8]) -> Option<Vec<Entry<InUse>>> {
    let end = content.iter().position(|byte| *byte == b'\n')?;
    let (digest, content) = (&content[..end], &content[end + 1..]);
    if digest != Digest::of(content).to_string().as_bytes() {
        return None;
    }
    let content: Content<_> = serde_json::from_slice(content).ok()?;
    (content.format == FORMAT).then_some(content.entries)
}
