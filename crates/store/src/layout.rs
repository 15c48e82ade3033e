//! Where everything is below the home folder. The one place that spells these names.

use camino::{Utf8Path, Utf8PathBuf};
use model::ExtensionId;

use crate::folder_name::folder_name;

/// The paths of one home folder.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    home: Utf8PathBuf,
}

impl Layout {
    pub(crate) fn new(home: &Utf8Path) -> Self {
        Self {
            home: home.to_owned(),
        }
    }

    pub(crate) fn home(&self) -> &Utf8Path {
        &self.home
    }

    pub(crate) fn format(&self) -> Utf8PathBuf {
        self.home.join("format.json")
    }

    pub(crate) fn extensions(&self) -> Utf8PathBuf {
        self.home.join("extensions")
    }

    /// The folder that holds the generations of one extension.
    pub(crate) fn generations(&self, id: &ExtensionId) -> Utf8PathBuf {
        let mut folder = self.extensions();
        folder.push(folder_name(id));
        folder
    }

    pub(crate) fn activations(&self) -> Utf8PathBuf {
        self.home.join("activations")
    }

    /// The file that says which generation of `id` is current.
    pub(crate) fn activation(&self, id: &ExtensionId) -> Utf8PathBuf {
        self.named_activation(&folder_name(id))
    }

    /// The activation of the extension whose files are called `name`.
    pub(crate) fn named_activation(&self, name: &str) -> Utf8PathBuf {
        self.activations().join(format!("{name}.json"))
    }

    /// What lists need of the activations.
    pub(crate) fn overview(&self) -> Utf8PathBuf {
        self.home.join("overview")
    }

    pub(crate) fn all_records(&self) -> Utf8PathBuf {
        self.home.join("records")
    }

    /// The folder that holds the records of one extension's generations.
    pub(crate) fn records(&self, id: &ExtensionId) -> Utf8PathBuf {
        self.all_records().join(folder_name(id))
    }

    /// The record of the generation whose folder is called `generation`.
    pub(crate) fn record(&self, id: &ExtensionId, generation: &str) -> Utf8PathBuf {
        self.records(id).join(format!("{generation}.json"))
    }

    pub(crate) fn all_operations(&self) -> Utf8PathBuf {
        self.home.join("operations")
    }

    /// The folder that holds the history of one extension.
    pub(crate) fn operations(&self, id: &ExtensionId) -> Utf8PathBuf {
        self.all_operations().join(folder_name(id))
    }

    pub(crate) fn staging(&self) -> Utf8PathBuf {
        self.home.join("staging")
    }

    pub(crate) fn blobs(&self) -> Utf8PathBuf {
        self.home.join("blobs")
    }

    pub(crate) fn locks(&self) -> Utf8PathBuf {
        self.home.join("locks")
    }

    /// The lock of one extension: held from the first byte of a change to the last.
    pub(crate) fn extension_lock(&self, id: &ExtensionId) -> Utf8PathBuf {
        self.named_lock(&folder_name(id))
    }

    /// The lock of the extension whose files are called `name`.
    pub(crate) fn named_lock(&self, name: &str) -> Utf8PathBuf {
        self.locks().join(format!("{name}.lock"))
    }

    /// The lock of the whole home: held for moments. No extension's lock has this name, because each holds
    /// `+` or `~`.
    pub(crate) fn commit_lock(&self) -> Utf8PathBuf {
        self.locks().join("commit.lock")
    }

    pub(crate) fn facts(&self) -> Utf8PathBuf {
        self.home.join("facts.sqlite")
    }

    /// Where a damaged data base of facts goes.
    pub(crate) fn damaged_facts(&self) -> Utf8PathBuf {
        self.home.join("facts.sqlite.damaged")
    }
}
