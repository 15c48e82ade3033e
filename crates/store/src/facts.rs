//! What scans remember, in a data base: only what can be rebuilt by asking the registries again.
//!
//! A file that is damaged, of another program or of another version is therefore no failure: reading finds
//! nothing, and the first writing moves it aside and begins anew.

use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::facts::{Found, Offer, ReleaseFacts, RepositoryMemory, ScanRecord};
use model::{Digest, ExtensionId};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Params, TransactionBehavior};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::Disk;
use crate::error::Error;
use crate::format::Access;
use crate::layout::Layout;

/// The version of the tables. Another one is not migrated but made anew.
const VERSION: i64 = 2;

/// Marks the file as ours: "Outr" in ASCII.
const APPLICATION: i64 = 0x4f75_7472;

const TABLES: &str = "
    CREATE TABLE release (digest TEXT NOT NULL, host TEXT NOT NULL, facts TEXT NOT NULL,
                          PRIMARY KEY (digest, host)) WITHOUT ROWID;
    CREATE TABLE repository (id TEXT PRIMARY KEY, memory TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE scan (only INTEGER PRIMARY KEY CHECK (only = 1), found TEXT NOT NULL, offers TEXT NOT NULL);
    CREATE TABLE postponed (registry TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
";

/// The facts of one home folder. It may be shared between threads; several processes may use one home.
#[derive(Debug)]
pub struct FactStore {
    layout: Layout,
    access: Access,
    path: Utf8PathBuf,
    /// `None` until there is a file that can be used.
    connection: Mutex<Option<Connection>>,
}

impl FactStore {
    pub(crate) fn open(layout: Layout, access: Access) -> Result<Self, Error> {
        let path = layout.facts();
        let connection = match open_existing(&path)? {
            State::Usable(connection) => Some(connection),
            State::Missing | State::Unusable => None,
        };
        Ok(Self {
            layout,
            access,
            path,
            connection: Mutex::new(connection),
        })
    }

    /// The facts of a release, for the host whose properties `host_key` spells out.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`], as for every method here: the data base is locked for too long, the disk is full and
    /// the like.
    pub fn release(&self, digest: &Digest, host_key: &str) -> Result<Option<ReleaseFacts>, Error> {
        self.read(
            "SELECT facts FROM release WHERE digest = ?1 AND host = ?2",
            (digest.to_string(), host_key),
        )
    }

    /// Remembers the facts of a release for one kind of host.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn remember_release(
        &self,
        digest: &Digest,
        host_key: &str,
        facts: &ReleaseFacts,
    ) -> Result<(), Error> {
        self.write_one(
            "INSERT OR REPLACE INTO release VALUES (?1, ?2, ?3)",
            &(digest.to_string(), host_key, self.json(facts)?),
        )
    }

    /// What earlier scans saw of a repository: nothing, where none reached it.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn repository(&self, id: &ExtensionId) -> Result<RepositoryMemory, Error> {
        let memory = self.read("SELECT memory FROM repository WHERE id = ?1", (id.to_string(),))?;
        Ok(memory.unwrap_or_default())
    }

    /// Replaces what is remembered of repositories, of all of them or of none.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn remember_repositories<'a>(
        &self,
        memories: impl IntoIterator<Item = (&'a ExtensionId, &'a RepositoryMemory)>,
    ) -> Result<(), Error> {
        let rows = memories
            .into_iter()
            .map(|(id, memory)| Ok((id.to_string(), self.json(memory)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        self.write(|connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for row in &rows {
                execute(
                    &change,
                    "INSERT OR REPLACE INTO repository VALUES (?1, ?2)",
                    (&row.0, &row.1),
                )?;
            }
            change.commit()
        })
    }

    /// The result of the last scan, if there was one.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn last_scan(&self) -> Result<Option<ScanRecord>, Error> {
        let texts = self.texts("SELECT found, offers FROM scan", ())?;
        Ok(texts.and_then(|[found, offers]| {
            Some(ScanRecord {
                found: understood(&found)?,
                offers: understood(&offers)?,
            })
        }))
    }

    /// What the last scan found. However much is offered here, that is not read.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn found(&self) -> Result<Option<Found>, Error> {
        self.read("SELECT found FROM scan", ())
    }

    /// What the last scan saw on offer, if there was one.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn offers(&self) -> Result<Option<Vec<Offer>>, Error> {
        self.read("SELECT offers FROM scan", ())
    }

    /// Replaces the result of the last scan.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn save_scan(&self, record: &ScanRecord) -> Result<(), Error> {
        self.write_one(
            "INSERT OR REPLACE INTO scan VALUES (1, ?1, ?2)",
            &(self.json(&record.found)?, self.json(&record.offers)?),
        )
    }

    /// Until when a registry asked to be left alone, if it did. The time may have passed.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn postponed(&self, registry: &str) -> Result<Option<Timestamp>, Error> {
        self.read("SELECT until FROM postponed WHERE registry = ?1", (registry,))
    }

    /// Remembers until when a registry asked to be left alone.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`]
    pub fn postpone(&self, registry: &str, until: Timestamp) -> Result<(), Error> {
        self.write_one(
            "INSERT OR REPLACE INTO postponed VALUES (?1, ?2)",
            &(registry, self.json(&until)?),
        )
    }

    /// One JSON value. What cannot be understood any more counts as forgotten.
    fn read<T: DeserializeOwned>(&self, query: &str, parameters: impl Params) -> Result<Option<T>, Error> {
        let texts = self.texts(query, parameters)?;
        Ok(texts.and_then(|[text]| understood(&text)))
    }

    /// The columns of one row, if there is one.
    fn texts<const COUNT: usize>(
        &self,
        query: &str,
        parameters: impl Params,
    ) -> Result<Option<[String; COUNT]>, Error> {
        let connection = self.connection();
        let Some(connection) = connection.as_ref() else {
            return Ok(None);
        };
        let found = connection.prepare_cached(query).and_then(|mut statement| {
            statement
                .query_row(parameters, |row| {
                    let mut texts = [const { String::new() }; COUNT];
                    for (column, text) in texts.iter_mut().enumerate() {
                        *text = row.get(column)?;
                    }
                    Ok(texts)
                })
                .optional()
        });
        match found {
            Ok(texts) => Ok(texts),
            Err(error) if is_damage(&error) => Ok(None),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn write_one(&self, change: &str, parameters: &(impl Params + Clone)) -> Result<(), Error> {
        self.write(|connection| execute(connection, change, parameters.clone()))
    }

    fn write(&self, change: impl Fn(&mut Connection) -> rusqlite::Result<()>) -> Result<(), Error> {
        self.access.permit_writing(&self.layout)?;
        let mut slot = self.connection();
        if let Some(mut connection) = slot.take() {
            match change(&mut connection) {
                // What looked usable is not.
                Err(error) if is_damage(&error) => set_damaged_aside(&self.path)?,
                result => {
                    *slot = Some(connection);
                    return result.map_err(|source| self.failed(source));
                }
            }
        }
        let mut connection = self.renew()?;
        let result = change(&mut connection);
        *slot = Some(connection);
        result.map_err(|source| self.failed(source))
    }

    /// Makes the data base where it is missing, and replaces one that cannot be used.
    fn renew(&self) -> Result<Connection, Error> {
        Disk::default().make_home(self.layout.home())?;
        match open_existing(&self.path)? {
            // Another process was faster.
            State::Usable(connection) => return Ok(connection),
            State::Unusable => set_damaged_aside(&self.path)?,
            State::Missing => {}
        }
        create(&self.path).map_err(|source| self.failed(source))
    }

    fn connection(&self) -> MutexGuard<'_, Option<Connection>> {
        // A panic elsewhere leaves SQLite's own state whole.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn json(&self, value: &impl Serialize) -> Result<String, Error> {
        serde_json::to_string(value).map_err(|problem| Error::malformed(&self.path, &problem))
    }

    fn failed(&self, source: rusqlite::Error) -> Error {
        Error::Facts {
            path: self.path.clone(),
            source,
        }
    }
}

fn understood<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// What is there under the name of the data base.
enum State {
    /// Nothing, or an empty file that another process is about to fill.
    Missing,
    /// Something damaged, of another program or of another version.
    Unusable,
    Usable(Connection),
}

fn open_existing(path: &Utf8Path) -> Result<State, Error> {
    if path.metadata().map_or(true, |file| file.len() == 0) {
        return Ok(State::Missing);
    }
    let opened = Connection::open_with_flags(path, flags()).and_then(|connection| {
        prepare(&connection)?;
        let application: i64 = connection.query_row("PRAGMA application_id", (), |row| row.get(0))?;
        let version: i64 = connection.query_row("PRAGMA user_version", (), |row| row.get(0))?;
        let ours = application == APPLICATION && version == VERSION;
        Ok(if ours {
            State::Usable(connection)
        } else {
            State::Unusable
        })
    });
    match opened {
        Ok(state) => Ok(state),
        Err(error) if is_damage(&error) => Ok(State::Unusable),
        Err(source) => Err(Error::Facts {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Makes the tables in a file that is new, or empty because another process is making it at this moment.
fn create(path: &Utf8Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_with_flags(path, flags() | OpenFlags::SQLITE_OPEN_CREATE)?;
    prepare(&connection)?;
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = change.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    if version == 0 {
        change.execute_batch(TABLES)?;
        change.pragma_update(None, "application_id", APPLICATION)?;
        change.pragma_update(None, "user_version", VERSION)?;
    }
    change.commit()?;
    Ok(connection)
}

/// SQLite need not lock a connection that a mutex guards already.
fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Facts are not worth a flush each: the journal keeps them whole when a process dies, and what a loss of
/// power damages is made anew. Scans write thousands of them.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "OFF")
}

fn execute(connection: &Connection, change: &str, parameters: impl Params) -> rusqlite::Result<()> {
    connection.prepare_cached(change)?.execute(parameters)?;
    Ok(())
}

/// Whether the file is the problem, rather than the moment.
fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                || message
                    .as_deref()
                    .is_some_and(|message| message.starts_with("no such table"))
        }
        _ => false,
    }
}

/// Moves an unusable file out of the way, where somebody who wonders can still look at it. Only the last one
/// is kept.
fn set_damaged_aside(path: &Utf8Path) -> Result<(), Error> {
    if !path.exists() {
        return Ok(());
    }
    // A journal of the damaged file would be played into its successor.
    let disk = Disk::default();
    disk.remove_file(&Utf8PathBuf::from(format!("{path}-journal")))?;
    disk.rename(path, &Utf8PathBuf::from(format!("{path}.damaged")))
}
