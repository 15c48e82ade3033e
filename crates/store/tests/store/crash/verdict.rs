//! What must hold of every state that a crash may leave.

use std::collections::BTreeSet;

use camino::Utf8Path;
use model::installed::{Generation, Installed};
use model::operation::OperationKind;
use model::{Digest, ExtensionId};
use store::{FileRecord, Record, Store};

use super::image::{Entry, Image};
use crate::support::{names, whale};

/// What the store says of a home, and what is wrong with its generations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) installed: Vec<Installed>,
    /// The number and the kind of every change that history tells of, the last one first.
    history: Vec<(Option<u64>, OperationKind)>,
    /// What is not as the record of its generation says. Only a repair begins with something.
    damage: Vec<String>,
}

impl Outcome {
    /// Whether this may be found where `expected` may be: the same, or the same with less damage. A repair mends the files first,
    /// and tells of it then.
    pub(crate) fn is_as_good_as(&self, expected: &Self) -> bool {
        let is_known = |problem| expected.damage.contains(problem);
        (&self.installed, &self.history) == (&expected.installed, &expected.history)
            && self.damage.iter().all(is_known)
    }

    /// For whoever reads of a violation.
    pub(crate) fn told(&self) -> String {
        let versions = self.installed.iter();
        let versions = versions.map(|it| format!("{} {}", it.id, it.current.version()));
        versions
            .chain(self.damage.iter().cloned())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Opens a home folder as the next command would, lets the store recover, and answers what is installed; an
/// error where anything is broken or changed by that.
pub(crate) fn recover(home: &Utf8Path) -> Result<Outcome, String> {
    let store = Store::open(home).map_err(|error| format!("it cannot be opened: {error}"))?;
    let found = outcome_without_damage(&store)?;
    if !found.installed.is_empty() && !home.join("format.json").exists() {
        return Err("extensions are installed, and the home folder does not say its format".to_owned());
    }
    let transaction = store.begin(&whale(), || {});
    drop(transaction.map_err(|error| format!("no change can begin: {error}"))?);
    if outcome_without_damage(&store)? != found {
        return Err("recovery changed what is installed, or its history".to_owned());
    }
    if !names(&home.join("staging")).is_empty() {
        return Err("recovery left something in staging".to_owned());
    }
    Ok(with_damage(&store, found))
}

/// What is found without changing anything.
pub(crate) fn outcome(store: &Store) -> Result<Outcome, String> {
    Ok(with_damage(store, outcome_without_damage(store)?))
}

fn with_damage(store: &Store, mut outcome: Outcome) -> Outcome {
    for extension in &outcome.installed {
        let kept = std::iter::once(&extension.current).chain(&extension.previous);
        let damage = kept.filter_map(|generation| whole(store, &extension.id, generation).err());
        outcome.damage.extend(damage);
    }
    outcome
}

fn outcome_without_damage(store: &Store) -> Result<Outcome, String> {
    let listing = store.installed();
    let listing = listing.map_err(|error| format!("nothing can be listed: {error}"))?;
    let history = store.history(None);
    let history = history.map_err(|error| format!("no history can be told: {error}"))?;
    if let Some(broken) = listing.broken.iter().chain(&history.broken).next() {
        return Err(broken.problem.to_string());
    }
    let told = history.operations.iter();
    Ok(Outcome {
        installed: listing.installed,
        history: told
            .map(|recorded| (recorded.number, recorded.operation.kind))
            .collect(),
        damage: Vec::new(),
    })
}

/// Whether a generation holds exactly what its record says.
fn whole(store: &Store, id: &ExtensionId, generation: &Generation) -> Result<(), String> {
    let of = |problem: String| format!("{id} {}: {problem}", generation.version());
    let record = store
        .record(id, generation)
        .map_err(|error| of(error.to_string()))?;
    let record: Record = record.ok_or_else(|| of("it has no record".to_owned()))?;
    let folder = store.generation_folder(id, generation);
    if !folder.is_dir() {
        return Err(of("its folder is missing".to_owned()));
    }
    if record.payload != generation.payload {
        return Err(of("its record is of another payload".to_owned()));
    }
    let image = Image::load(&folder);
    for file in &record.files {
        compare(&image, file).map_err(of)?;
    }
    let expected: BTreeSet<_> = record.files.iter().map(|file| file.path.as_str()).collect();
    for (path, entry) in &image.entries {
        if *entry != Entry::Folder && !expected.contains(path.as_str()) {
            return Err(of(format!("{path} does not belong there")));
        }
    }
    Ok(())
}

fn compare(image: &Image, file: &FileRecord) -> Result<(), String> {
    let path = &file.path;
    match image.entries.get(path) {
        Some(Entry::File(found)) if Digest::of(&found.content) != file.sha256 => {
            Err(format!("{path} has another content"))
        }
        Some(Entry::File(found)) if found.executable != file.executable => {
            Err(format!("{path} has another mode"))
        }
        Some(Entry::File(_)) => Ok(()),
        _ => Err(format!("{path} is missing")),
    }
}
