//! Making the system start the service: what is written for its service manager, and what the user runs then.
//!
//! Only files of the user's own are written, and nothing is started: that a program runs at each login from now on is a step that
//! a person takes with a command that can be read. What somebody else wrote is never replaced or removed.

mod launchd;
mod systemd;
mod task_scheduler;
mod xml;

use std::io::{self, Write as _};
use std::net::SocketAddr;

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;

use crate::error::Error;
use crate::opening::refuse_reachable;

/// Stands in every file that is written. It holds no `--`, which comments of XML must not.
const MARK: &str =
    "Outrigger has written this file. Its next installation replaces it, and its removal takes it away.";

/// How the service is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program, as an absolute path.
    pub program: Utf8PathBuf,
    /// What it is given.
    pub arguments: Vec<String>,
    /// Where it will listen, for managers that can listen in its place until somebody asks.
    pub listen: SocketAddr,
    /// Whether it may listen where other machines reach it.
    pub beyond_loopback: bool,
}

/// What was written, and what is left to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The files.
    pub files: Vec<Utf8PathBuf>,
    /// Ways to start the service, each with what it means; one of them is enough.
    pub ways: Vec<Way>,
    /// Whether this was ever tried on a system of this kind.
    pub is_tested: bool,
}

/// What was removed, and what is left to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The files.
    pub files: Vec<Utf8PathBuf>,
    /// What ends the service that may still run.
    pub commands: Vec<String>,
}

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// When the service runs then, as the end of a sentence.
    pub when: &'static str,
    /// The commands, in their order.
    pub commands: Vec<String>,
}

/// A file, by its place below the manager's folder.
type File = (&'static str, String);

/// What looks after the services of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Systemd,
    Launchd,
    TaskScheduler,
}

/// Writes what the service manager of this system needs to start the service.
///
/// # Errors
///
/// [`Error::BeyondLoopback`], as a start would be refused; [`Error::ForeignUnit`] where such a file is there that Outrigger did not
/// write: then nothing is written;
/// [`Error::Unstartable`] where the manager cannot start a program of this path; [`Error::Unit`] and [`Error::NoFolder`].
pub fn install(launch: &Launch) -> Result<Installed, Error> {
    refuse_reachable(launch.listen, launch.beyond_loopback)?;
    let manager = Manager::of_this_system();
    let folder = manager.folder()?;
    let files = manager.files(launch)?;
    let place = |(name, text): File| (folder.join(name), text);
    let files: Vec<_> = files.into_iter().map(place).collect();
    for (path, _) in &files {
        refuse_foreign(path)?;
    }
    for (path, text) in &files {
        write(path, text).map_err(failed(path))?;
    }
    Ok(Installed {
        files: files.into_iter().map(|(path, _)| path).collect(),
        ways: manager.ways(&folder),
        is_tested: manager == Manager::Systemd,
    })
}

/// Takes away what [`install`] has written, and what links to it.
///
/// # Errors
///
/// [`Error::ForeignUnit`] where such a file is there that Outrigger did not write; [`Error::NotInstalled`] where there is none;
/// [`Error::Unit`] and [`Error::NoFolder`].
pub fn uninstall() -> Result<Removed, Error> {
    let manager = Manager::of_this_system();
    let folder = manager.folder()?;
    let mut files = Vec::new();
    for name in manager.names() {
        let path = folder.join(name);
        if refuse_foreign(&path)? {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::NotInstalled { folder });
    }
    for link in manager.links() {
        remove_link(&folder.join(link)).map_err(failed(link.as_ref()))?;
    }
    for path in &files {
        std::fs::remove_file(path).map_err(failed(path))?;
    }
    Ok(Removed {
        files,
        commands: manager.commands_after_removal(),
    })
}

impl Manager {
    fn of_this_system() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Launchd,
            "windows" => Self::TaskScheduler,
            _ => Self::Systemd,
        }
    }

    /// Where its files belong.
    fn folder(self) -> Result<Utf8PathBuf, Error> {
        let strategy = etcetera::base_strategy::choose_base_strategy().map_err(|_| Error::NoFolder)?;
        let folder = match self {
            Self::Systemd => strategy.config_dir().join("systemd/user"),
            Self::Launchd => strategy.home_dir().join("Library/LaunchAgents"),
            Self::TaskScheduler => strategy.config_dir().join("Outrigger"),
        };
        Utf8PathBuf::from_path_buf(folder).map_err(|_| Error::NoFolder)
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Systemd => &[systemd::SERVICE, systemd::SOCKET],
            Self::Launchd => &[launchd::FILE],
            Self::TaskScheduler => &[task_scheduler::FILE],
        }
    }

    fn files(self, launch: &Launch) -> Result<Vec<File>, Error> {
        Ok(match self {
            Self::Systemd => vec![
                (systemd::SERVICE, systemd::service(launch)?),
                (systemd::SOCKET, systemd::socket(launch)),
            ],
            Self::Launchd => vec![(launchd::FILE, launchd::agent(launch))],
            Self::TaskScheduler => {
                let user = ["USERDOMAIN", "USERNAME"].map(|name| std::env::var(name).unwrap_or_default());
                vec![(
                    task_scheduler::FILE,
                    task_scheduler::task(launch, &user.join("\\")),
                )]
            }
        })
    }

    fn ways(self, folder: &Utf8Path) -> Vec<Way> {
        match self {
            Self::Systemd => systemd::ways(),
            Self::Launchd => vec![launchd::way(folder)],
            Self::TaskScheduler => vec![task_scheduler::way(folder)],
        }
    }

    /// The links by which it knows what to start, which it would keep without their targets.
    fn links(self) -> &'static [&'static str] {
        match self {
            Self::Systemd => &systemd::LINKS,
            Self::Launchd | Self::TaskScheduler => &[],
        }
    }

    fn commands_after_removal(self) -> Vec<String> {
        let commands: &[&str] = match self {
            Self::Systemd => &systemd::AFTER_REMOVAL,
            Self::Launchd => &[launchd::AFTER_REMOVAL],
            Self::TaskScheduler => &[task_scheduler::AFTER_REMOVAL],
        };
        commands.iter().map(|command| (*command).to_owned()).collect()
    }
}

/// Whether there is a file of ours; one of somebody else is refused.
fn refuse_foreign(path: &Utf8Path) -> Result<bool, Error> {
    match std::fs::read(path) {
        Ok(bytes) if String::from_utf8_lossy(&bytes).contains(MARK) => Ok(true),
        Ok(_) => Err(Error::ForeignUnit {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path)(error)),
    }
}

/// Writes beside the place first: the manager may read at any time.
fn write(path: &Utf8Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = Utf8PathBuf::from(format!("{path}.new"));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

fn remove_link(path: &Utf8Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => std::fs::remove_file(path),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn failed(path: &Utf8Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Unit {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests;
