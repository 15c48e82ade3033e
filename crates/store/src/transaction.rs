//! One change of one extension, from the first staged byte to the commit point.

use std::fs::File;

use camino::Utf8Path;
use model::ExtensionId;
use model::installed::{Generation, Installed};
use model::operation::Operation;

use crate::activation;
use crate::aside;
use crate::disk::Disk;
use crate::document;
use crate::error::Error;
use crate::folder_name::folder_name;
use crate::history::Log;
use crate::layout::Layout;
use crate::lock;
use crate::payload::{self, Assembly, Payload, Placement};
use crate::record::{FileRecord, Record};
use crate::removal;
use crate::staging::Staging;

/// The files in a staging folder that become the record and the activation.
const RECORD: &str = "record.json";
const ACTIVATION: &str = "activation.json";

/// A change of one extension. It holds the extension's lock, so no other process changes the same one;
/// readers are never in its way. Dropped without one of [`commit`](Self::commit), [`set`](Self::set) and
/// [`remove`](Self::remove) it leaves everything as it was.
#[derive(Debug)]
pub struct Transaction {
    layout: Layout,
    id: ExtensionId,
    staging: Staging,
    operation: Option<Operation>,
    /// Declared last, so that it is released after the staging folder is gone.
    _lock: File,
}

/// What a change has put out of sight. Dropped it is removed, which may take longer than the change itself; a process that
/// ends before leaves it to the next change. No lock is held meanwhile.
#[derive(Debug)]
pub struct Leavings(#[expect(dead_code, reason = "only its drop matters")] Staging);

impl Transaction {
    pub(crate) fn new(layout: Layout, id: ExtensionId, staging: Staging, lock: File) -> Self {
        Self {
            layout,
            id,
            staging,
            operation: None,
            _lock: lock,
        }
    }

    /// The same change, which history will tell as `operation` once it is made.
    #[must_use]
    pub fn recorded_as(self, operation: Operation) -> Self {
        Self {
            operation: Some(operation),
            ..self
        }
    }

    /// The extension as it is active now; nobody can change it while this transaction lives.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] where its activation file cannot be understood; [`remove`](Self::remove) works
    /// even then.
    pub fn current(&self) -> Result<Option<Installed>, Error> {
        activation::find(&self.layout, &self.id)
    }

    /// Where the content of the next generation is gathered.
    pub fn staging(&self) -> &Staging {
        &self.staging
    }

    /// Moves staged content to its destinations, adds `documents` (path and content) that were not in the
    /// image, and computes the canonical digest. `manifest` and `config` are the bytes as the registry served
    /// them; they go into the record. Nothing becomes visible. To be called once.
    ///
    /// # Errors
    ///
    /// [`Error::IllegalDestination`], [`Error::PlacedTwice`], [`Error::NotStaged`],
    /// [`Error::DocumentNotText`], and [`Error::Disk`].
    pub fn assemble(
        &self,
        placements: Vec<Placement>,
        documents: Vec<(String, Vec<u8>)>,
        manifest: &[u8],
        config: &[u8],
    ) -> Result<Payload, Error> {
        let mut assembly = Assembly::begin(&self.staging)?;
        assembly.place(placements)?;
        for (destination, content) in documents {
            assembly.add(destination, &content)?;
        }
        assembly.finish(manifest, config)
    }

    /// Makes `payload` durable as the generation `installed.current`, then makes `installed` the activation.
    /// Generations that `installed` does not name are put aside, and removed with what is returned.
    ///
    /// # Errors
    ///
    /// Where it fails, what was active before still is; the one exception is a failed flush of the
    /// activation's name, after which either may survive a loss of power.
    pub fn commit(self, payload: Payload, installed: &Installed) -> Result<Leavings, Error> {
        self.check(installed)?;
        let folder = installed.current.folder();
        let generation = self.layout.generations(&self.id).join(&folder);
        let in_use = self.names(&folder) && holds(&generation, &payload.files);
        let placing = if in_use { Placing::Keep } else { Placing::Replace };
        let result = self
            .bring_in(payload, &installed.current, placing)
            .and_then(|()| self.activate(installed));
        match &result {
            Ok(()) => self.collect(installed),
            Err(_) => self.withdraw(&folder),
        }
        result.map(|()| Leavings(self.staging))
    }

    /// Replaces only the activation: another generation that is still there becomes current, or a hold is set
    /// or released.
    ///
    /// # Errors
    ///
    /// As for [`commit`](Self::commit).
    pub fn set(self, installed: &Installed) -> Result<(), Error> {
        self.check(installed)?;
        self.activate(installed)?;
        self.log().prune();
        Ok(())
    }

    /// Removes the extension: first the activation, which is the commit point, then its generations and
    /// records. Works whatever state they are in, also where nothing is there.
    pub fn remove(self) -> Result<(), Error> {
        self.write_history()?;
        removal::remove(self.disk(), &self.layout, &self.staging, &folder_name(&self.id))
    }

    /// Puts `payload` in the place of a generation that `installed` names, current or kept, whatever is there, in one
    /// step; writes its record anew, and then makes `installed` the activation.
    ///
    /// # Errors
    ///
    /// Where it fails before the payload has its place, everything is as it was.
    pub fn restore(
        self,
        payload: Payload,
        generation: &Generation,
        installed: &Installed,
    ) -> Result<(), Error> {
        self.check(installed)?;
        self.bring_in(payload, generation, Placing::Exchange)?;
        self.activate(installed)
    }

    fn disk(&self) -> &Disk {
        self.staging.disk()
    }

    fn check(&self, installed: &Installed) -> Result<(), Error> {
        if installed.id == self.id {
            return Ok(());
        }
        Err(Error::AnotherExtension {
            locked: self.id.clone(),
            given: installed.id.clone(),
        })
    }

    /// Everything before the commit point: after it, generation and record are durable and nothing names
    /// them.
    fn bring_in(&self, payload: Payload, generation: &Generation, placing: Placing) -> Result<(), Error> {
        let staged_record = self.staging.path().join(RECORD);
        let record = self.layout.record(&self.id, &generation.folder());
        let content = Record::new(&self.id, generation, payload);
        self.disk()
            .write(&staged_record, &document::to_json(&content, &record)?)?;
        let (generations, records) = (self.layout.generations(&self.id), self.layout.records(&self.id));
        for folder in [
            &self.layout.extensions(),
            &generations,
            &self.layout.all_records(),
            &records,
            &self.layout.activations(),
        ] {
            self.disk().make_folder(folder)?;
        }
        // First, since the flush of a folder waits for everything that a file system is writing already.
        self.staging.flush()?;
        // Also where they are not new: whoever made them may have been killed before this.
        for parent in [
            self.layout.home(),
            &self.layout.extensions(),
            &self.layout.all_records(),
        ] {
            self.disk().flush_folder(parent)?;
        }
        let staged = self.staging.path().join(payload::FOLDER);
        let place = generations.join(generation.folder());
        match placing {
            Placing::Keep => {}
            Placing::Exchange if self.disk().exchange(&staged, &place)? => {
                self.disk().flush_folder(&generations)?;
            }
            Placing::Replace | Placing::Exchange => {
                self.set_aside(&place)?;
                self.disk().rename(&staged, &place)?;
                self.disk().flush_folder(&generations)?;
            }
        }
        self.disk().rename(&staged_record, &record)?;
        self.disk().flush_folder(&records)
    }

    /// The commit point.
    fn activate(&self, installed: &Installed) -> Result<(), Error> {
        let path = self.layout.activation(&self.id);
        let mut installed = installed.clone();
        if let Some(number) = self.write_history()? {
            installed.operation = Some(number);
        }
        let content = activation::content(&installed, &path)?;
        let _commit = lock::commit(self.disk(), &self.layout)?;
        self.disk()
            .replace(&path, &self.staging.path().join(ACTIVATION), &content)
    }

    /// Before the commit point, which makes it true.
    fn write_history(&self) -> Result<Option<u64>, Error> {
        let operation = self.operation.as_ref();
        operation
            .map(|operation| self.log().add(operation, &self.staging))
            .transpose()
    }

    fn log(&self) -> Log {
        Log::new(self.disk(), &self.layout, &self.id)
    }

    /// Removes generations and records that `installed` does not name. Garbage that stays does no harm, so
    /// that a failure here does not fail the change.
    fn collect(&self, installed: &Installed) {
        self.log().prune();
        let named: Vec<String> = names(installed).collect();
        for folder in [self.layout.generations(&self.id), self.layout.records(&self.id)] {
            let Ok(entries) = folder.read_dir_utf8() else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().trim_end_matches(".json");
                if !named.iter().any(|kept| kept == name) {
                    self.discard(entry.path());
                }
            }
        }
    }

    /// After a failure: takes back what no activation names.
    fn withdraw(&self, folder: &str) {
        if self.names(folder) {
            return;
        }
        self.discard(&self.layout.generations(&self.id).join(folder));
        self.discard(&self.layout.record(&self.id, folder));
        self.disk().remove_if_empty(&self.layout.generations(&self.id));
        self.disk().remove_if_empty(&self.layout.records(&self.id));
    }

    fn discard(&self, path: &Utf8Path) {
        if let Err(error) = self.set_aside(path) {
            tracing::warn!(%error, "something that is no longer needed stays behind");
        }
    }

    /// Whether the present activation names the generation in this folder.
    fn names(&self, folder: &str) -> bool {
        let current = self.current().ok().flatten();
        current.is_some_and(|installed| names(&installed).any(|name| name == folder))
    }

    /// Takes something out of sight in one step; it is deleted with the staging folder, at leisure or by a
    /// later process.
    fn set_aside(&self, path: &Utf8Path) -> Result<(), Error> {
        aside::set_aside(&self.staging, path)
    }
}

/// How a generation comes to its place.
#[derive(Debug, Clone, Copy)]
enum Placing {
    /// It stands there, and is in use.
    Keep,
    /// What is there is nothing that anybody reads.
    Replace,
    /// What is there may be read, and must not be missing for a moment where the system can help it.
    Exchange,
}

/// The folders of the generations that an activation names.
pub(crate) fn names(installed: &Installed) -> impl Iterator<Item = String> {
    let generations = std::iter::once(&installed.current).chain(&installed.previous);
    generations.map(model::installed::Generation::folder)
}

/// Whether a generation that stands already has every file of `files` in its size. Content is for `verify`.
fn holds(generation: &Utf8Path, files: &[FileRecord]) -> bool {
    files.iter().all(|file| {
        let found = generation.join(&file.path).symlink_metadata();
        found.is_ok_and(|found| found.is_file() && found.len() == file.size)
    })
}
