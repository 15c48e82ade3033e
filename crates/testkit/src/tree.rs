//! What lies below a folder, as a value: for "nothing was left behind" and "nothing changed".

use std::collections::BTreeMap;
use std::{fmt, io};

use camino::{Utf8Path, Utf8PathBuf};
use model::Digest;

/// Everything below a folder, by its path relative to it. Two are equal where names, kinds, modes and contents are.
///
/// Displayed, it is a line for each entry: kind, mode, size and path. Sizes of folders, owners and times are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    entries: BTreeMap<Utf8PathBuf, Entry>,
}

/// One entry of a [`Tree`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is, with what it holds.
    pub kind: Kind,
    /// The permission bits; on Windows 0o644 throughout.
    pub mode: u32,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File {
        /// Bytes.
        size: u64,
        /// Of the content.
        digest: Digest,
    },
    /// A symbolic link and its target, which is not followed.
    Link(Utf8PathBuf),
    /// A device, pipe or socket.
    Special,
}

/// Lists everything below a folder; a folder that does not exist has nothing below it.
///
/// # Panics
///
/// Where something cannot be read, or a name is not UTF-8.
pub fn tree(folder: &Utf8Path) -> Tree {
    let mut tree = Tree::default();
    tree.add(folder, Utf8Path::new(""))
        .unwrap_or_else(|error| panic!("cannot list {folder}: {error}"));
    tree
}

impl Tree {
    /// Whether there is nothing, not even a folder.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries by their relative path.
    pub fn entries(&self) -> &BTreeMap<Utf8PathBuf, Entry> {
        &self.entries
    }

    /// The relative paths of all regular files, in order.
    pub fn files(&self) -> Vec<&str> {
        let files = self
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.kind, Kind::File { .. }));
        files.map(|(path, _)| path.as_str()).collect()
    }

    fn add(&mut self, root: &Utf8Path, folder: &Utf8Path) -> io::Result<()> {
        let listing = match fs_err::read_dir(root.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            listing => listing?,
        };
        for child in listing {
            let name = child?.file_name();
            let name = name.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
            let path = folder.join(name);
            let entry = Entry::of(&root.join(&path))?;
            let is_folder = entry.kind == Kind::Folder;
            self.entries.insert(path.clone(), entry);
            if is_folder {
                self.add(root, &path)?;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn of(path: &Utf8Path) -> io::Result<Self> {
        let metadata = fs_err::symlink_metadata(path)?;
        let kind = if metadata.is_dir() {
            Kind::Folder
        } else if metadata.is_symlink() {
            let target = fs_err::read_link(path)?;
            Kind::Link(Utf8PathBuf::from_path_buf(target).map_err(|_| io::ErrorKind::InvalidFilename)?)
        } else if metadata.is_file() {
            Kind::File {
                size: metadata.len(),
                digest: Digest::of(&fs_err::read(path)?),
            }
        } else {
            Kind::Special
        };
        Ok(Self {
            kind,
            mode: mode(&metadata),
        })
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode(_metadata: &std::fs::Metadata) -> u32 {
    0o644
}

impl fmt::Display for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, Entry { kind, mode }) in &self.entries {
            // Written with slashes on every system, so that snapshots hold everywhere.
            let path = path.as_str().replace('\\', "/");
            match kind {
                Kind::Folder => writeln!(formatter, "folder {mode:o} {path}/")?,
                Kind::File { size, .. } => writeln!(formatter, "file {mode:o} {size} {path}")?,
                Kind::Link(target) => writeln!(formatter, "link {path} -> {target}")?,
                Kind::Special => writeln!(formatter, "special {mode:o} {path}")?,
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::Folder;

    #[test]
    fn a_tree_shows_kind_mode_size_and_target() {
        let folder = Folder::new().file("ui/index.html", "hello").file("tool", "#!");
        let path = folder.path();
        for (name, mode) in [("ui", 0o755), ("ui/index.html", 0o644), ("tool", 0o755)] {
            fs_err::set_permissions(path.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        symlink("/nowhere", path.join("link")).unwrap();
        insta::assert_snapshot!(tree(path), @r"
        link link -> /nowhere
        file 755 2 tool
        folder 755 ui/
        file 644 5 ui/index.html
        ");
        assert_eq!(tree(path).files(), ["tool", "ui/index.html"]);
    }

    #[test]
    fn a_change_of_the_same_length_is_a_change() {
        let folder = Folder::new().file("a", "one");
        let before = tree(folder.path());
        assert_eq!(before, tree(folder.path()));
        let folder = folder.file("a", "two");
        assert_ne!(before, tree(folder.path()));
    }

    #[test]
    fn where_nothing_is_nothing_is_listed() {
        let folder = Folder::new();
        assert!(tree(&folder.path().join("missing")).is_empty());
        assert!(tree(folder.path()).is_empty());
    }
}
