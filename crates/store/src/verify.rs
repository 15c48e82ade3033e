//! Comparing the files of a generation with its record.
//!
//! Nothing outside the generation's folder is read: paths are resolved by the kernel below the open folder, and links are
//! looked at, never followed.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use camino::Utf8Path;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, OpenOptions};
use model::digest::Hasher;
use model::installed::Generation;
use model::{Algorithm, Digest, ExtensionId};

use crate::home::Store;
use crate::payload::canonical_digest;
use crate::platform;
use crate::record::{FileRecord, Record};

/// What is read at once, in bytes: it stays in the processor's cache until it is hashed.
const BUFFER: usize = 64 * 1024;
/// Where a buffer begins: to an address that is no multiple of this, kernels copy less than half as fast.
const ALIGNMENT: usize = 4096;

/// What came of comparing a generation with its record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// How many files the record names.
    pub files: usize,
    /// How many bytes were read.
    pub bytes: u64,
    /// Everything that is not as it was, by path.
    pub differences: Vec<Difference>,
}

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The path below the generation's folder, with `/` between the parts; empty for the generation as a whole.
    pub path: String,
    /// What is different.
    pub kind: DifferenceKind,
}

/// The kinds of differences. New ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// It is gone.
    Missing,
    /// Its content is another.
    Changed,
    /// It was not there.
    Added,
    /// There is something else in its place: a link, a folder, a device.
    NotAFile,
    /// It may be executed now and was not to be, or the other way round.
    Executable,
    /// It cannot be read.
    Unreadable,
    /// There is no record to compare with.
    NoRecord,
    /// The record cannot be read, or is not the one of this payload.
    RecordDamaged,
}

impl DifferenceKind {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::NotAFile => "not-a-file",
            Self::Executable => "executable",
            Self::Unreadable => "unreadable",
            Self::NoRecord => "no-record",
            Self::RecordDamaged => "record-damaged",
        }
    }
}

impl Store {
    /// Compares every file of a generation with its record, on all processors. Takes no lock: what a generation holds is
    /// never written again.
    ///
    /// What cannot be read is a difference, so that nothing hides anything else.
    pub fn verify(&self, id: &ExtensionId, generation: &Generation) -> Verification {
        let of_generation = |kind| Verification {
            differences: vec![Difference {
                path: String::new(),
                kind,
            }],
            ..Verification::default()
        };
        let record = match self.record(id, generation) {
            Ok(Some(record)) if is_of(&record, generation) => record,
            Ok(None) => return of_generation(DifferenceKind::NoRecord),
            Ok(Some(_)) | Err(_) => return of_generation(DifferenceKind::RecordDamaged),
        };
        let path = self.generation_folder(id, generation);
        match open(self.home(), &path) {
            Ok(folder) => compare(&folder, &record.files),
            Err(error) if error.kind() == io::ErrorKind::NotFound => of_generation(DifferenceKind::Missing),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                of_generation(DifferenceKind::NotAFile)
            }
            Err(_) => of_generation(DifferenceKind::Unreadable),
        }
    }
}

/// A record is a file like others: what it says is believed only where it leads to the digest that the activation names.
fn is_of(record: &Record, generation: &Generation) -> bool {
    canonical_digest(&record.files) == generation.payload
        && Digest::of(record.manifest.as_bytes()) == generation.manifest
}

/// Opens a generation's folder, which has to lie in the home folder itself and not behind a link.
fn open(home: &Utf8Path, path: &Utf8Path) -> io::Result<Dir> {
    let below = path.strip_prefix(home).map_err(io::Error::other)?;
    let home = Dir::open_ambient_dir(home, ambient_authority())?;
    let mut so_far = camino::Utf8PathBuf::new();
    for part in below.components() {
        so_far.push(part);
        if !home.symlink_metadata(&so_far)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
    }
    home.open_dir(below)
}

/// What stands at a path.
enum Found {
    File,
    Folder,
    Other,
}

fn compare(folder: &Dir, recorded: &[FileRecord]) -> Verification {
    let mut differences = Vec::new();
    let mut found = BTreeMap::new();
    walk(folder, recorded, &mut found, &mut differences);
    let mut to_read = Vec::new();
    for file in recorded {
        match found.remove(&file.path) {
            Some(Found::File) => to_read.push(file),
            Some(Found::Folder | Found::Other) => {
                differences.push(difference(&file.path, DifferenceKind::NotAFile));
            }
            None => differences.push(difference(&file.path, DifferenceKind::Missing)),
        }
    }
    let is_added =
        |(path, kind): &(String, Found)| !matches!(kind, Found::Folder) || !leads_to(recorded, path);
    let added = found.into_iter().filter(is_added);
    differences.extend(added.map(|(path, _)| difference(&path, DifferenceKind::Added)));
    let (bytes, changed) = read_all(folder, &to_read);
    differences.extend(changed);
    differences.sort_unstable();
    differences.dedup();
    Verification {
        files: recorded.len(),
        bytes,
        differences,
    }
}

/// Whether a recorded file stands below this folder.
fn leads_to(recorded: &[FileRecord], folder: &str) -> bool {
    let first = format!("{folder}/");
    let at = recorded.partition_point(|file| file.path < first);
    recorded.get(at).is_some_and(|file| file.path.starts_with(&first))
}

/// Finds everything below a folder; what stands below an added folder is added with it, and not looked at.
fn walk(
    folder: &Dir,
    recorded: &[FileRecord],
    found: &mut BTreeMap<String, Found>,
    differences: &mut Vec<Difference>,
) {
    let mut folders = vec![String::new()];
    while let Some(path) = folders.pop() {
        let entries = if path.is_empty() {
            folder.entries()
        } else {
            folder.read_dir(&path)
        };
        let entries = entries.and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let Ok(entries) = entries else {
            differences.push(difference(&path, DifferenceKind::Unreadable));
            continue;
        };
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = if path.is_empty() {
                name.into_owned()
            } else {
                format!("{path}/{name}")
            };
            let kind = kind(entry.file_type().ok());
            if matches!(kind, Found::Folder) && leads_to(recorded, &path) {
                folders.push(path.clone());
            }
            found.insert(path, kind);
        }
    }
}

fn kind(file_type: Option<FileType>) -> Found {
    match file_type {
        Some(kind) if kind.is_file() => Found::File,
        Some(kind) if kind.is_dir() => Found::Folder,
        _ => Found::Other,
    }
}

/// Reads files on all processors; answers how many bytes they were, and those that are not what they were.
fn read_all(folder: &Dir, files: &[&FileRecord]) -> (u64, Vec<Difference>) {
    let next = AtomicUsize::new(0);
    let results = Mutex::new((0, Vec::new()));
    let work = || {
        let mut memory = vec![0; BUFFER + ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        let buffer = &mut memory[start..][..BUFFER];
        let mut bytes = 0;
        let mut changed = Vec::new();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match read(folder, file, buffer) {
                Ok((read, kinds)) => {
                    bytes += read;
                    changed.extend(kinds.into_iter().map(|kind| difference(&file.path, kind)));
                }
                Err(_) => changed.push(difference(&file.path, DifferenceKind::Unreadable)),
            }
        }
        // The pair is whole after every change.
        let mut results = results.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        results.0 += bytes;
        results.1.extend(changed);
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..processors.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
    results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn read(folder: &Dir, recorded: &FileRecord, buffer: &mut [u8]) -> io::Result<(u64, Vec<DifferenceKind>)> {
    let mut file = open_file(folder, &recorded.path)?;
    let metadata = file.metadata()?;
    let mut kinds = Vec::new();
    if !metadata.is_file() {
        return Ok((0, vec![DifferenceKind::NotAFile]));
    }
    if platform::has_other_mode(&metadata, recorded.executable) {
        kinds.push(DifferenceKind::Executable);
    }
    if metadata.len() != recorded.size {
        kinds.push(DifferenceKind::Changed);
        return Ok((0, kinds));
    }
    let mut hasher = Hasher::new(Algorithm::Sha256);
    let mut bytes = 0;
    loop {
        match file.read(buffer)? {
            0 => break,
            count => {
                hasher.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
        if bytes > recorded.size {
            break; // it grows while it is read
        }
    }
    if hasher.finish() != recorded.sha256 {
        kinds.push(DifferenceKind::Changed);
    }
    Ok((bytes, kinds))
}

/// Opens a file for reading. What took its place since the folder was listed must not make the reader wait.
fn open_file(folder: &Dir, path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    platform::without_waiting(&mut options);
    folder.open_with(path, &options)
}

fn difference(path: &str, kind: DifferenceKind) -> Difference {
    Difference {
        path: path.to_owned(),
        kind,
    }
}
