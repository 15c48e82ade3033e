//! Files of the author's folder: walked within bounds, and never out of it.

use std::fs::Metadata;
use std::io::Read as _;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::Error;
use crate::inspect::{MAX_FILES, MAX_TEXT};

/// How deep folders may stand inside each other: links that lead in a circle end there, before systems give up after 40 links.
const MAX_DEPTH: usize = 38;

/// A file of the folder.
#[derive(Debug, Clone)]
pub(crate) struct LocalFile {
    /// Its path below the folder that was walked, with `/` between the parts.
    pub(crate) below: String,
    /// Where it can be opened.
    pub(crate) path: Utf8PathBuf,
    pub(crate) size: u64,
    /// When its content was changed last, where the system tells.
    pub(crate) modified: Option<SystemTime>,
    /// Whether its owner may execute it; nothing on a system without such a bit.
    pub(crate) executable: Option<bool>,
}

/// What cannot become part of a release, for who wants to tell of it instead of ending there.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    /// Links that lead out of the folder.
    pub(crate) links_outside: Vec<String>,
    /// Names that cannot stand in an image, with the reason.
    pub(crate) bad_names: Vec<(String, String)>,
}

/// One walk below a folder, from which no link leads out.
pub(crate) struct Walk<'a> {
    /// The folder, without links.
    root: Utf8PathBuf,
    oddities: Option<&'a mut Oddities>,
    found: Vec<LocalFile>,
}

impl<'a> Walk<'a> {
    /// A walk that stays within `root`. A link out of it is an error, or passed over and added to `oddities`.
    pub(crate) fn within(root: &Utf8Path, oddities: Option<&'a mut Oddities>) -> Result<Self, Error> {
        Ok(Self {
            root: canonical(root)?,
            oddities,
            found: Vec::new(),
        })
    }

    /// The files at and below `path`, in the order of their names; nothing where nothing is there.
    pub(crate) fn files(mut self, path: &Utf8Path) -> Result<Vec<LocalFile>, Error> {
        if fs_err::symlink_metadata(path).is_ok() {
            self.visit(path, String::new(), 0)?;
        }
        Ok(self.found)
    }

    fn visit(&mut self, path: &Utf8Path, below: String, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep {
                path: path.to_owned(),
                limit: MAX_DEPTH,
            });
        }
        if fs_err::symlink_metadata(path)?.is_symlink() && !self.stays_inside(path)? {
            return Ok(());
        }
        let facts = fs_err::metadata(path)?;
        if facts.is_dir() {
            return self.folder(path, &below, depth);
        }
        if !facts.is_file() {
            return Err(Error::Special {
                path: path.to_owned(),
            });
        }
        if self.found.len() == MAX_FILES {
            return Err(Error::TooManyFiles {
                path: self.root.clone(),
                limit: MAX_FILES,
            });
        }
        self.found.push(LocalFile {
            below,
            path: path.to_owned(),
            size: facts.len(),
            modified: facts.modified().ok(),
            executable: executable(&facts),
        });
        Ok(())
    }

    fn folder(&mut self, path: &Utf8Path, below: &str, depth: usize) -> Result<(), Error> {
        let mut names = Vec::new();
        for entry in fs_err::read_dir(path)? {
            let name = entry?.file_name();
            names.push(name.into_string().map_err(|name| Error::NameNotText {
                path: format!("{path}/{}", name.display()),
            })?);
        }
        names.sort();
        for name in names {
            let below = if below.is_empty() {
                name.clone()
            } else {
                format!("{below}/{name}")
            };
            self.visit(&path.join(&name), below, depth + 1)?;
        }
        Ok(())
    }

    fn stays_inside(&mut self, path: &Utf8Path) -> Result<bool, Error> {
        let target = canonical(path)?;
        if target.starts_with(&self.root) {
            return Ok(true);
        }
        match &mut self.oddities {
            Some(oddities) => {
                oddities.links_outside.push(path.as_str().to_owned());
                Ok(false)
            }
            None => Err(Error::LinkOutside {
                path: path.to_owned(),
                target,
            }),
        }
    }
}

fn canonical(path: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let found = fs_err::canonicalize(path)?;
    Utf8PathBuf::from_path_buf(found).map_err(|path| Error::NameNotText {
        path: path.display().to_string(),
    })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such bit")]
fn executable(facts: &Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(facts.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn executable(_: &Metadata) -> Option<bool> {
    None
}

/// Refuses what is not there by the name that the user gave it.
pub(crate) fn demand(path: &Utf8Path) -> Result<(), Error> {
    match fs_err::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::NotThere {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The first `limit` bytes of a file.
pub(crate) fn head(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    fs_err::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file that is a text of bounded size; nothing where none is there.
pub(crate) fn read_bounded(path: &Utf8Path) -> Result<Option<Vec<u8>>, Error> {
    let facts = match fs_err::metadata(path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !facts.is_file() {
        return Err(Error::Special {
            path: path.to_owned(),
        });
    }
    if facts.len() > MAX_TEXT {
        return Err(Error::TooLarge {
            path: path.to_owned(),
            size: facts.len(),
            limit: MAX_TEXT,
        });
    }
    head(path, MAX_TEXT).map(Some)
}

/// The same as text; what is not UTF-8 in it is replaced.
pub(crate) fn read_text(path: &Utf8Path) -> Result<Option<String>, Error> {
    Ok(read_bounded(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
