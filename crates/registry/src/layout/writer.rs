//! Layouts to write to.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use model::digest::Hasher;
use model::{Algorithm, Digest, ExtensionId, Reference, Tag};
use serde_json::{Value, json};
use tempfile::{Builder, NamedTempFile};

use super::entry::{EntryName, IMAGE_NAME, REF_NAME};
use super::{BLOBS, INDEX, MARK, VERSION, blob_path, check_mark};
use crate::error::{Error, ErrorKind, Fault, Operation};
use crate::roles::{Fetch, Parcel, Push};
use crate::verify::check_digest;
use crate::{Descriptor, Document, Invalid, Selector, json};

/// What its temporary files begin with; one that is left over belongs to a writer that was killed.
pub(super) const TEMPORARY: &str = ".unfinished-";
/// The most bytes that the list of a layout may have, where one is added to: as much as its readers take.
const LIST_SIZE: u64 = 4 << 20;

/// An image layout in a folder that content is added to.
///
/// Blobs come first, under their digests. Nothing of them counts before [`name`](Self::name) puts an entry into the list,
/// which it replaces in one step: whoever reads meanwhile, or after this was interrupted, sees all of the list before or
/// all of the list after. A folder in which nothing ever got a name is no layout.
#[derive(Debug, Clone)]
pub struct LayoutWriter {
    folder: Utf8PathBuf,
}

/// What was stored under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its SHA-256.
    pub digest: Digest,
    /// Its bytes.
    pub size: u64,
}

impl LayoutWriter {
    /// A layout in a folder that is not there or empty, or that an earlier writer has begun, or the layout that is there. Writes
    /// nothing yet.
    ///
    /// # Errors
    ///
    /// `Invalid` where the folder holds something else, `File` where it cannot be read.
    pub fn open(folder: &Utf8Path) -> Result<Self, Error> {
        let writer = Self {
            folder: folder.to_owned(),
        };
        writer
            .look()
            .map_err(|fault| Error::new(Operation::Write, writer.subject(), "", fault))?;
        Ok(writer)
    }

    /// Stores bytes that are at hand: a config, a manifest, an index.
    ///
    /// # Errors
    ///
    /// `File` where it cannot be written.
    pub fn put(&self, bytes: &[u8]) -> Result<Stored, Error> {
        let mut file = self.blob()?;
        file.write_all(bytes).map_err(|error| {
            self.failed(
                &blob_path(&self.folder, &Digest::of(bytes)),
                Operation::Write,
                &error,
            )
        })?;
        file.finish()
    }

    /// Begins a blob whose digest is known at its end.
    ///
    /// # Errors
    ///
    /// `File` where it cannot be written.
    pub fn blob(&self) -> Result<BlobFile, Error> {
        self.blob_by(Algorithm::Sha256)
    }

    /// Gives what was stored a name in the list, and takes it from whatever had it before.
    ///
    /// # Errors
    ///
    /// `File` where the list cannot be written, `Invalid` where the one that is there cannot be read.
    pub fn name(&self, entry: &Descriptor, name: &EntryName) -> Result<(), Error> {
        self.replace_list(entry, name).map_err(|fault| {
            Error::new(
                Operation::Write,
                format!("{} as {name}", self.subject()),
                "",
                fault,
            )
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    fn subject(&self) -> String {
        format!("oci:{}", self.folder)
    }

    fn look(&self) -> Result<(), Fault> {
        let mark = self.folder.join(MARK);
        if mark.is_file() {
            let bytes = read_small(&mark, super::MARK_SIZE)?;
            return check_mark(&bytes).map_err(|invalid| Fault::in_file(&mark, invalid));
        }
        let there = match self.folder.read_dir_utf8() {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failure(&self.folder, &error)),
        };
        for entry in there {
            let entry = entry.map_err(|error| failure(&self.folder, &error))?;
            // What a writer leaves that did not come to a name.
            if entry.file_name() != BLOBS && !entry.file_name().starts_with(TEMPORARY) {
                return Err(Fault::in_file(&self.folder, Invalid::NoLayout));
            }
        }
        Ok(())
    }

    /// Makes a layout of the folder, where it is none.
    pub(super) fn begin(&self) -> Result<(), Fault> {
        if self.is_layout() {
            return Ok(());
        }
        self.replace(INDEX, no_entries().to_string().as_bytes())?;
        self.mark()
    }

    fn mark(&self) -> Result<(), Fault> {
        let version = json!({ "imageLayoutVersion": VERSION });
        self.replace(MARK, version.to_string().as_bytes())
    }

    fn blob_by(&self, algorithm: Algorithm) -> Result<BlobFile, Error> {
        let file = self
            .temporary()
            .map_err(|fault| Error::new(Operation::Write, self.subject(), "", fault))?;
        Ok(BlobFile {
            file,
            hasher: Hasher::new(algorithm),
            size: 0,
            writer: self.clone(),
        })
    }

    fn replace_list(&self, entry: &Descriptor, name: &EntryName) -> Result<(), Fault> {
        let mut list = self.list()?;
        let mut entries = match list["manifests"].take() {
            Value::Array(entries) => entries,
            _ => Vec::new(),
        };
        entries.retain(|entry| name_of(entry).as_ref() != Some(name));
        entries.push(entry_of(entry, name));
        list["manifests"] = Value::Array(entries);
        self.replace(INDEX, list.to_string().as_bytes())?;
        // Last: with it the folder is a layout.
        if self.is_layout() { Ok(()) } else { self.mark() }
    }

    fn is_layout(&self) -> bool {
        self.folder.join(MARK).is_file()
    }

    fn list(&self) -> Result<Value, Fault> {
        if !self.is_layout() {
            return Ok(no_entries());
        }
        let path = self.folder.join(INDEX);
        let bytes = read_small(&path, LIST_SIZE)?;
        json::object("the list of the layout", &bytes).map_err(|invalid| Fault::in_file(&path, invalid))
    }

    /// The digest of what has this name.
    fn named(&self, name: &EntryName) -> Result<Option<Digest>, Fault> {
        let list = self.list()?;
        let mut entries = list["manifests"].as_array().into_iter().flatten();
        let entry = entries.find(|entry| name_of(entry).as_ref() == Some(name));
        Ok(entry.and_then(|entry| entry["digest"].as_str()?.parse().ok()))
    }

    /// Replaces a small file in one step, after its content is certain to be on the disk.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let path = self.folder.join(name);
        let mut file = self.temporary()?;
        let written = file
            .write_all(bytes)
            .and_then(|()| file.as_file().sync_all())
            .and_then(|()| file.persist(&path).map_err(|problem| problem.error));
        written.map(drop).map_err(|error| failure(&path, &error))
    }

    /// A new file beside what it may become, in the folder that comes with the first of them.
    fn temporary(&self) -> Result<NamedTempFile, Fault> {
        fs_err::create_dir_all(&self.folder).map_err(|error| failure(&self.folder, &error))?;
        temporary(&self.folder)
    }

    fn failed(&self, path: &Utf8Path, operation: Operation, error: &io::Error) -> Error {
        Error::new(operation, self.subject(), "", failure(path, error))
    }
}

/// A blob of a layout that is being written. Dropped before [`finish`](Self::finish), nothing of it stays.
#[derive(Debug)]
pub struct BlobFile {
    file: NamedTempFile,
    hasher: Hasher,
    size: u64,
    writer: LayoutWriter,
}

impl BlobFile {
    /// Puts it under its digest.
    ///
    /// # Errors
    ///
    /// `File` where it cannot be written.
    pub fn finish(self) -> Result<Stored, Error> {
        let stored = Stored {
            digest: self.hasher.finish(),
            size: self.size,
        };
        let path = blob_path(&self.writer.folder, &stored.digest);
        // The name has a folder in front: see `blob_path`.
        let folder = path.parent().unwrap_or(&self.writer.folder);
        let kept = fs_err::create_dir_all(folder)
            .and_then(|()| self.file.persist(&path).map_err(|problem| problem.error));
        kept.map_err(|error| self.writer.failed(&path, Operation::Write, &error))?;
        Ok(stored)
    }
}

impl Write for BlobFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Push for LayoutWriter {
    async fn has_blob(&self, _id: &ExtensionId, blob: &Descriptor) -> Result<bool, Error> {
        let file = blob_path(&self.folder, &blob.digest).metadata();
        Ok(file.is_ok_and(|file| file.is_file() && file.len() == blob.size))
    }

    async fn pushed(&self, id: &ExtensionId, what: &Selector) -> Result<Option<Digest>, Error> {
        match what {
            Selector::Digest(digest) => {
                let is_there = blob_path(&self.folder, digest).is_file();
                Ok(is_there.then(|| digest.clone()))
            }
            Selector::Tag(tag) => {
                let name = EntryName::Reference(Reference::tagged(id.clone(), tag.clone()));
                self.named(&name)
                    .map_err(|fault| Error::new(Operation::Head, self.subject(), "", fault))
            }
        }
    }

    async fn push_blob<Source: Fetch>(
        &self,
        _id: &ExtensionId,
        parcel: &Parcel<'_, Source>,
    ) -> Result<(), Error> {
        // What the stream brings was verified once it has ended, so its digest needs no second look.
        let mut stream = parcel.source.blob(parcel.from, parcel.blob).await?;
        let mut file = self.blob_by(parcel.blob.digest.algorithm())?;
        let path = blob_path(&self.folder, &parcel.blob.digest);
        while let Some(piece) = stream.chunk().await? {
            let written = file.write_all(&piece);
            written.map_err(|error| self.failed(&path, Operation::Write, &error))?;
            (parcel.sent)(file.size);
        }
        file.finish().map(drop)
    }

    async fn push_document(
        &self,
        id: &ExtensionId,
        document: &Document,
        tag: Option<&Tag>,
    ) -> Result<(), Error> {
        let refused = |invalid: Invalid| {
            let subject = format!("{}@{}", self.subject(), document.digest);
            Error::new(Operation::Write, subject, "", Fault::from(invalid))
        };
        check_digest(&document.digest, &document.bytes).map_err(refused)?;
        let mut file = self.blob_by(document.digest.algorithm())?;
        let path = blob_path(&self.folder, &document.digest);
        let written = file.write_all(&document.bytes);
        written.map_err(|error| self.failed(&path, Operation::Write, &error))?;
        file.finish()?;
        match tag {
            None => Ok(()),
            Some(tag) => {
                let reference = Reference::tagged(id.clone(), tag.clone());
                self.name(&document.descriptor(), &EntryName::Reference(reference))
            }
        }
    }
}

/// A list in which nothing has a name yet.
fn no_entries() -> Value {
    json!({ "schemaVersion": 2, "mediaType": crate::document::OCI_INDEX, "manifests": [] })
}

/// The entry of a list. Where the whole reference is known, it stands where either kind of tool looks for it.
fn entry_of(descriptor: &Descriptor, name: &EntryName) -> Value {
    let mut annotations = json!({ REF_NAME: name.to_string() });
    if let EntryName::Reference(reference) = name {
        annotations[IMAGE_NAME] = json!(reference.to_string());
    }
    let mut entry = json!({
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest.to_string(),
        "size": descriptor.size,
        "annotations": annotations,
    });
    if let Some(platform) = &descriptor.platform {
        entry["platform"] = json!({ "architecture": platform.architecture(), "os": platform.os() });
        if let Some(variant) = platform.variant() {
            entry["platform"]["variant"] = json!(variant);
        }
    }
    entry
}

fn name_of(entry: &Value) -> Option<EntryName> {
    let annotation = |key: &str| entry["annotations"][key].as_str();
    EntryName::read(annotation(IMAGE_NAME), annotation(REF_NAME))
}

/// A new file beside what it may become. Others may read it, as far as the umask lets them: a layout is made to be passed on.
pub(super) fn temporary(folder: &Utf8Path) -> Result<NamedTempFile, Fault> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder
        .tempfile_in(folder)
        .map_err(|error| failure(folder, &error))
}

fn read_small(path: &Utf8Path, limit: u64) -> Result<Vec<u8>, Fault> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = fs_err::File::open(path).map_err(|error| failure(path, &error))?;
    let read = file.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| failure(path, &error))?;
    Ok(bytes)
}

pub(super) fn failure(path: &Utf8Path, error: &io::Error) -> Fault {
    Fault::in_file(
        path,
        ErrorKind::File {
            cause: error.to_string(),
        },
    )
}
