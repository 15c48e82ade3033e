//! Reading the small JSON documents of the store, and its folders.

use std::ffi::OsString;
use std::fs::{DirEntry, File};
use std::io::{self, Read as _};

use camino::Utf8Path;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// No document of the store comes near this, in bytes. A larger file is not ours, and reading it whole could
/// exhaust the memory.
pub(crate) const LARGEST: u64 = 64 * 1024 * 1024;

/// What nearly all documents fit in, in bytes.
const USUAL: usize = 8 * 1024;

/// Reads a file as a whole, if it is there and holds at most `limit` bytes.
pub(crate) fn read_bounded(path: &Utf8Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::disk("open the file", path)(error)),
    };
    let content = read(&file, limit.saturating_add(1)).map_err(Error::disk("read the file", path))?;
    if u64::try_from(content.len()).is_ok_and(|size| size > limit) {
        return Err(Error::TooLarge {
            path: path.to_owned(),
            limit,
        });
    }
    Ok(Some(content))
}

/// Reads a file from its start, and no more than so many bytes.
fn read(file: &File, most: u64) -> io::Result<Vec<u8>> {
    // Most are smaller, and are there after one reading; asking for their sizes takes as long as reading them.
    let mut content = Vec::with_capacity(USUAL);
    let front = file.take(most.min(USUAL as u64)).read_to_end(&mut content)?;
    if front == USUAL {
        let size = file.metadata()?.len().min(most);
        content.reserve_exact(usize::try_from(size).unwrap_or(USUAL).saturating_sub(front));
        file.take(most - front as u64).read_to_end(&mut content)?;
    }
    Ok(content)
}

/// Reads a JSON document, if it is there.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Utf8Path) -> Result<Option<T>, Error> {
    let Some(content) = read_bounded(path, LARGEST)? else {
        return Ok(None);
    };
    parse(path, &content).map(Some)
}

/// Understands the content of the file at `path`.
pub(crate) fn parse<T: DeserializeOwned>(path: &Utf8Path, content: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(content).map_err(|problem| Error::malformed(path, &problem))
}

/// Writes a value as JSON for a file of the store, one line with its end.
pub(crate) fn to_json(value: &impl serde::Serialize, path: &Utf8Path) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec(value).map_err(|problem| Error::malformed(path, &problem))?;
    text.push(b'\n');
    Ok(text)
}

/// The names in a folder; none where it is missing.
pub(crate) fn names_in(folder: &Utf8Path) -> Result<Vec<String>, Error> {
    let failed = || Error::disk("list the folder", folder);
    let entries = match folder.as_std_path().read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed()(error)),
    };
    let name = |entry: io::Result<DirEntry>| {
        let not_text = |name: OsString| {
            let problem = format!("it holds `{}`, which is not valid UTF-8", name.display());
            io::Error::new(io::ErrorKind::InvalidData, problem)
        };
        entry?.file_name().into_string().map_err(not_text)
    };
    entries.map(|entry| name(entry).map_err(failed())).collect()
}
