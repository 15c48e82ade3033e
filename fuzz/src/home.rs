//! What a home folder holds, in case something else has written there.

use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::ExtensionId;
use model::operation::{Operation, OperationKind};
use store::{History, Store};
use tempfile::TempDir;

use crate::parts;

const ACTIVATION: &str = "activations/docker.io+acme+whale.json";

/// The folder for all runs. `cargo xtask fuzz` has it made where it removes everything afterwards.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// An activation file, `format.json` and the record of the current generation; what is empty is not there.
pub fn home(input: &[u8]) -> bool {
    let [activation, format, record] = parts(input);
    let (home, id) = (home_folder(), whale());
    write(&home.join(ACTIVATION), activation);
    write(&home.join("format.json"), format);

    let Ok(store) = Store::open(&home) else { return false };
    let found = store.find(&id);
    let listing = store.installed().expect("a listing shows what is broken, and goes on");
    let installed = match found {
        Ok(Some(installed)) => installed,
        Ok(None) => return false,
        Err(_) => {
            assert!(listing.installed.is_empty() && !listing.broken.is_empty());
            return false;
        }
    };
    assert_eq!(installed.id, id);
    assert_eq!(listing.installed, [installed.clone()]);
    let written = serde_json::to_vec(&installed).expect("what was read can be written");
    assert_eq!(serde_json::from_slice(&written).ok(), Some(installed.clone()));
    let folder = store.generation_folder(&id, &installed.current);
    assert!(folder.starts_with(&home) && !folder.as_str().contains(".."));

    let folder: Utf8PathBuf = home.join("records/docker.io+acme+whale");
    write(&folder.join(format!("{}.json", installed.current.folder())), record);
    let read = store.record(&id, &installed.current);
    let _ = fs::remove_dir_all(folder); // named by the input, so that the next run would not find it
    matches!(read, Ok(Some(_)))
}

/// A file of a change, one of an attempt that failed, and an activation file. Whatever they hold, the extension can be changed
/// and removed, and history tells of that.
pub fn operations(input: &[u8]) -> bool {
    let [change, attempt, activation] = parts(input);
    let (home, id) = (home_folder(), whale());
    let folder = home.join("operations/docker.io+acme+whale");
    let _ = fs::remove_dir_all(&folder); // the run before may have left none
    write(&folder.join("1.json"), change);
    write(&folder.join("failed-1-1.json"), attempt);
    write(&home.join(ACTIVATION), activation);

    let store = Store::open(&home).expect("a home");
    let told = history(&store, &id);
    assert!(told.operations.len() + told.broken.len() <= 2);
    for recorded in &told.operations {
        assert_eq!(recorded.operation.id, id);
        let written = serde_json::to_vec(recorded).expect("what was read can be written");
        assert_eq!(serde_json::from_slice(&written).ok().as_ref(), Some(recorded));
    }
    let is_held = hold(&store, &id);
    store.begin(&id, || {}).expect("a change can begin").remove().expect("everything can be removed");
    assert_eq!(store.find(&id).expect("nothing is there that could be broken"), None);
    is_held && told.operations.len() == 2
}

/// Whether it was installed, so that it is held now.
fn hold(store: &Store, id: &ExtensionId) -> bool {
    let operation = Operation {
        id: id.clone(),
        kind: OperationKind::Hold,
        from: None,
        to: None,
        started_at: Timestamp::UNIX_EPOCH,
        duration_ms: 0,
        automatic: false,
        failure: None,
    };
    let transaction = store.begin(id, || {}).expect("a change can begin").recorded_as(operation);
    let Ok(Some(installed)) = transaction.current() else { return false };
    transaction.set(&installed).expect("it can be held");
    let told = history(store, id).operations;
    let last = told.iter().find(|recorded| recorded.number.is_some()).expect("a change");
    assert_eq!(last.operation.kind, OperationKind::Hold);
    true
}

fn history(store: &Store, id: &ExtensionId) -> History {
    store.history(Some(id)).expect("a history shows what is broken, and goes on")
}

fn home_folder() -> Utf8PathBuf {
    Utf8Path::from_path(FOLDER.path()).expect("a path in UTF-8").join("home")
}

fn whale() -> ExtensionId {
    "acme/whale".parse().expect("an id")
}

fn write(path: &Utf8Path, content: &[u8]) {
    if content.is_empty() {
        let _ = fs::remove_file(path); // often it is not there
        return;
    }
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(path, content).expect("a file can be written");
}
