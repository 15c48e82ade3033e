//! What the file system says of a home folder, without writing anything.

use camino::Utf8Path;

use crate::error::Error;
use crate::platform;

/// What the file system says of a home folder.
#[derive(Debug)]
pub struct Surroundings {
    /// Whether something is there. If not, the rest is said of the nearest folder above it, in which it would be made.
    pub exists: bool,
    /// Why this user cannot write there.
    pub obstacle: Option<Error>,
    /// Who owns the home folder and may enter it; nothing where it is not there, or the system keeps others out in other ways.
    pub access: Option<FolderAccess>,
    /// The bytes that are left for this user; nothing where the system does not say it.
    pub free_space: Option<u64>,
}

/// Who may enter a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderAccess {
    /// The lower nine bits of its mode.
    pub mode: u32,
    /// Whether it belongs to the user that this program runs as.
    pub is_own: bool,
}

impl Surroundings {
    /// Looks at the home folder at `home`.
    pub fn of(home: &Utf8Path) -> Self {
        let exists = home.symlink_metadata().is_ok();
        let nearest = home.ancestors().find(|path| path.exists()).unwrap_or(home);
        Self {
            exists,
            obstacle: platform::check_writable(nearest)
                .map_err(Error::disk("write to", nearest))
                .err(),
            access: platform::folder_access(home),
            free_space: platform::free_space(nearest),
        }
    }
}
