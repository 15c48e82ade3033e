//! What the store does to the disk, as values that somebody may watch.

use std::fmt::Debug;
use std::io;

use camino::Utf8Path;

/// One change of the disk: what a loss of power can undo, tear, or let overtake another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation<'a> {
    /// A file is created, or the one that is there is emptied.
    Create {
        /// The file.
        path: &'a Utf8Path,
    },
    /// Bytes are written behind those that were written to this file since it was created.
    Append {
        /// The file.
        path: &'a Utf8Path,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A file gets the content and the mode of another. It does not exist yet.
    Copy {
        /// The file with the content.
        from: &'a Utf8Path,
        /// The new file.
        to: &'a Utf8Path,
    },
    /// The mode of a file changes.
    SetMode {
        /// The file.
        path: &'a Utf8Path,
        /// Whether it may be executed from now on.
        executable: bool,
    },
    /// A folder is made. Fails, and changes nothing, where something of this name exists.
    MakeFolder {
        /// The folder.
        path: &'a Utf8Path,
    },
    /// A file or folder gets another name. A file that has this name already is replaced.
    Rename {
        /// Its name so far.
        from: &'a Utf8Path,
        /// Its new name.
        to: &'a Utf8Path,
    },
    /// Two files or folders exchange their names, in one step. Fails, and changes nothing, where one is missing or the
    /// file system cannot.
    Exchange {
        /// One name.
        one: &'a Utf8Path,
        /// The other.
        other: &'a Utf8Path,
    },
    /// A file is removed, if it is there.
    RemoveFile {
        /// The file.
        path: &'a Utf8Path,
    },
    /// A folder is removed, if it is there and empty.
    RemoveFolder {
        /// The folder.
        path: &'a Utf8Path,
    },
    /// A folder is removed with everything in it, one thing after the other and in no certain order.
    RemoveTree {
        /// The folder.
        path: &'a Utf8Path,
    },
    /// The content and the mode of a file become durable. Its name does not.
    FlushFile {
        /// The file.
        path: &'a Utf8Path,
    },
    /// The names in a folder become durable: which there are, and what they lead to. What the named files
    /// hold does not.
    FlushFolder {
        /// The folder.
        path: &'a Utf8Path,
    },
    /// Everything below a folder becomes durable: contents, modes and names. The folder's own name does not.
    FlushTree {
        /// The folder.
        path: &'a Utf8Path,
    },
}

/// Somebody who watches what a store does to the disk: the checker of crashes, or a test that lets the disk
/// fail.
pub trait Observer: Debug + Send + Sync {
    /// Called before each operation, in the order in which they happen.
    ///
    /// # Errors
    ///
    /// An error takes the place of the operation: nothing happens, and the store sees a disk that refused.
    fn before(&self, operation: Operation<'_>) -> io::Result<()>;
}
