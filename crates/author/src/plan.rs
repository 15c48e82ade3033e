//! Which files of the folder stand where in which image: what `build` writes, and what `validate` looks at.

use std::collections::BTreeMap;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use model::{ImagePath, Metadata, Platform};

use crate::build_file::BuildFile;
use crate::error::Error;
use crate::files::{LocalFile, Oddities, Walk};

/// The file that every image has.
pub(crate) const METADATA: &str = "metadata.json";

/// One image to be made.
#[derive(Debug)]
pub(crate) struct PlannedImage {
    pub(crate) platform: Platform,
    pub(crate) files: BTreeMap<ImagePath, PlannedFile>,
}

/// A file of an image, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PlannedFile {
    pub(crate) source: Utf8PathBuf,
    pub(crate) size: u64,
    /// By this a later build sees that a layer is what it was.
    pub(crate) modified: Option<SystemTime>,
    pub(crate) executable: Option<bool>,
}

/// What is planned from.
pub(crate) struct Planner<'a> {
    pub(crate) folder: &'a Utf8Path,
    pub(crate) build_file: &'a BuildFile,
    pub(crate) metadata: &'a Metadata,
}

impl Planner<'_> {
    /// The image of one platform. What the metadata names and the build file does not bring is taken from the same path
    /// in the folder, where it is there. What cannot stand in an image is passed over and added to `oddities`, where they are given.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or named, or something that the build file names is not there.
    pub(crate) fn image(
        &self,
        platform: &Platform,
        mut oddities: Option<&mut Oddities>,
    ) -> Result<PlannedImage, Error> {
        let mut files = BTreeMap::new();
        for entry in self
            .build_file
            .files
            .iter()
            .filter(|entry| entry.is_for(platform))
        {
            let source = self.folder.join(entry.source(platform));
            let found = self.walk(&source, oddities.as_deref_mut())?;
            if found.is_empty() && oddities.is_none() {
                return Err(Error::Missing {
                    path: source,
                    wanted: "by the build file".to_owned(),
                    platform: Some(platform.clone()),
                });
            }
            // The build file was checked when it was read.
            let target = ImagePath::parse(&entry.to).unwrap_or_else(|_| ImagePath::root());
            let put = Put {
                target: &target,
                executable: entry.executable,
            };
            put.files(found, &mut files, oddities.as_deref_mut())?;
        }
        let brought: Vec<_> = files.keys().cloned().collect();
        for path in self.named() {
            let is_brought = brought.iter().any(|file| file.is_within(&path));
            if !is_brought && !path.is_root() {
                let found = self.walk(&self.folder.join(path.as_str()), oddities.as_deref_mut())?;
                let put = Put {
                    target: &path,
                    executable: None,
                };
                put.files(found, &mut files, oddities.as_deref_mut())?;
            }
        }
        Ok(PlannedImage {
            platform: platform.clone(),
            files,
        })
    }

    fn walk(&self, path: &Utf8Path, oddities: Option<&mut Oddities>) -> Result<Vec<LocalFile>, Error> {
        Walk::within(self.folder, oddities)?.files(path)
    }

    /// Everything that the metadata names, the metadata, and all pages.
    fn named(&self) -> Vec<ImagePath> {
        let mut named = vec![ImagePath::parse(METADATA).unwrap_or_else(|_| ImagePath::root())];
        named.extend(self.metadata.tabs.iter().map(|tab| tab.root.clone()));
        named.extend(self.metadata.named_files());
        named
    }
}

/// Where files of the folder stand in the image.
struct Put<'a> {
    target: &'a ImagePath,
    executable: Option<bool>,
}

impl Put<'_> {
    fn files(
        &self,
        found: Vec<LocalFile>,
        files: &mut BTreeMap<ImagePath, PlannedFile>,
        mut oddities: Option<&mut Oddities>,
    ) -> Result<(), Error> {
        for file in found {
            let below = match (ImagePath::parse(&file.below), oddities.as_deref_mut()) {
                (Ok(below), _) => below,
                (Err(error), Some(oddities)) => {
                    oddities
                        .bad_names
                        .push((file.path.into_string(), error.to_string()));
                    continue;
                }
                (Err(error), None) => {
                    return Err(Error::Name {
                        path: file.path.into_string(),
                        problem: error.to_string(),
                    });
                }
            };
            let planned = PlannedFile {
                source: file.path,
                size: file.size,
                modified: file.modified,
                executable: self.executable.or(file.executable),
            };
            files.insert(self.target.join(&below), planned);
        }
        Ok(())
    }
}
