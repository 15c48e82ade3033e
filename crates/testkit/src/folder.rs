//! A temporary folder that is filled in one expression, such as the context of a build.

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A folder of its own below the system's temporary folder; gone when it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: Utf8PathBuf,
    _keeper: TempDir,
}

impl Folder {
    /// An empty folder.
    ///
    /// # Panics
    ///
    /// Where the temporary folder cannot be written, or its path is not UTF-8.
    pub fn new() -> Self {
        Self::try_new().unwrap_or_else(|error| panic!("cannot make a temporary folder: {error:#}"))
    }

    pub(crate) fn try_new() -> anyhow::Result<Self> {
        let keeper = tempfile::Builder::new().prefix("outrigger-").tempdir()?;
        // On macOS the temporary folder is reached through a link; tests compare with the resolved path.
        let path = Utf8PathBuf::try_from(fs_err::canonicalize(keeper.path())?)?;
        Ok(Self {
            path,
            _keeper: keeper,
        })
    }

    /// Adds a file with the folders that it needs; one that is there is replaced.
    ///
    /// # Panics
    ///
    /// Where it cannot be written.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.path.join(path), content.as_ref());
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes a file with the folders that it needs; a failure ends the test.
pub(crate) fn write(path: &Utf8Path, content: &[u8]) {
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    fs_err::create_dir_all(folder)
        .and_then(|()| fs_err::write(path, content))
        .unwrap_or_else(|error| panic!("cannot write a file of a test: {error}"));
}
