//! Image layouts (image-spec "Image Layout"): content by digest in the files of a folder, and names for some of it.
//!
//! A layout is as hostile as a registry: it may hold other bytes than its names promise, lists without end, or links to
//! what never ends. So the same limits and the same verification stand before it.

mod archive;
mod blob;
mod daemon;
mod docker;
mod entry;
mod files;
mod index;
mod pack;
mod repository;
mod select;
mod source;
mod writer;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use camino::{Utf8Path, Utf8PathBuf};
use model::Digest;
use serde::Deserialize;

use crate::error::{Error, ErrorKind, Fault, Missing, Operation};
use crate::verify::{Verifier, check_digest};
use crate::wire::SizeLimit;
use crate::{
    BlobPrefix, BlobStream, Descriptor, Document, ImageConfig, ImageManifest, Invalid, Limits, document, json,
};
use archive::Archive;
use docker::Saved;
use files::Files;

pub(crate) use blob::FileBlob;
pub use entry::{EntryName, LayoutEntry};
pub use pack::ArchiveWriter;
pub use repository::LocalRepository;
pub use select::{Unselected, Wanted};
pub use source::LocalSource;
pub use writer::{BlobFile, LayoutWriter, Stored};

/// The file that says that a folder is a layout, and its largest size in bytes: it holds one version.
const MARK: &str = "oci-layout";
const MARK_SIZE: u64 = 4096;
/// The file that names what a layout holds.
const INDEX: &str = "index.json";
/// The folder in which everything else stands, under its digest.
const BLOBS: &str = "blobs";
/// The version of the layout that is read and written. Later ones of the same first number may be read as this one.
const VERSION: &str = "1.0.0";

/// An image layout to read from. What it holds is verified as it is read.
#[derive(Debug, Clone)]
pub struct Layout {
    /// How it was named: `oci:/path`.
    name: String,
    files: Files,
    entries: Vec<LayoutEntry>,
    /// Documents that no file holds.
    documents: Arc<HashMap<Digest, Bytes>>,
    /// The files of blobs that do not stand where layouts have them.
    names: Arc<HashMap<Digest, String>>,
    limits: Limits,
}

#[derive(Deserialize)]
struct WireMark {
    #[serde(rename = "imageLayoutVersion")]
    version: Option<String>,
}

impl Layout {
    /// Opens the layout in a folder. Reads what it names, and no content.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such folder, `Invalid` where it is no layout or lists no images that can be read,
    /// `TooLarge` where a list goes over `limits`.
    pub fn open(folder: &Utf8Path, limits: &Limits) -> Result<Self, Error> {
        let name = format!("oci:{folder}");
        let opened = Self::over(Files::Folder(folder.to_owned()), &name, limits);
        opened.map_err(|fault| Error::new(Operation::Open, name, "", fault))
    }

    /// Opens the layout in a tar archive, which gzip may have compressed: then it is unpacked into a temporary file.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); `TooLarge` also where the archive goes over `limits.archive_size` or
    /// `limits.archive_entries`.
    pub fn open_archive(file: &Utf8Path, limits: &Limits) -> Result<Self, Error> {
        let name = format!("oci-archive:{file}");
        let archive = Archive::open(file, limits).map_err(|kind| Fault::in_file(file, kind));
        let opened = archive.and_then(|archive| Self::over(Files::Archive(archive), &name, limits));
        opened.map_err(|fault| Error::new(Operation::Open, name, "", fault))
    }

    /// Opens what `docker save` wrote. Since engines keep images as a registry would, it is a layout inside, and read as one;
    /// in the older form each image gets the manifest that it would have, were its layers pushed as they are.
    ///
    /// # Errors
    ///
    /// As [`open_archive`](Self::open_archive).
    pub fn open_docker_archive(file: &Utf8Path, limits: &Limits) -> Result<Self, Error> {
        let name = format!("docker-archive:{file}");
        let archive = Archive::open(file, limits).map_err(|kind| Fault::in_file(file, kind));
        let opened = archive.and_then(|archive| Self::over_docker(archive, &name, limits));
        opened.map_err(|fault| Error::new(Operation::Open, name, "", fault))
    }

    fn over_docker(archive: Archive, name: &str, limits: &Limits) -> Result<Self, Fault> {
        if archive.holds(MARK) && archive.holds(INDEX) {
            return Self::over(Files::Archive(archive), name, limits);
        }
        let saved = docker::read(&archive, limits)?;
        Ok(Self::new(Files::Archive(archive), name, saved, limits))
    }

    fn over(files: Files, name: &str, limits: &Limits) -> Result<Self, Fault> {
        let entries = Self::read_list(&files, limits)?;
        let saved = Saved {
            entries,
            ..Saved::default()
        };
        Ok(Self::new(files, name, saved, limits))
    }

    fn new(files: Files, name: &str, saved: Saved, limits: &Limits) -> Self {
        Self {
            name: name.to_owned(),
            files,
            entries: saved.entries,
            documents: Arc::new(saved.documents),
            names: Arc::new(saved.names),
            limits: limits.clone(),
        }
    }

    fn read_list(files: &Files, limits: &Limits) -> Result<Vec<LayoutEntry>, Fault> {
        let at = |name: &str, kind: ErrorKind| Fault::in_file(files.path_of(name), kind);
        let size = SizeLimit {
            what: "the mark of the layout is",
            limit: MARK_SIZE,
            setting: "",
        };
        let mark = files
            .read(MARK, &size)
            .map_err(|kind| at(MARK, no_layout(kind)))?;
        check_mark(&mark).map_err(|invalid| at(MARK, invalid.into()))?;
        let size = SizeLimit {
            what: "the list of the layout is",
            limit: limits.manifest_size,
            setting: "limits.manifest-size",
        };
        let index = files
            .read(INDEX, &size)
            .map_err(|kind| at(INDEX, no_layout(kind)))?;
        index::entries(&index, limits).map_err(|kind| at(INDEX, kind))
    }

    /// What it names, in its order.
    pub fn entries(&self) -> &[LayoutEntry] {
        &self.entries
    }

    /// The manifest or index with this digest.
    ///
    /// # Errors
    ///
    /// [`Invalid::NotHeld`] where the layout does not hold it, and all that the bytes of a document may be wrong in.
    pub fn document(&self, digest: &Digest) -> Result<Document, Error> {
        let document = self.read_document(digest);
        document.map_err(|kind| self.error(Operation::Document, digest, kind))
    }

    /// The config of an image.
    ///
    /// # Errors
    ///
    /// As [`document`](Self::document).
    pub fn config(&self, manifest: &ImageManifest) -> Result<ImageConfig, Error> {
        let config = self.read_config(manifest);
        config.map_err(|kind| self.error(Operation::Config, &manifest.config.digest, kind))
    }

    /// What comes behind `prefix` of a blob, as a stream that verifies the whole blob against its descriptor.
    ///
    /// # Errors
    ///
    /// [`Invalid::NotHeld`] where the layout does not hold it, [`Invalid::WrongSize`] where its file has another size.
    pub fn rest_of_blob(&self, descriptor: &Descriptor, prefix: BlobPrefix) -> Result<BlobStream, Error> {
        let BlobPrefix { verifier } = prefix;
        let blob = self.open_blob(descriptor, &verifier);
        let blob = blob.map_err(|kind| self.error(Operation::Blob, &descriptor.digest, kind))?;
        Ok(BlobStream::from_file(blob, verifier))
    }

    fn read_document(&self, digest: &Digest) -> Result<Document, ErrorKind> {
        let bytes = self.read_blob(digest, &document::size_limit(&self.limits))?;
        check_digest(digest, &bytes)?;
        document::parse(digest.clone(), bytes, None, &self.limits)
    }

    fn read_config(&self, manifest: &ImageManifest) -> Result<ImageConfig, ErrorKind> {
        let size = crate::config::size_limit(&self.limits);
        let bytes = self.read_blob(&manifest.config.digest, &size)?;
        Ok(ImageConfig::verify(bytes, manifest)?)
    }

    fn read_blob(&self, digest: &Digest, size: &SizeLimit) -> Result<Bytes, ErrorKind> {
        if let Some(bytes) = self.documents.get(digest) {
            return Ok(bytes.clone());
        }
        let read = self.files.read(&self.name_of(digest), size);
        read.map_err(|kind| not_held(kind, digest))
    }

    fn open_blob(&self, descriptor: &Descriptor, verifier: &Verifier) -> Result<FileBlob, ErrorKind> {
        let name = self.name_of(&descriptor.digest);
        let mut file = self
            .files
            .open(&name)
            .map_err(|kind| not_held(kind, &descriptor.digest))?;
        if file.size() != descriptor.size {
            return Err(ErrorKind::from(Invalid::WrongSize {
                expected: descriptor.size,
                actual: file.size(),
            }));
        }
        file.skip(verifier.seen())?;
        Ok(FileBlob::new(file, self.name.clone(), descriptor.digest.clone()))
    }

    /// The file of a blob.
    fn name_of(&self, digest: &Digest) -> String {
        let placed = self.names.get(digest).cloned();
        placed.unwrap_or_else(|| blob_name(digest))
    }

    fn error(&self, operation: Operation, digest: &Digest, kind: ErrorKind) -> Error {
        let path = self.files.path_of(&self.name_of(digest));
        Error::new(
            operation,
            format!("{self}@{digest}"),
            "",
            Fault::in_file(path, kind),
        )
    }
}

impl fmt::Display for Layout {
    /// As it was named.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

/// Where a layout keeps the blob with this digest.
fn blob_name(digest: &Digest) -> String {
    format!("{BLOBS}/{}/{}", digest.algorithm().name(), digest.hex())
}

fn blob_path(root: &Utf8Path, digest: &Digest) -> Utf8PathBuf {
    root.join(blob_name(digest))
}

fn check_mark(bytes: &[u8]) -> Result<(), Invalid> {
    let mark: WireMark = json::object("the mark of the layout", bytes)?;
    match mark.version {
        Some(version) if version.starts_with("1.") => Ok(()),
        other => Err(Invalid::LayoutVersion {
            version: other.unwrap_or_default(),
        }),
    }
}

/// A folder without the files of a layout is none; a folder that is not there says so itself.
fn no_layout(kind: ErrorKind) -> ErrorKind {
    match kind {
        ErrorKind::NotFound {
            missing: Missing::Unsaid,
        } => Invalid::NoLayout.into(),
        other => other,
    }
}

fn not_held(kind: ErrorKind, digest: &Digest) -> ErrorKind {
    match kind {
        ErrorKind::NotFound { .. } => Invalid::NotHeld {
            digest: digest.clone(),
        }
        .into(),
        other => other,
    }
}
