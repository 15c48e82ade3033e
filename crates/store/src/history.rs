//! The history of an extension: a small file for each change, and one for each attempt that failed.
//!
//! The activation is the one commit point, and history must not tell of a change that did not happen. So a
//! change is written down durably before its activation, which names it by number: a file with a higher number
//! than the activation's belongs to a change that never came to be. The next change removes it before it takes
//! its place. Where nothing is activated the last change was a removal, and a last file that tells of something
//! else never happened.

use camino::{Utf8Path, Utf8PathBuf};
use model::ExtensionId;
use model::installed::Installed;
use model::operation::{Operation, OperationKind};
use serde::{Deserialize, Serialize};

use crate::activation;
use crate::disk::Disk;
use crate::document::{self, names_in};
use crate::error::Error;
use crate::folder_name::folder_name;
use crate::home::{Broken, Store};
use crate::layout::Layout;
use crate::staging::Staging;

/// The format of the files that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;
/// How many changes of an extension are kept; the oldest are dropped.
const MOST_CHANGES: usize = 200;
/// How many failed attempts of an extension are kept; the oldest are dropped.
const MOST_FAILURES: usize = 100;
/// The largest file that is read, in bytes. Ours have a few hundred, and a message.
const LARGEST: u64 = 64 * 1024;
/// What the name of a failed attempt begins with.
const FAILED: &str = "failed-";
/// The file in a staging folder that becomes the file of a change.
const STAGED: &str = "operation.json";

/// One operation as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    format: u32,
    /// Its place in the chain of the extension's changes; none for an attempt that failed.
    pub number: Option<u64>,
    /// The change before it, or for an attempt the last change at that time; none where it was the first.
    pub parent: Option<u64>,
    /// What was done.
    #[serde(flatten)]
    pub operation: Operation,
}

impl Recorded {
    /// Whether this is the name that its file has: in the folder of its extension, with its number.
    fn is_file_of(&self, path: &Utf8Path) -> bool {
        let stem = path.file_stem().unwrap_or_default();
        let is_named = match self.number {
            Some(number) => stem == number.to_string(),
            None => stem.starts_with(FAILED),
        };
        let folder = path.parent().and_then(Utf8Path::file_name);
        is_named && folder == Some(folder_name(&self.operation.id).as_str())
    }
}

/// What was done, and what cannot be told.
#[derive(Debug, Default)]
pub struct History {
    /// The operations, the last one first.
    pub operations: Vec<Recorded>,
    /// Files that could not be understood. They hide nothing else.
    pub broken: Vec<Broken>,
}

/// Where an extension's chain of changes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// At the change that the activation names.
    At(u64),
    /// Nothing is activated, or not by a change that was written down.
    Nowhere,
    /// The activation cannot be read.
    Unknown,
}

impl Head {
    fn of(activation: &Utf8Path) -> Self {
        let read: Result<Option<Installed>, Error> = activation::read(activation);
        match read {
            Ok(Some(installed)) => installed.operation.map_or(Self::Nowhere, Self::At),
            Ok(None) => Self::Nowhere,
            Err(_) => Self::Unknown,
        }
    }
}

/// The files of one extension's history.
pub(crate) struct Log {
    disk: Disk,
    folder: Utf8PathBuf,
    activation: Utf8PathBuf,
}

/// The names in a log's folder, sorted.
#[derive(Debug, Default)]
struct Names {
    changes: Vec<u64>,
    failures: Vec<String>,
}

impl Log {
    pub(crate) fn new(disk: &Disk, layout: &Layout, id: &ExtensionId) -> Self {
        Self {
            disk: disk.clone(),
            folder: layout.operations(id),
            activation: layout.activation(id),
        }
    }

    /// Writes down, durably, a change that is about to be activated; its number is what the activation has to
    /// name. The caller holds the extension's lock.
    pub(crate) fn add(&self, operation: &Operation, staging: &Staging) -> Result<u64, Error> {
        let head = Head::of(&self.activation);
        let mut changes = self.names()?.changes;
        for number in changes.split_off(self.happened(&changes, head)) {
            self.disk.remove_file(&self.change(number))?;
        }
        let parent = match head {
            Head::At(number) => Some(number),
            Head::Nowhere | Head::Unknown => changes.last().copied(),
        };
        // An activation that names the last number there is was not written by us; its change is told anew, because no
        // number may keep anybody from changing or removing what is installed.
        let number = parent.unwrap_or(0).saturating_add(1);
        self.make_folders()?;
        self.flush_folders()?;
        let path = self.change(number);
        let content = Recorded {
            format: FORMAT,
            number: Some(number),
            parent,
            operation: operation.clone(),
        };
        self.disk.replace(
            &path,
            &staging.path().join(STAGED),
            &document::to_json(&content, &path)?,
        )?;
        Ok(number)
    }

    /// Writes down an attempt that failed. It changes nothing, so that it needs no lock and no flush.
    fn add_failure(&self, operation: &Operation) -> Result<(), Error> {
        let parent = match Head::of(&self.activation) {
            Head::At(number) => Some(number),
            Head::Nowhere | Head::Unknown => self.names()?.changes.last().copied(),
        };
        self.make_folders()?;
        // No process has two attempts of one extension in the same nanosecond.
        let (time, process) = (operation.started_at.as_nanosecond(), std::process::id());
        let path = self.folder.join(format!("{FAILED}{time}-{process}.json"));
        let content = Recorded {
            format: FORMAT,
            number: None,
            parent,
            operation: operation.clone(),
        };
        self.disk.write(&path, &document::to_json(&content, &path)?)?;
        self.prune();
        Ok(())
    }

    /// Drops the oldest files, so that the history of an extension has a bound.
    pub(crate) fn prune(&self) {
        let Ok(Names {
            mut changes,
            mut failures,
        }) = self.names()
        else {
            return;
        };
        changes.truncate(changes.len().saturating_sub(MOST_CHANGES));
        failures.truncate(failures.len().saturating_sub(MOST_FAILURES));
        let changes = changes.into_iter().map(|number| self.change(number));
        let failures = failures.into_iter().map(|name| self.folder.join(name));
        for path in changes.chain(failures) {
            if let Err(error) = self.disk.remove_file(&path) {
                tracing::warn!(%error, "an old part of the history stays behind");
            }
        }
    }

    /// Adds what happened to `history`, the first one first.
    fn read_into(&self, history: &mut History) -> Result<(), Error> {
        // Before the files, so that a change that is made meanwhile is seen as a whole or not at all.
        let head = Head::of(&self.activation);
        let Names {
            mut changes,
            failures,
        } = self.names()?;
        changes.truncate(self.happened(&changes, head));
        let changes = changes.into_iter().map(|number| self.change(number));
        let failures = failures.into_iter().map(|name| self.folder.join(name));
        for path in changes.chain(failures) {
            match read(&path) {
                Ok(Some(recorded)) => history.operations.push(recorded),
                Ok(None) => {} // dropped meanwhile
                Err(problem) => history.broken.push(Broken { path, problem }),
            }
        }
        Ok(())
    }

    /// How many of `changes`, from the first on, have happened.
    fn happened(&self, changes: &[u64], head: Head) -> usize {
        match (head, changes) {
            (Head::At(head), _) => changes.partition_point(|number| *number <= head),
            (Head::Nowhere, [before @ .., last]) => {
                let kind = read(&self.change(*last)).map(|read| read.map(|read| read.operation.kind));
                // One that cannot be read may have been a removal.
                before.len() + usize::from(!matches!(kind, Ok(Some(kind)) if kind != OperationKind::Remove))
            }
            _ => changes.len(),
        }
    }

    fn names(&self) -> Result<Names, Error> {
        let mut names = Names::default();
        for name in names_in(&self.folder)? {
            let Some(stem) = name.strip_suffix(".json") else {
                continue;
            };
            if stem.starts_with(FAILED) {
                names.failures.push(name);
            } else if let Ok(number) = stem.parse() {
                names.changes.push(number);
            }
        }
        names.changes.sort_unstable();
        names.failures.sort_unstable();
        Ok(names)
    }

    fn change(&self, number: u64) -> Utf8PathBuf {
        self.folder.join(format!("{number}.json"))
    }

    fn make_folders(&self) -> Result<(), Error> {
        if let Some(all) = self.folder.parent() {
            self.disk.make_folder(all)?;
        }
        self.disk.make_folder(&self.folder)?;
        Ok(())
    }

    /// Makes the names of the folders durable, also where they are not new: whoever made them may have been
    /// killed before this.
    fn flush_folders(&self) -> Result<(), Error> {
        let mut around = self.folder.ancestors().skip(1).take(2);
        around.try_for_each(|folder| self.disk.flush_folder(folder))
    }
}

impl Store {
    /// What was done to one extension, or to all, also to those that are gone; the last first. Takes no lock.
    ///
    /// Of each extension the last 200 changes and the last 100 failed attempts are kept.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`] where the folders of operations are there and cannot be listed.
    pub fn history(&self, id: Option<&ExtensionId>) -> Result<History, Error> {
        let layout = self.layout();
        let of_name = |name: String| Log {
            disk: self.disk().clone(),
            folder: layout.all_operations().join(&name),
            activation: layout.activations().join(format!("{name}.json")),
        };
        let logs: Vec<_> = match id {
            Some(id) => vec![Log::new(self.disk(), layout, id)],
            None => names_in(&layout.all_operations())?
                .into_iter()
                .map(of_name)
                .collect(),
        };
        let mut history = History::default();
        for log in logs {
            log.read_into(&mut history)?;
        }
        in_order(&mut history.operations);
        Ok(history)
    }

    /// Whether anything was ever written down about an extension.
    pub fn has_history(&self, id: &ExtensionId) -> bool {
        self.layout().operations(id).is_dir()
    }

    /// Writes down an attempt that failed. Best effort: where it cannot be written, it is not told later.
    pub fn record_failure(&self, operation: &Operation) {
        let may_write = self.access().permit_writing(self.layout());
        // A home that does not exist is not made for this alone.
        let result = match may_write {
            Ok(()) if self.home().is_dir() => {
                Log::new(self.disk(), self.layout(), &operation.id).add_failure(operation)
            }
            Ok(()) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            tracing::warn!(%error, "a failed attempt is not in the history");
        }
    }
}

fn read(path: &Utf8Path) -> Result<Option<Recorded>, Error> {
    let Some(content) = document::read_bounded(path, LARGEST)? else {
        return Ok(None);
    };
    let recorded: Recorded =
        serde_json::from_slice(&content).map_err(|problem| Error::malformed(path, &problem))?;
    if recorded.format > FORMAT {
        let problem = format!(
            "it has format {}, and this program knows formats up to {FORMAT}",
            recorded.format
        );
        return Err(Error::malformed(path, &problem));
    }
    if recorded.is_file_of(path) {
        Ok(Some(recorded))
    } else {
        let problem = format!("it tells of another change, one of {}", recorded.operation.id);
        Err(Error::malformed(path, &problem))
    }
}

/// The last first. Changes of one extension stay in the order of their numbers, whatever the clock did.
fn in_order(operations: &mut Vec<Recorded>) {
    let mut latest = std::collections::BTreeMap::new();
    let mut placed: Vec<_> = std::mem::take(operations)
        .into_iter()
        .map(|recorded| {
            let mut time = recorded.operation.started_at;
            if recorded.number.is_some() {
                let latest = latest.entry(recorded.operation.id.clone()).or_insert(time);
                time = time.max(*latest);
                *latest = time;
            }
            ((time, recorded.number), recorded)
        })
        .collect();
    placed.sort_by(|(one, _), (other, _)| other.cmp(one));
    operations.extend(placed.into_iter().map(|(_, recorded)| recorded));
}
