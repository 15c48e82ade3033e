//! What differs between systems. The variants for macOS and Windows are written here and have not been run
//! yet.

use std::fs::{self, File};
use std::io;

use camino::Utf8Path;

use crate::surroundings::FolderAccess;

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

/// Creates a file that only this user can read and write.
#[cfg(unix)]
pub(crate) fn create_private_file(path: &Utf8Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Creates a file. On Windows the profile's folder already keeps other users out.
#[cfg(not(unix))]
pub(crate) fn create_private_file(path: &Utf8Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)
}

/// Lets nobody but this user enter a folder that is there.
#[cfg(unix)]
pub(crate) fn make_private(path: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// On Windows the profile's folder already keeps other users out.
#[cfg(not(unix))]
pub(crate) fn make_private(_path: &Utf8Path) -> io::Result<()> {
    Ok(())
}

/// What tells a file from another one that took its name.
#[cfg(unix)]
pub(crate) fn file_number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Windows says it only of open files.
#[cfg(not(unix))]
pub(crate) fn file_number(_metadata: &fs::Metadata) -> u64 {
    0
}

/// What tells a file as it is now from every other one that ever had its name: device, number, length, and the times of the
/// last change of content and of anything, in seconds and nanoseconds.
pub(crate) type FileIdentity = (u64, u64, u64, [i64; 2], [i64; 2]);

/// The identity of a file, if it is there. Nobody can set the last time.
#[cfg(unix)]
pub(crate) fn file_identity(path: &Utf8Path) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = path.metadata().ok()?;
    Some((
        found.dev(),
        found.ino(),
        found.len(),
        [found.mtime(), found.mtime_nsec()],
        [found.ctime(), found.ctime_nsec()],
    ))
}

/// Windows tells no such thing without opening the file.
#[cfg(not(unix))]
pub(crate) fn file_identity(_path: &Utf8Path) -> Option<FileIdentity> {
    None
}

/// The mode of a file of a payload.
#[cfg(unix)]
fn mode(executable: bool) -> u32 {
    if executable { 0o755 } else { 0o644 }
}

/// Gives a file of a payload its mode: 0755 or 0644, whatever the umask.
#[cfg(unix)]
pub(crate) fn set_executable(path: &Utf8Path, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode(executable)))
}

/// Whether a file has the mode that [`set_executable`] would give it.
#[cfg(unix)]
pub(crate) fn has_mode(file: &File, executable: bool) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let found = file.metadata();
    found.is_ok_and(|found| found.permissions().mode() & 0o7777 == mode(executable))
}

/// Windows has no modes.
#[cfg(not(unix))]
pub(crate) fn has_mode(_file: &File, _executable: bool) -> bool {
    true
}

/// Windows has no execute bit.
#[cfg(not(unix))]
pub(crate) fn set_executable(_path: &Utf8Path, _executable: bool) -> io::Result<()> {
    Ok(())
}

/// Makes everything below a folder durable, names included.
///
/// One `syncfs` writes thousands of small files in one go; flushing each of them costs a journal commit per
/// file.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Flusher(File);

#[cfg(target_os = "linux")]
impl Flusher {
    /// Whether a flush while the folder is being filled does any good.
    pub(crate) const CAN_BE_EARLY: bool = true;

    /// For the folder `folder`.
    pub(crate) fn open(folder: &Utf8Path) -> io::Result<Self> {
        File::open(folder).map(Self)
    }

    /// Makes durable what was written until now.
    pub(crate) fn flush(&self) -> io::Result<()> {
        rustix::fs::syncfs(&self.0)?;
        Ok(())
    }
}

/// Makes everything below a folder durable, names included: files first, then the folder that names them.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) struct Flusher(camino::Utf8PathBuf);

#[cfg(not(target_os = "linux"))]
impl Flusher {
    /// Each file would be opened and flushed twice.
    pub(crate) const CAN_BE_EARLY: bool = false;

    /// For the folder `folder`.
    #[expect(clippy::unnecessary_wraps, reason = "on Linux the folder is opened")]
    pub(crate) fn open(folder: &Utf8Path) -> io::Result<Self> {
        Ok(Self(folder.to_owned()))
    }

    /// Makes durable what was written until now.
    pub(crate) fn flush(&self) -> io::Result<()> {
        flush_tree(&self.0)
    }
}

#[cfg(not(target_os = "linux"))]
fn flush_tree(folder: &Utf8Path) -> io::Result<()> {
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

/// Has the system begin to write out so many bytes of a file from `start` on, without waiting for it.
///
/// Linux does so for bytes that it is told nobody needs, and drops them from memory once they are written.
#[cfg(target_os = "linux")]
pub(crate) fn begin_writing_out(file: &File, start: u64, length: std::num::NonZeroU64) {
    // Advice that is not taken costs only the time that it would have saved.
    let _ = rustix::fs::fadvise(file, start, Some(length), rustix::fs::Advice::DontNeed);
}

/// Elsewhere the system writes when it wants to.
#[cfg(not(target_os = "linux"))]
pub(crate) fn begin_writing_out(_file: &File, _start: u64, _length: std::num::NonZeroU64) {}

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

/// Lets two files or folders exchange their names in one step.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(one: &Utf8Path, other: &Utf8Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(
        CWD,
        one.as_std_path(),
        CWD,
        other.as_std_path(),
        RenameFlags::EXCHANGE,
    )?;
    Ok(())
}

/// This system offers it in no form that has been tried.
#[cfg(not(target_os = "linux"))]
pub(crate) fn exchange(_one: &Utf8Path, _other: &Utf8Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether an exchange failed because there is nothing to exchange with, or because the file system cannot.
pub(crate) fn cannot_exchange(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::Unsupported
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::PermissionDenied
    )
}

/// Gives this user every right to a folder, so that it can be moved and emptied. Best effort: what is then tried with it says
/// why it fails.
#[cfg(unix)]
pub(crate) fn make_removable(folder: &Utf8Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(mode) = folder.symlink_metadata().map(|found| found.permissions().mode()) else {
        return;
    };
    if mode & 0o700 != 0o700 {
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o700));
    }
}

/// The folders of Windows that are marked read-only can be moved and emptied.
#[cfg(not(unix))]
pub(crate) fn make_removable(_folder: &Utf8Path) {}

/// As [`make_removable`], for every folder below as well. Links are not followed.
pub(crate) fn make_tree_removable(folder: &Utf8Path) {
    make_removable(folder);
    for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_tree_removable(entry.path());
        }
    }
}

/// Whether a file may be executed although it was not to be, or the other way round.
#[cfg(unix)]
pub(crate) fn has_other_mode(metadata: &cap_std::fs::Metadata, executable: bool) -> bool {
    use cap_std::fs::MetadataExt as _;
    (metadata.mode() & 0o111 != 0) != executable
}

/// Windows has no execute bit.
#[cfg(not(unix))]
pub(crate) fn has_other_mode(_metadata: &cap_std::fs::Metadata, _executable: bool) -> bool {
    false
}

/// Opening a pipe waits for somebody at its other end, unless it is told not to; a link as the last part of a path is refused.
#[cfg(unix)]
pub(crate) fn without_waiting(options: &mut cap_std::fs::OpenOptions) {
    use cap_std::fs::OpenOptionsExt as _;
    use rustix::fs::OFlags;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    options.custom_flags(flags.bits().cast_signed());
}

/// Nothing waits there.
#[cfg(not(unix))]
pub(crate) fn without_waiting(_options: &mut cap_std::fs::OpenOptions) {}

/// Whether this user can make files in a folder. Nothing is tried: permissions and the mount are asked.
#[cfg(unix)]
pub(crate) fn check_writable(folder: &Utf8Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    access(folder.as_std_path(), Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(())
}

/// Permissions of Windows are lists that only a try can tell.
#[cfg(not(unix))]
pub(crate) fn check_writable(folder: &Utf8Path) -> io::Result<()> {
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(())
}

/// Who owns a folder and may enter it.
#[cfg(unix)]
pub(crate) fn folder_access(folder: &Utf8Path) -> Option<FolderAccess> {
    use std::os::unix::fs::MetadataExt as _;
    let found = folder.metadata().ok()?;
    Some(FolderAccess {
        mode: found.mode() & 0o777,
        is_own: found.uid() == rustix::process::geteuid().as_raw(),
    })
}

/// On Windows the profile's folder keeps other users out.
#[cfg(not(unix))]
pub(crate) fn folder_access(_folder: &Utf8Path) -> Option<FolderAccess> {
    None
}

/// The bytes that are left for this user on a folder's file system.
#[cfg(unix)]
pub(crate) fn free_space(folder: &Utf8Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder.as_std_path()).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Asking Windows needs a call that no crate of this project offers.
#[cfg(not(unix))]
pub(crate) fn free_space(_folder: &Utf8Path) -> Option<u64> {
    None
}
