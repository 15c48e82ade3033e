//! A folder of the author, or a metadata file alone.

use std::collections::BTreeMap;

use camino::Utf8Path;
use model::{ImagePath, Metadata, Platform};

use super::{
    FileFacts, ImageFacts, Inspected, Interest, LabelSource, LabelValue, MetadataFacts, dockerfile, interests,
};
use crate::build_file::BuildFile;
use crate::error::Error;
use crate::files::{demand, head, read_bounded, read_text};
use crate::plan::{METADATA, PlannedFile, Planner};
use crate::text::SourceText;

/// Looks at the folder or metadata file at `path`.
pub(super) fn inspect(path: &Utf8Path) -> Result<Inspected, Error> {
    demand(path)?;
    if fs_err::metadata(path)?.is_dir() {
        return folder(path);
    }
    let bytes = read_bounded(path)?.unwrap_or_default();
    Ok(Inspected {
        subject: path.as_str().to_owned(),
        metadata: Some(MetadataFacts::read(path.as_str(), &bytes)),
        ..Inspected::default()
    })
}

fn folder(folder: &Utf8Path) -> Result<Inspected, Error> {
    let file = folder.join(METADATA);
    let metadata = read_bounded(&file)?.map(|bytes| MetadataFacts::read(file.as_str(), &bytes));
    let mut inspected = Inspected {
        subject: folder.as_str().to_owned(),
        metadata,
        ..Inspected::default()
    };
    let parsed = inspected
        .metadata
        .as_ref()
        .and_then(|facts| facts.parsed.as_ref().ok())
        .cloned();
    if let Some((build_file, text)) = BuildFile::read(folder)? {
        inspected.labels = Some(labels(&build_file, text));
        if let Some(metadata) = &parsed {
            planned(folder, &build_file, metadata, &mut inspected)?;
        }
    } else {
        let dockerfile = folder.join("Dockerfile");
        let text = read_text(&dockerfile)?;
        let is_complete = text.is_none();
        inspected.labels = text.map(|text| dockerfile::labels(dockerfile.as_str(), &text));
        if let Some(metadata) = &parsed {
            as_it_is(folder, metadata, is_complete, &mut inspected)?;
        }
    }
    Ok(inspected)
}

fn labels(build_file: &BuildFile, text: SourceText) -> LabelSource {
    let known = |(label, value): (&String, &String)| (label.clone(), LabelValue::Known(value.clone()));
    LabelSource {
        values: build_file.labels.iter().map(known).collect(),
        inherited: BTreeMap::new(),
        text: Some(text),
    }
}

/// The images that the build file makes of the folder.
fn planned(
    folder: &Utf8Path,
    build_file: &BuildFile,
    metadata: &Metadata,
    inspected: &mut Inspected,
) -> Result<(), Error> {
    let planner = Planner {
        folder,
        build_file,
        metadata,
    };
    for platform in &build_file.platforms {
        let mut image = image(&planner, platform, inspected)?;
        image.platform = Some(platform.clone());
        image.is_complete = build_file.base.is_none();
        inspected.images.push(image);
    }
    let oddities = &mut inspected.oddities;
    oddities.links_outside.sort();
    oddities.links_outside.dedup();
    oddities.bad_names.sort();
    oddities.bad_names.dedup();
    Ok(())
}

/// The folder read as if it were the image: with a Dockerfile it is only a part of what the build puts there.
fn as_it_is(
    folder: &Utf8Path,
    metadata: &Metadata,
    is_complete: bool,
    inspected: &mut Inspected,
) -> Result<(), Error> {
    let build_file = BuildFile::default();
    let planner = Planner {
        folder,
        build_file: &build_file,
        metadata,
    };
    let mut image = image(&planner, &Platform::new("linux", "amd64", None), inspected)?;
    image.is_complete = is_complete;
    inspected.images.push(image);
    Ok(())
}

fn image(planner: &Planner<'_>, platform: &Platform, inspected: &mut Inspected) -> Result<ImageFacts, Error> {
    let metadata = planner.metadata;
    let image_plan = planner.image(platform, Some(&mut inspected.oddities))?;
    if inspected.compose.is_none() {
        inspected.compose = compose(metadata, |path| image_plan.files.get(path))?;
    }
    let mut image = ImageFacts::default();
    for (path, file) in &image_plan.files {
        image.files.insert(path.clone(), facts(metadata, path, file)?);
    }
    Ok(image)
}

fn facts(metadata: &Metadata, path: &ImagePath, file: &PlannedFile) -> Result<FileFacts, Error> {
    let look = |interest: Interest| {
        let bytes = head(&file.source, interest.bytes())?;
        Ok::<_, Error>(interest.look(file.source.as_str(), path, &bytes))
    };
    Ok(FileFacts {
        size: file.size,
        executable: file.executable,
        content: interests(metadata, path)
            .map(look)
            .transpose()?
            .unwrap_or_default(),
    })
}

fn compose<'a>(
    metadata: &Metadata,
    find: impl Fn(&ImagePath) -> Option<&'a PlannedFile>,
) -> Result<Option<SourceText>, Error> {
    let wanted = metadata.vm.as_ref().and_then(|vm| vm.compose_file.as_ref());
    let Some(file) = wanted.and_then(find) else {
        return Ok(None);
    };
    Ok(read_text(&file.source)?.map(|text| SourceText::yaml(file.source.as_str(), text)))
}
