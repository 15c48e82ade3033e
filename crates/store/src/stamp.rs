//! Whether anything that is shown of a home folder may have changed.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};

use crate::home::Store;

/// Longer than a tick of the clocks of file systems; that of FAT is not kept to.
const TICK: SignedDuration = SignedDuration::from_millis(50);

/// What the file system says of the places where changes become visible. Equal ones mean: nothing has changed between, unless
/// it did within the same tick of the file system's clock, some milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stamp(Vec<Option<Place>>);

/// One place: when it changed last, its length, and which file or folder has its name.
type Place = (std::time::SystemTime, u64, u64);

impl Store {
    /// The stamp of what is installed, of what scans remember, and of `others`, files of the user's. A handful of looks at the
    /// file system, whatever is installed.
    pub fn stamp(&self, others: &[&Utf8Path]) -> Stamp {
        let own = self.places();
        let own = own.iter().map(|path| place(path));
        Stamp(own.chain(others.iter().map(|path| place(path))).collect())
    }

    /// The folders of the home in which something new appears, is renamed or is written to whenever the [stamp](Self::stamp)
    /// changes. Some may not be there yet.
    pub fn places_of_change(&self) -> [Utf8PathBuf; 2] {
        [self.layout().activations(), self.home().to_owned()]
    }

    fn places(&self) -> [Utf8PathBuf; 2] {
        [self.layout().activations(), self.layout().facts()]
    }
}

impl Stamp {
    /// Whether every change that it saw is older than a tick of the file system's clock at `now`, so that a later one gives another
    /// stamp.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        let settled = now.checked_sub(TICK).unwrap_or(Timestamp::MIN);
        self.0.iter().flatten().all(|(changed_at, ..)| {
            Timestamp::try_from(*changed_at).is_ok_and(|changed_at| changed_at < settled)
        })
    }
}

fn place(path: &Utf8Path) -> Option<Place> {
    let found = path.metadata().ok()?;
    Some((
        found.modified().ok()?,
        found.len(),
        crate::platform::file_number(&found),
    ))
}
