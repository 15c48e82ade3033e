//! From a folder to images: an index with one image for each platform, in an image layout.

mod base;
mod documents;
mod layers;
mod names;

use camino::Utf8Path;
use model::{Digest, Labels, Metadata, Platform, Reference, System, Tag};
use registry::{Descriptor, EntryName, LayoutWriter, Settings};

use crate::build_file::BuildFile;
use crate::error::Error;
use crate::files::{demand, read_bounded};
use crate::plan::{METADATA, PlannedImage, Planner};
use base::Fetcher;
use documents::Documents;
pub use layers::Layers;
use layers::Packing;

pub use archive::Compression;

/// How a build is to be made, beside what the build file says.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The tag, where it is not the version of the build file.
    pub tag: Option<Tag>,
    /// How layers are packed.
    pub compression: Compression,
    /// Whether the labels of 2021 are set beside those of today.
    pub plugin_dialect: bool,
    /// The one platform that is built; all of the build file where there is none.
    pub platform: Option<Platform>,
    /// The time that stands in the images, in seconds since 1970 (`SOURCE_DATE_EPOCH`). Without it files are of 1970, and
    /// the images tell no time: the same input gives the same digest.
    pub time: Option<u64>,
}

/// One release that was built.
#[derive(Debug, Clone)]
pub struct BuiltRelease {
    /// What it is called in the layout: a whole reference where the build file names a repository, else the tag.
    pub name: EntryName,
    /// The digest of its index.
    pub digest: Digest,
    /// Its images.
    pub images: Vec<BuiltImage>,
}

/// One image that was built.
#[derive(Debug, Clone)]
pub struct BuiltImage {
    /// Its platform.
    pub platform: Platform,
    /// The digest of its manifest.
    pub digest: Digest,
    /// What a desktop downloads, in bytes.
    pub size: u64,
}

/// A folder that is to be built, read and understood.
#[derive(Debug)]
pub struct Build {
    planned: Vec<PlannedRelease>,
    file: BuildFile,
    options: BuildOptions,
}

/// One release to be built: all systems together, or one that stands alone.
#[derive(Debug)]
struct PlannedRelease {
    name: EntryName,
    images: Vec<PlannedImage>,
    metadata: Metadata,
}

impl Build {
    /// Reads what is to be built, and refuses what no desktop would take, before anything is written.
    ///
    /// # Errors
    ///
    /// When the build file or the metadata is missing or wrong, a file is missing, leads out of the folder, or has a name
    /// that desktops cannot hold.
    pub fn read(folder: &Utf8Path, options: BuildOptions) -> Result<Self, Error> {
        demand(folder)?;
        let file = folder.join(METADATA);
        let bytes = read_bounded(&file)?.ok_or_else(|| Error::NoMetadata {
            folder: folder.to_owned(),
        })?;
        let metadata = Metadata::parse(&bytes).map_err(|source| Error::Metadata { file, source })?;
        let (build_file, _) = BuildFile::read(folder)?.ok_or_else(|| Error::NoBuildFile {
            folder: folder.to_owned(),
        })?;
        let mut build = Self {
            planned: Vec::new(),
            file: build_file,
            options,
        };
        if let Some(only) = &build.options.platform {
            build.file.platforms = vec![only.clone()];
        }
        let alone = build.file.separate.clone();
        build.plan(folder, &names::without(&metadata, &alone), None)?;
        for system in alone {
            let others: Vec<_> = System::ALL.into_iter().filter(|other| *other != system).collect();
            build.plan(folder, &names::without(&metadata, &others), Some(system))?;
        }
        Ok(build)
    }

    fn plan(&mut self, folder: &Utf8Path, metadata: &Metadata, system: Option<System>) -> Result<(), Error> {
        let planner = Planner {
            folder,
            build_file: &self.file,
            metadata,
        };
        let mut images = Vec::new();
        for platform in &self.file.platforms {
            let image = planner.image(platform, None)?;
            names::check(folder, metadata, &image)?;
            self.demand_named(folder, metadata, &image)?;
            images.push(image);
        }
        self.planned.push(PlannedRelease {
            name: names::of(folder, &self.file, self.options.tag.as_ref(), system)?,
            images,
            metadata: metadata.clone(),
        });
        Ok(())
    }

    /// Refuses an image without a file that its metadata names: no desktop would take it. What a base image brings is not known here.
    fn demand_named(
        &self,
        folder: &Utf8Path,
        metadata: &Metadata,
        image: &PlannedImage,
    ) -> Result<(), Error> {
        if self.file.base.is_some() {
            return Ok(());
        }
        let mut named = metadata.named_files().into_iter();
        let missing = named.find(|path| !image.files.keys().any(|file| file.is_within(path)));
        missing.map_or(Ok(()), |path| {
            Err(Error::Missing {
                path: folder.join(path.as_str()),
                wanted: "by the metadata".to_owned(),
                platform: Some(image.platform.clone()),
            })
        })
    }

    /// Writes the releases into a layout; each gets its name when all of it is there. Base images are fetched with `settings`.
    ///
    /// # Errors
    ///
    /// When a file changes meanwhile or cannot be read, a base image cannot be fetched or is none for a platform, or the
    /// layout cannot be written.
    pub async fn write(
        &self,
        settings: &Settings,
        layout: &LayoutWriter,
    ) -> Result<Vec<BuiltRelease>, Error> {
        self.write_again(settings, layout, &mut Layers::default()).await
    }

    /// The same where `known` are layers that an earlier build wrote into this layout: what did not change is not built again.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub async fn write_again(
        &self,
        settings: &Settings,
        layout: &LayoutWriter,
        known: &mut Layers,
    ) -> Result<Vec<BuiltRelease>, Error> {
        let fetcher = Fetcher { settings, layout };
        let mut bases = Vec::new();
        for platform in &self.file.platforms {
            let reference = self.file.base.as_ref().and_then(|base| base.of(platform));
            bases.push(match reference {
                Some(reference) => Some(fetcher.fetch(reference, platform).await?),
                None => None,
            });
        }
        let packing = Packing {
            compression: self.options.compression,
            time: self.options.time.unwrap_or(0),
        };
        known.write(&self.planned, packing, layout)?;
        let documents = Documents {
            labels: self.labels(),
            time: self.options.time,
            layout,
        };
        let mut built = Vec::new();
        for release in &self.planned {
            let mut images = Vec::new();
            for (image, base) in release.images.iter().zip(&bases) {
                let own = known.of(&release.metadata, image);
                images.push(documents.image(&image.platform, base.as_ref(), &own)?);
            }
            built.push((release, documents.index(&images)?, images));
        }
        // All of it is there: now it gets its names.
        built
            .into_iter()
            .map(|(release, index, images)| {
                layout.name(&index, &release.name).map_err(Error::from_registry)?;
                Ok(finished(release, &index, images))
            })
            .collect()
    }

    /// The labels of the build file, and where it was asked for those of 2021 that say the same.
    fn labels(&self) -> std::collections::BTreeMap<String, String> {
        let mut labels = self.file.labels.clone();
        if self.options.plugin_dialect {
            for (today, old) in model::labels::names::PAIRS {
                if let Some(value) = labels.get(today).cloned() {
                    labels.entry(old.to_owned()).or_insert(value);
                }
            }
        }
        labels
    }

    /// What the labels say.
    pub fn label_facts(&self) -> Labels {
        Labels::read(&self.labels())
    }
}

fn finished(release: &PlannedRelease, index: &Descriptor, images: Vec<documents::Image>) -> BuiltRelease {
    BuiltRelease {
        name: release.name.clone(),
        digest: index.digest.clone(),
        images: images
            .into_iter()
            .map(|image| BuiltImage {
                platform: image.platform,
                digest: image.manifest.digest,
                size: image.download,
            })
            .collect(),
    }
}

/// The name that a release of `repository` gets under `tag`.
fn entry_name(repository: Option<&str>, tag: Tag) -> Result<EntryName, String> {
    let Some(repository) = repository else {
        return Ok(EntryName::Tag(tag));
    };
    let reference: Reference = repository.parse().map_err(|error| format!("{error}"))?;
    Ok(EntryName::Reference(Reference::tagged(reference.id, tag)))
}
