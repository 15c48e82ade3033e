//! A home folder of its own for each test, and small extensions to put into it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::installed::{Generation, Installed, KEPT_GENERATIONS};
use model::permissions::Permissions;
use model::{Digest, ExtensionId, System};
use store::{Error, Payload, Placement, Store, Transaction};
use tempfile::TempDir;

/// A home folder that does not exist yet, in a folder that goes with the test.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().join("home")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }
}

pub(crate) fn whale() -> ExtensionId {
    "acme/whale".parse().unwrap()
}

/// The generation of a release whose files all hold the tag.
pub(crate) fn generation(tag: &str, payload: &Payload) -> Generation {
    Generation {
        tag: Some(tag.parse().unwrap()),
        digest: Digest::of(format!("index {tag}").as_bytes()),
        manifest: Digest::of(format!("manifest {tag}").as_bytes()),
        system: System::Linux,
        title: "Whale".to_owned(),
        vendor: None,
        api_version: None,
        tabs: Vec::new(),
        backend: false,
        binaries: Vec::new(),
        permissions: Permissions::default(),
        payload: payload.digest.clone(),
        size: payload.size,
        layers: Vec::new(),
        installed_at: Timestamp::UNIX_EPOCH,
        automatic: false,
    }
}

/// Stages the files of a release and puts its payload together.
pub(crate) fn prepare(transaction: &Transaction, tag: &str) -> Payload {
    let staging = transaction.staging();
    staging.write((0, 1), &mut tag.as_bytes()).unwrap();
    staging.write((0, 2), &mut format!("#!{tag}").as_bytes()).unwrap();
    let place = |destination: &str, key, executable| Placement {
        destination: destination.to_owned(),
        key,
        executable,
    };
    let placements = vec![
        place("ui/app/index.html", (0, 1), false),
        place("host/tool", (0, 2), true),
    ];
    let documents = vec![("metadata.json".to_owned(), b"{}".to_vec())];
    transaction
        .assemble(placements, documents, b"{\"manifest\":1}", b"{\"config\":1}")
        .unwrap()
}

/// What becomes active when `next` is installed over `current`.
pub(crate) fn switched(id: &ExtensionId, current: Option<Installed>, next: Generation) -> Installed {
    match current {
        Some(installed) => installed.switched_to(next).keeping(KEPT_GENERATIONS),
        None => Installed::new(id.clone(), next),
    }
}

pub(crate) fn try_install(store: &Store, id: &ExtensionId, tag: &str) -> Result<Installed, Error> {
    let transaction = store.begin(id, || {})?;
    let payload = prepare(&transaction, tag);
    let installed = switched(id, transaction.current()?, generation(tag, &payload));
    transaction.commit(payload, &installed)?;
    Ok(installed)
}

pub(crate) fn install(store: &Store, id: &ExtensionId, tag: &str) -> Installed {
    try_install(store, id, tag).unwrap()
}

/// The tag of the release that is current.
pub(crate) fn current_tag(store: &Store, id: &ExtensionId) -> Option<String> {
    let installed = store.find(id).unwrap()?;
    installed.current.tag.map(|tag| tag.to_string())
}

/// Every file below `folder` with its content as text.
pub(crate) fn tree(folder: &Utf8Path) -> BTreeMap<String, String> {
    fn walk(folder: &Utf8Path, root: &Utf8Path, files: &mut BTreeMap<String, String>) {
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                walk(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string();
                files.insert(
                    name,
                    String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned(),
                );
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(folder, folder, &mut files);
    files
}

/// The names directly in `folder`; none where it is missing.
pub(crate) fn names(folder: &Utf8Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir_utf8() else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_owned())
        .collect();
    names.sort();
    names
}
