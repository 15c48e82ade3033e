//! Putting a payload together: staged content goes to its places, and the whole gets one digest.

use std::collections::BTreeMap;

use model::digest::Hasher;
use model::{Algorithm, Digest};

use crate::disk::Confined;
use crate::error::Error;
use crate::record::FileRecord;
use crate::staging::{ContentKey, Staging};

/// The folder in a staging folder that becomes the generation.
pub(crate) const FOLDER: &str = "payload";
/// A document on its way into the payload.
const DOCUMENT: &str = "document";

/// Where a piece of staged content goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The path below the generation's folder: relative, `/` between the parts, no `.`, `..` or empty part.
    pub destination: String,
    /// The content. One piece may be placed several times.
    pub key: ContentKey,
    /// Whether the file may be executed (mode 0755, else 0644).
    pub executable: bool,
}

/// A payload that stands complete in staging.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The canonical digest: SHA-256 over one line for each file, the lines sorted by path bytewise. A line
    /// is the path in UTF-8, a NUL, `1` if the file may be executed and else `0`, a NUL, the size in decimal,
    /// a NUL, the SHA-256 of the content as 64 lower-case hexadecimal digits, and a line feed. Folders do not
    /// count.
    pub digest: Digest,
    /// Every file, sorted by path.
    pub files: Vec<FileRecord>,
    /// The bytes of all files.
    pub size: u64,
    pub(crate) manifest: String,
    pub(crate) config: String,
}

/// A payload under construction.
pub(crate) struct Assembly<'a> {
    staging: &'a Staging,
    confined: Confined,
    files: BTreeMap<String, FileRecord>,
}

impl<'a> Assembly<'a> {
    pub(crate) fn begin(staging: &'a Staging) -> Result<Self, Error> {
        staging.disk().make_folder(&staging.path().join(FOLDER))?;
        Ok(Self {
            staging,
            confined: Confined::open(staging.disk(), staging.path(), FOLDER)?,
            files: BTreeMap::new(),
        })
    }

    /// Moves every piece of content to its place; one that is placed several times is copied to all but the
    /// last.
    pub(crate) fn place(&mut self, mut placements: Vec<Placement>) -> Result<(), Error> {
        // One folder after the other.
        placements.sort_by(|one, other| one.destination.cmp(&other.destination));
        let mut uses: BTreeMap<ContentKey, usize> = BTreeMap::new();
        for placement in &placements {
            *uses.entry(placement.key).or_default() += 1;
        }
        for placement in placements {
            let left = uses.entry(placement.key).or_default();
            *left = left.saturating_sub(1);
            let last = *left == 0;
            self.place_one(placement, last)?;
        }
        Ok(())
    }

    fn place_one(&mut self, placement: Placement, last: bool) -> Result<(), Error> {
        let Placement {
            destination,
            key,
            executable,
        } = placement;
        self.check(&destination)?;
        let Some(content) = self.staging.find(key) else {
            return Err(Error::NotStaged { destination });
        };
        let source = Staging::content_name(key);
        if executable || !content.is_plain {
            self.staging
                .disk()
                .set_executable(&self.staging.path().join(&source), executable)?;
            self.staging.remember_mode(key, executable);
        }
        if last {
            self.confined.move_in(&source, &destination)?;
            self.staging.forget(key);
        } else {
            self.confined.copy_in(&source, &destination)?;
        }
        self.enter(FileRecord {
            path: destination,
            executable,
            size: content.size,
            sha256: content.sha256,
        });
        Ok(())
    }

    /// Adds a file that was not in the image.
    pub(crate) fn add(&mut self, destination: String, content: &[u8]) -> Result<(), Error> {
        self.check(&destination)?;
        let source = self.staging.path().join(DOCUMENT);
        let disk = self.staging.disk();
        disk.write(&source, content)?;
        disk.set_executable(&source, false)?;
        self.confined.move_in(DOCUMENT, &destination)?;
        self.enter(FileRecord {
            path: destination,
            executable: false,
            size: content.len() as u64,
            sha256: Digest::of(content),
        });
        Ok(())
    }

    pub(crate) fn finish(self, manifest: &[u8], config: &[u8]) -> Result<Payload, Error> {
        let files: Vec<_> = self.files.into_values().collect();
        Ok(Payload {
            digest: canonical_digest(&files),
            size: files.iter().map(|file| file.size).sum(),
            files,
            manifest: text(manifest, "manifest")?,
            config: text(config, "config")?,
        })
    }

    fn check(&self, destination: &str) -> Result<(), Error> {
        let destination = destination.to_owned();
        if !is_plain(&destination) {
            return Err(Error::IllegalDestination { destination });
        }
        if self.files.contains_key(&destination) {
            return Err(Error::PlacedTwice { destination });
        }
        Ok(())
    }

    fn enter(&mut self, file: FileRecord) {
        self.files.insert(file.path.clone(), file);
    }
}

/// The kernel confines paths too; this names the mistake.
fn is_plain(destination: &str) -> bool {
    !destination.contains('\0')
        && destination
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."))
}

/// See [`Payload::digest`]. `files` are sorted by path.
pub(crate) fn canonical_digest(files: &[FileRecord]) -> Digest {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for file in files {
        let executable = u8::from(file.executable);
        let line = format!(
            "{}\0{executable}\0{}\0{}\n",
            file.path,
            file.size,
            file.sha256.hex()
        );
        hasher.update(line.as_bytes());
    }
    hasher.finish()
}

fn text(bytes: &[u8], document: &'static str) -> Result<String, Error> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Error::DocumentNotText { document })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_digest_is_over_the_documented_bytes() {
        let file = |path: &str, executable, content: &[u8]| FileRecord {
            path: path.to_owned(),
            executable,
            size: content.len() as u64,
            sha256: Digest::of(content),
        };
        let files = [
            file("host/tool", true, b"#!"),
            file("metadata.json", false, b"{}"),
        ];
        let documented = format!(
            "host/tool\x001\x002\x00{}\nmetadata.json\x000\x002\x00{}\n",
            Digest::of(b"#!").hex(),
            Digest::of(b"{}").hex(),
        );
        assert_eq!(canonical_digest(&files), Digest::of(documented.as_bytes()));
        assert_eq!(canonical_digest(&[]), Digest::of(b""));
    }

    #[test]
    fn only_plain_relative_paths_are_destinations() {
        for plain in ["a", "ui/app/index.html", "a..b/...", "host/back\\slash"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["", "/a", "a/", "a//b", "../a", "a/..", "./a", "a\0"] {
            assert!(!is_plain(other), "{other:?}");
        }
    }
}
