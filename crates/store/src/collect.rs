//! Garbage: what nothing references, found under the locks of those who might.

use std::fs::{File, TryLockError};

use camino::{Utf8Path, Utf8PathBuf};

use crate::activation;
use crate::aside::set_aside;
use crate::blobs::BlobCache;
use crate::document::names_in;
use crate::error::Error;
use crate::home::Store;
use crate::lock;
use crate::staging::{DeadStaging, Staging};
use crate::transaction::names;

/// Something that nothing references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// What it is.
    pub kind: GarbageKind,
    /// Where it is.
    pub path: Utf8PathBuf,
    /// The bytes of its files.
    pub bytes: u64,
}

/// The kinds of garbage. New ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GarbageKind {
    /// A generation that no activation names.
    Generation,
    /// A record of a generation that no activation names.
    Record,
    /// What a process that is gone was working on.
    Staging,
    /// A layer whose fetch was broken off.
    PartialBlob,
    /// A layer over the limit of the cache, the longest unused first.
    Blob,
    /// A damaged data base of facts that was set aside.
    Facts,
}

impl GarbageKind {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generation => "generation",
            Self::Record => "record",
            Self::Staging => "staging",
            Self::PartialBlob => "partial-blob",
            Self::Blob => "blob",
            Self::Facts => "facts",
        }
    }
}

/// What a collection found.
#[derive(Debug, Default)]
pub struct Collection {
    /// The garbage, by kind and path.
    pub garbage: Vec<Garbage>,
    /// Why something was left alone: in use, or not to be judged. One sentence each.
    pub skipped: Vec<String>,
}

impl Store {
    /// Finds what nothing references, and leaves it. `blobs` is the cache with its limit.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`] where a folder of the home cannot be listed.
    pub fn garbage(&self, blobs: &BlobCache) -> Result<Collection, Error> {
        if !self.home().is_dir() {
            return Ok(Collection::default());
        }
        let mut collector = Collector::new(self, None);
        // Without the lock a folder that is just being made could be taken for a dead one.
        if let Ok(_commit) = lock::commit(self.disk(), self.layout()) {
            for dead in DeadStaging::find(self.layout()) {
                collector.tell_dead(&dead);
            }
        }
        collector.visit(blobs)
    }

    /// Removes what nothing references. An extension that another process is changing is left alone, and so is what that
    /// process is working on. Nothing is waited for but the moments of a commit.
    ///
    /// # Errors
    ///
    /// As [`garbage`](Self::garbage); [`Error::ReadOnly`]. What cannot be removed is told in [`Collection::skipped`].
    pub fn collect(&self, blobs: &BlobCache) -> Result<Collection, Error> {
        self.access().permit_writing(self.layout())?;
        if !self.home().is_dir() {
            return Ok(Collection::default());
        }
        self.disk().make_folder(&self.layout().locks())?;
        let (staging, dead) = self.prepare()?;
        let mut collector = Collector::new(self, Some(&staging));
        for dead in dead {
            collector.tell_dead(&dead);
            dead.remove(self.disk());
        }
        let collection = collector.visit(blobs)?;
        blobs.collect();
        Ok(collection)
    }
}

/// Whose turn it is to change an extension.
enum Turn {
    /// Ours, as long as this is held.
    Ours(Option<File>),
    /// Another process's.
    Theirs,
}

/// One pass through a home folder.
struct Collector<'a> {
    store: &'a Store,
    /// Where the garbage goes; without it the garbage stays.
    staging: Option<&'a Staging>,
    collection: Collection,
}

impl<'a> Collector<'a> {
    fn new(store: &'a Store, staging: Option<&'a Staging>) -> Self {
        Self {
            store,
            staging,
            collection: Collection::default(),
        }
    }

    fn visit(mut self, blobs: &BlobCache) -> Result<Collection, Error> {
        for name in self.extension_names()? {
            self.visit_extension(&name)?;
        }
        let partial = blobs.dead_partials();
        self.tell(GarbageKind::PartialBlob, partial);
        self.tell(GarbageKind::Blob, blobs.over_limit());
        let damaged = self.store.layout().damaged_facts();
        if damaged.symlink_metadata().is_ok() {
            self.take(GarbageKind::Facts, &damaged);
        }
        let mut collection = self.collection;
        collection
            .garbage
            .sort_by(|one, other| (one.kind, &one.path).cmp(&(other.kind, &other.path)));
        Ok(collection)
    }

    /// What an extension's activation does not name, under the extension's lock: a change that has brought in its
    /// generation and not yet named it holds the lock too.
    fn visit_extension(&mut self, name: &str) -> Result<(), Error> {
        let layout = self.store.layout();
        let Turn::Ours(_lock) = self.try_lock(&layout.named_lock(name))? else {
            let message = format!("{name}: another process is changing it");
            self.collection.skipped.push(message);
            return Ok(());
        };
        let installed = match activation::read(&layout.named_activation(name)) {
            Ok(installed) => installed,
            Err(problem) => {
                let message = format!("{name}: what it needs is not known, because {problem}");
                self.collection.skipped.push(message);
                return Ok(());
            }
        };
        let kept: Vec<_> = installed.iter().flat_map(names).collect();
        for (kind, folder) in [
            (GarbageKind::Generation, layout.extensions().join(name)),
            (GarbageKind::Record, layout.all_records().join(name)),
        ] {
            if installed.is_none() && folder.symlink_metadata().is_ok() {
                self.take(kind, &folder);
                continue;
            }
            for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
                let generation = entry.file_name().trim_end_matches(".json");
                if !kept.iter().any(|kept| kept == generation) {
                    self.take(kind, entry.path());
                }
            }
        }
        Ok(())
    }

    /// Takes a lock that nobody holds. Where nothing is to be removed, one that does not exist is not made.
    fn try_lock(&self, path: &Utf8Path) -> Result<Turn, Error> {
        let file = match self.staging {
            Some(_) => self.store.disk().open_lock(path)?,
            None => match File::open(path) {
                Ok(file) => file,
                Err(_) => return Ok(Turn::Ours(None)),
            },
        };
        match file.try_lock() {
            Ok(()) => Ok(Turn::Ours(Some(file))),
            Err(TryLockError::WouldBlock) => Ok(Turn::Theirs),
            Err(TryLockError::Error(error)) => Err(Error::disk("lock", path)(error)),
        }
    }

    /// Every name under which an extension has files.
    fn extension_names(&self) -> Result<Vec<String>, Error> {
        let layout = self.store.layout();
        let mut names = names_in(&layout.extensions())?;
        names.extend(names_in(&layout.all_records())?);
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn take(&mut self, kind: GarbageKind, path: &Utf8Path) {
        let bytes = size(path);
        let gone = self.staging.map_or(Ok(()), |staging| set_aside(staging, path));
        match gone {
            Ok(()) => self.tell(kind, vec![(path.to_owned(), bytes)]),
            Err(problem) => self.collection.skipped.push(problem.to_string()),
        }
    }

    fn tell_dead(&mut self, dead: &DeadStaging) {
        let found = (dead.path().to_owned(), size(dead.path()));
        self.tell(GarbageKind::Staging, vec![found]);
    }

    fn tell(&mut self, kind: GarbageKind, found: Vec<(Utf8PathBuf, u64)>) {
        let garbage = found
            .into_iter()
            .map(|(path, bytes)| Garbage { kind, path, bytes });
        self.collection.garbage.extend(garbage);
    }
}

/// The bytes of everything at and below a path. Links count as themselves; what cannot be looked at counts as nothing.
fn size(path: &Utf8Path) -> u64 {
    let Ok(found) = path.symlink_metadata() else {
        return 0;
    };
    if !found.is_dir() {
        return found.len();
    }
    let entries = path.read_dir_utf8().into_iter().flatten().flatten();
    entries.map(|entry| size(entry.path())).sum()
}
