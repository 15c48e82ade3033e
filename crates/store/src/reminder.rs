//! When a user was last reminded of updates that wait: a note that may be lost, so nothing of it is flushed.

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::document;
use crate::error::Error;
use crate::home::Store;

/// More than a time takes, in bytes.
const LARGEST: u64 = 100;

impl Store {
    /// When a reminder was given last; `None` also where the note cannot be read or understood.
    pub fn reminded_at(&self) -> Option<Timestamp> {
        let note = document::read_bounded(&self.reminder(), LARGEST).ok()??;
        serde_json::from_slice(&note).ok()
    }

    /// Notes that a reminder is given at `now`.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`] where a later program allows only reading, and [`Error::Disk`].
    pub fn note_reminder(&self, now: Timestamp) -> Result<(), Error> {
        self.check_writable()?;
        let path = self.reminder();
        let content = document::to_json(&now, &path)?;
        self.disk().write(&path, &content)
    }

    fn reminder(&self) -> Utf8PathBuf {
        self.layout().home().join("reminded.json")
    }
}
