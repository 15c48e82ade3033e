//! What a home folder holds, in case something else has written there.

use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use model::ExtensionId;
use store::Store;
use tempfile::TempDir;

use crate::parts;

/// The folder for all runs. `cargo xtask fuzz` has it made where it removes everything afterwards.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// An activation file, `format.json` and the record of the current generation; what is empty is not there.
pub fn home(input: &[u8]) -> bool {
    let [activation, format, record] = parts(input);
    let home = Utf8Path::from_path(FOLDER.path()).expect("a path in UTF-8").join("home");
    let id: ExtensionId = "acme/whale".parse().expect("an id");
    write(&home.join("activations/docker.io+acme+whale.json"), activation);
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

fn write(path: &Utf8Path, content: &[u8]) {
    if content.is_empty() {
        let _ = fs::remove_file(path); // often it is not there
        return;
    }
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(path, content).expect("a file can be written");
}
