//! What the desktop service keeps in the home folder: that it runs, where it listens, the secret that it asks for, and what it
//! remembers between its runs.

use std::fs::{File, TryLockError};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::Disk;
use crate::document;
use crate::error::Error;
use crate::home::Store;
use crate::layout::Layout;

/// The largest file in it that is read, in bytes: each holds a few lines, what was told of a thousand extensions some hundred.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The service's own place in a home folder. As long as it lives, no other process gets it.
#[derive(Debug)]
pub struct ServiceRoom {
    disk: Disk,
    folder: Utf8PathBuf,
    _lock: File,
}

/// The documents of the service, each a small file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceFile {
    /// Where it listens, for whoever wants to talk to it.
    Address,
    /// What programs have to show on TCP. Nobody but this user can read it.
    Token,
    /// When it scanned, for its next run.
    Schedule,
    /// What users were told already.
    Told,
    /// Which releases ask for more than what was agreed to, so that it does not take them by itself.
    Refused,
}

impl ServiceFile {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "address.json",
            Self::Token => "token",
            Self::Schedule => "schedule.json",
            Self::Told => "told.json",
            Self::Refused => "refused.json",
        }
    }
}

impl Store {
    /// Takes the service's place in this home folder, and makes the folder where it is missing; `None` where another process
    /// has it.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`] where a later program allows only reading, and [`Error::Disk`].
    pub fn claim_service(&self) -> Result<Option<ServiceRoom>, Error> {
        self.check_writable()?;
        let (disk, layout) = (self.disk(), self.layout());
        disk.make_home(self.home())?;
        disk.make_folder(&layout.locks())?;
        let path = layout.service_lock();
        let lock = disk.open_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::disk("lock", &path)(error)),
        }
        let folder = layout.service();
        disk.make_own_folder(&folder)?;
        Ok(Some(ServiceRoom {
            disk: disk.clone(),
            folder,
            _lock: lock,
        }))
    }

    /// The token of the service, whether it runs or not, if there is one.
    ///
    /// # Errors
    ///
    /// As [`ServiceRoom::token`].
    pub fn service_token(&self) -> Result<Option<String>, Error> {
        read_token(&self.layout().service())
    }

    /// A document of the service, whether it runs or not; `None` where it was never written.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] where it cannot be understood, and [`Error::Disk`].
    pub fn service_document<T: DeserializeOwned>(&self, file: ServiceFile) -> Result<Option<T>, Error> {
        read(&self.layout().service(), file)
    }
}

impl Layout {
    fn service(&self) -> Utf8PathBuf {
        self.home().join("service")
    }

    /// Held as long as the service runs. No extension's lock has this name.
    fn service_lock(&self) -> Utf8PathBuf {
        self.locks().join("service.lock")
    }
}

impl ServiceRoom {
    /// Where a socket of the service belongs: in a folder that only this user can enter.
    pub fn socket(&self) -> Utf8PathBuf {
        self.folder.join("socket")
    }

    /// Where a file of it is.
    pub fn path(&self, file: ServiceFile) -> Utf8PathBuf {
        self.folder.join(file.name())
    }

    /// The text of the token's file, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] where it is no text, and [`Error::Disk`].
    pub fn token(&self) -> Result<Option<String>, Error> {
        read_token(&self.folder)
    }

    /// Writes the token, for this user alone.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`].
    pub fn write_token(&self, token: &str) -> Result<(), Error> {
        self.write(ServiceFile::Token, format!("{token}\n").as_bytes())
    }

    /// A document; `None` where it was never written.
    ///
    /// # Errors
    ///
    /// As [`Store::service_document`].
    pub fn document<T: DeserializeOwned>(&self, file: ServiceFile) -> Result<Option<T>, Error> {
        read(&self.folder, file)
    }

    /// Writes a document, in one step.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`].
    pub fn write_document(&self, file: ServiceFile, value: &impl Serialize) -> Result<(), Error> {
        let content = document::to_json(value, &self.path(file))?;
        self.write(file, &content)
    }

    /// Removes a file. One that is missing is fine.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`].
    pub fn remove(&self, file: ServiceFile) -> Result<(), Error> {
        self.disk.remove_file(&self.path(file)).map(drop)
    }

    fn write(&self, file: ServiceFile, content: &[u8]) -> Result<(), Error> {
        self.disk
            .replace_private_file(&self.path(file), &self.folder, content)
    }
}

fn read_token(folder: &Utf8Path) -> Result<Option<String>, Error> {
    let path = folder.join(ServiceFile::Token.name());
    let Some(bytes) = document::read_bounded(&path, LARGEST)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|error| Error::malformed(&path, &error))?;
    Ok(Some(text.trim().to_owned()))
}

fn read<T: DeserializeOwned>(folder: &Utf8Path, file: ServiceFile) -> Result<Option<T>, Error> {
    let path = folder.join(file.name());
    let Some(bytes) = document::read_bounded(&path, LARGEST)? else {
        return Ok(None);
    };
    document::parse(&path, &bytes).map(Some)
}
