//! What must hold of a home folder after whatever happened to it.

use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8Path;
use model::Digest;
use model::installed::Generation;
use store::{FileRecord, Store};

/// The versions that are installed, in the order of their ids; panics where a file of any generation that can
/// be used or gone back to is not what its record says.
#[track_caller]
pub(crate) fn versions(home: &Utf8Path) -> Vec<String> {
    let store = Store::open(home).unwrap();
    let listing = store.installed().unwrap();
    assert!(listing.broken.is_empty(), "{:?}", listing.broken);
    for installed in &listing.installed {
        for generation in std::iter::once(&installed.current).chain(&installed.previous) {
            let record = store.record(&installed.id, generation).unwrap();
            let record = record.unwrap_or_else(|| panic!("{} has no record", generation.version()));
            assert_eq!(record.payload, generation.payload);
            let folder = store.generation_folder(&installed.id, generation);
            record.files.iter().for_each(|file| check(&folder, file));
        }
    }
    let current = listing.installed.iter().map(|installed| &installed.current);
    current.map(Generation::version).collect()
}

fn check(folder: &Utf8Path, file: &FileRecord) {
    let path = folder.join(&file.path);
    let content = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(Digest::of(&content), file.sha256, "{path}");
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o100 != 0, file.executable, "{path}");
}
