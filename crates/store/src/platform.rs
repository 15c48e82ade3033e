//! What differs between systems. The variants for macOS and Windows are written here and have not been run
//! yet.

use std::fs::{self, File};
use std::io;

use camino::Utf8Path;

/// Makes a folder that only this user can enter.
#[cfg(unix)]
pub(crate) fn make_private_folder(path: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a folder. On Windows the profile's folder already keeps other users out.
#[cfg(not(unix))]
pub(crate) fn make_private_folder(path: &Utf8Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Gives a file of a payload its mode: 0755 or 0644, whatever the umask.
#[cfg(unix)]
pub(crate) fn set_executable(path: &Utf8Path, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Windows has no execute bit.
#[cfg(not(unix))]
pub(crate) fn set_executable(_path: &Utf8Path, _executable: bool) -> io::Result<()> {
    Ok(())
}

/// Makes everything below `folder` durable, names included.
///
/// One `syncfs` writes thousands of small files in one go; flushing each of them costs a journal commit per
/// file.
#[cfg(target_os = "linux")]
pub(crate) fn flush_tree(folder: &Utf8Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(folder)?)?;
    Ok(())
}

/// Makes everything below `folder` durable, names included: files first, then the folder that names them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn flush_tree(folder: &Utf8Path) -> io::Result<()> {
    for entry in folder.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            flush_tree(entry.path())?;
        } else {
            // Windows flushes only what is open for writing.
            fs::OpenOptions::new()
                .write(true)
                .open(entry.path())?
                .sync_all()?;
        }
    }
    flush_folder(folder)
}

/// Makes the names in `folder` durable.
#[cfg(unix)]
pub(crate) fn flush_folder(folder: &Utf8Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows writes names through its own journal and offers no flush of a folder.
#[cfg(not(unix))]
pub(crate) fn flush_folder(_folder: &Utf8Path) -> io::Result<()> {
    Ok(())
}

/// Stamps a file with the present time, for the order of last use.
#[cfg(unix)]
pub(crate) fn touch(file: &File) -> io::Result<()> {
    use rustix::fs::{Timespec, Timestamps, UTIME_NOW};
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    rustix::fs::futimens(
        file,
        &Timestamps {
            last_access: now,
            last_modification: now,
        },
    )?;
    Ok(())
}

/// Stamps a file with the present time, for the order of last use.
#[cfg(not(unix))]
#[expect(
    clippy::disallowed_methods,
    reason = "this system cannot stamp a file with its own clock, and no decision depends on the time"
)]
pub(crate) fn touch(file: &File) -> io::Result<()> {
    file.set_modified(std::time::SystemTime::now())
}
