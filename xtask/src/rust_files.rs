//! The Rust files of the workspace.

use std::path::PathBuf;

/// Every Rust file below `crates` and `xtask`, sorted, relative to the workspace's root.
pub(crate) fn list() -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = vec![PathBuf::from("crates"), PathBuf::from("xtask")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}
