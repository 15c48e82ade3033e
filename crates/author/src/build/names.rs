//! What releases and files are called.

use camino::Utf8Path;
use model::version::ReleaseTag;
use model::{Metadata, System, Tag};
use registry::EntryName;

use super::entry_name;
use crate::build_file::{BUILD_FILE, BuildFile};
use crate::error::Error;
use crate::plan::PlannedImage;
use crate::rules;

/// The metadata as a release sees it that holds no programs of `systems`.
pub(super) fn without(metadata: &Metadata, systems: &[System]) -> Metadata {
    let mut metadata = metadata.clone();
    metadata.host = metadata.host.without(systems);
    metadata
}

/// The name of a release: the tag is given, or is the version of the build file, with the system in front that it is for alone.
pub(super) fn of(
    folder: &Utf8Path,
    build_file: &BuildFile,
    tag: Option<&Tag>,
    system: Option<System>,
) -> Result<EntryName, Error> {
    let file = folder.join(BUILD_FILE);
    let wrong = |problem: String| Error::BuildFileSays {
        file: file.clone(),
        problem,
    };
    let version = match (tag, &build_file.version) {
        (Some(tag), _) => tag.as_str(),
        (None, Some(version)) => version,
        (None, None) => return Err(wrong("it has no `version`, and no tag was given".to_owned())),
    };
    let text = match system {
        Some(system) => format!("{system}-{version}"),
        None => version.to_owned(),
    };
    let tag: Tag = text
        .parse()
        .map_err(|_| wrong(format!("`{text}` cannot be a tag")))?;
    let is_release = ReleaseTag::parse(&tag).is_some_and(|release| release.prefix == system);
    if system.is_some() && !is_release {
        return Err(wrong(format!(
            "`{version}` is no version, and a release for one system has to be one"
        )));
    }
    entry_name(build_file.repository.as_deref(), tag).map_err(wrong)
}

/// Refuses names that some desktop cannot hold.
pub(super) fn check(folder: &Utf8Path, metadata: &Metadata, image: &PlannedImage) -> Result<(), Error> {
    match rules::bad_names(metadata, &image.files.keys()).into_iter().next() {
        None => Ok(()),
        Some(problem) => Err(Error::Names {
            folder: folder.to_owned(),
            problem,
        }),
    }
}
