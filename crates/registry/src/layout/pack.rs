//! Layouts as one file.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use super::writer::{LayoutWriter, TEMPORARY, failure, temporary};
use super::{INDEX, MARK};
use crate::error::{Error, Fault, Operation};

/// An image layout that becomes one file, as `oci-archive:` names it.
///
/// It is put together in a folder beside the file, which takes its place in one step at the end. Dropped before
/// [`finish`](Self::finish), nothing of it stays, and a file that was there before is as it was.
#[derive(Debug)]
pub struct ArchiveWriter {
    writer: LayoutWriter,
    file: Utf8PathBuf,
    _folder: TempDir,
}

impl ArchiveWriter {
    /// Begins the archive `file`.
    ///
    /// # Errors
    ///
    /// `File` where nothing can be written beside it.
    pub fn begin(file: &Utf8Path) -> Result<Self, Error> {
        let failed = |error: io::Error| {
            let fault = failure(file, &error);
            Error::new(Operation::Write, subject(file), "", fault)
        };
        let folder = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(folder_of(file))
            .map_err(failed)?;
        let path = Utf8Path::from_path(folder.path()).map(Utf8Path::to_owned);
        let path = path.ok_or_else(|| failed(io::Error::other("its folder is not named in Unicode")))?;
        Ok(Self {
            writer: LayoutWriter::open(&path)?,
            file: file.to_owned(),
            _folder: folder,
        })
    }

    /// The layout to write to.
    pub fn layout(&self) -> &LayoutWriter {
        &self.writer
    }

    /// Makes one file of what was written. Two layouts with the same content give the same bytes: entries are sorted, and
    /// tell no times and no owners.
    ///
    /// # Errors
    ///
    /// `File` where it cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        let begun = self.writer.begin();
        begun
            .and_then(|()| pack(self.writer.folder(), &self.file))
            .map_err(|fault| Error::new(Operation::Write, subject(&self.file), "", fault))
    }
}

fn subject(file: &Utf8Path) -> String {
    format!("oci-archive:{file}")
}

fn folder_of(file: &Utf8Path) -> &Utf8Path {
    match file.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder,
        _ => Utf8Path::new("."),
    }
}

fn pack(layout: &Utf8Path, file: &Utf8Path) -> Result<(), Fault> {
    let at = |error: io::Error| failure(file, &error);
    let target = temporary(folder_of(file))?;
    let mut builder = Builder::new(io::BufWriter::new(target));
    // What says what it is stands in front, for those who read it as it comes.
    for name in [MARK, INDEX] {
        append(&mut builder, layout, name).map_err(at)?;
    }
    for folder in ["blobs", "blobs/sha256", "blobs/sha512"] {
        append_blobs(&mut builder, layout, folder).map_err(at)?;
    }
    let target = builder.into_inner().map_err(at)?;
    let target = target.into_inner().map_err(|problem| at(problem.into_error()))?;
    target.as_file().sync_all().map_err(at)?;
    target.persist(file).map_err(|problem| at(problem.error))?;
    Ok(())
}

/// A folder and the files in it, sorted.
fn append_blobs(builder: &mut Builder<impl io::Write>, layout: &Utf8Path, folder: &str) -> io::Result<()> {
    let path = layout.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    let mut header = header(EntryType::Directory, 0o755, 0);
    builder.append_data(&mut header, format!("{folder}/"), io::empty())?;
    let mut names = Vec::new();
    for entry in path.read_dir_utf8()? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(format!("{folder}/{}", entry.file_name()));
        }
    }
    names.sort();
    names.iter().try_for_each(|name| append(builder, layout, name))
}

fn append(builder: &mut Builder<impl io::Write>, layout: &Utf8Path, name: &str) -> io::Result<()> {
    let file = fs_err::File::open(layout.join(name))?;
    let mut header = header(EntryType::Regular, 0o644, file.metadata()?.len());
    builder.append_data(&mut header, name, file)
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}
