//! A folder with everything in it, as a value: what somebody finds who looks at the disk.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use camino::Utf8Path;

/// What a path leads to. Of modes only the one bit counts that the store sets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Folder,
    File(File),
}

/// A file's content and whether it may be executed. The content is shared among images.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct File {
    pub(crate) content: Arc<Vec<u8>>,
    pub(crate) executable: bool,
}

/// Everything below a folder by its path, a folder before what is in it. Paths are text, because comparing them part by part
/// is what a long run would spend its time on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Image {
    pub(crate) entries: BTreeMap<String, Entry>,
}

impl Image {
    /// Reads a folder.
    pub(crate) fn load(folder: &Utf8Path) -> Self {
        let mut image = Self::default();
        image.load_below(folder, Utf8Path::new(""));
        image
    }

    fn load_below(&mut self, root: &Utf8Path, folder: &Utf8Path) {
        for entry in root.join(folder).read_dir_utf8().unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.entries.insert(path.to_string(), Entry::Folder);
                self.load_below(root, &path);
                continue;
            }
            let file = File {
                content: Arc::new(fs::read(entry.path()).unwrap()),
                executable: entry.metadata().unwrap().permissions().mode() & 0o100 != 0,
            };
            self.entries.insert(path.into_string(), Entry::File(file));
        }
    }

    /// Writes it into a folder that is empty.
    pub(crate) fn write_to(&self, folder: &Utf8Path) {
        for (path, entry) in &self.entries {
            let path = folder.join(path);
            match entry {
                Entry::Folder => fs::create_dir(path).unwrap(),
                Entry::File(file) => {
                    fs::write(&path, &*file.content).unwrap();
                    if file.executable {
                        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
                    }
                }
            }
        }
    }

    /// Tells states apart that are counted.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}
