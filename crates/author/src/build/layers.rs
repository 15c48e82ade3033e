//! The layers of images: what changes seldom stands below what changes often, and what is the same in several images is one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use archive::{Compression, FileFacts, LayerWriter};
use model::{Digest, ImagePath, Metadata, System};
use registry::{Descriptor, LayoutWriter};

use super::PlannedRelease;
use crate::error::Error;
use crate::plan::{PlannedFile, PlannedImage};

/// How layers are packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    pub(super) compression: Compression,
    /// The time of their files, in seconds since 1970.
    pub(super) time: u64,
}

impl Packing {
    fn media_type(self) -> &'static str {
        match self.compression {
            Compression::None => "application/vnd.oci.image.layer.v1.tar",
            Compression::Gzip => "application/vnd.oci.image.layer.v1.tar+gzip",
            Compression::Zstd => "application/vnd.oci.image.layer.v1.tar+zstd",
        }
    }
}

/// What a layer holds, from the bottom up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// What the build file adds for the containers.
    Backend,
    /// The programs of one desktop system.
    Host(System),
    /// The pages.
    Ui,
    /// What a desktop reads first: metadata, icon, compose file.
    Metadata,
}

impl Part {
    fn of(path: &ImagePath, metadata: &Metadata) -> Self {
        let is_front = path.as_str() == crate::plan::METADATA
            || metadata.icon.as_ref() == Some(path)
            || metadata.vm.as_ref().and_then(|vm| vm.compose_file.as_ref()) == Some(path);
        if is_front {
            return Self::Metadata;
        }
        let is_host = |system: &System| {
            metadata
                .host
                .of(*system)
                .iter()
                .any(|listed| path.is_within(listed))
        };
        if let Some(system) = System::ALL.into_iter().find(is_host) {
            return Self::Host(system);
        }
        if metadata.tabs.iter().any(|tab| path.is_within(&tab.root)) {
            return Self::Ui;
        }
        Self::Backend
    }

    fn words(self) -> String {
        match self {
            Self::Backend => "files of the containers".to_owned(),
            Self::Host(system) => format!("programs for {system}"),
            Self::Ui => "pages".to_owned(),
            Self::Metadata => "metadata".to_owned(),
        }
    }
}

/// A layer that is stored.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(super) descriptor: Descriptor,
    pub(super) diff_id: Digest,
    /// What is in it, for the image's history.
    pub(super) words: String,
}

/// The files of a layer, by which two layers are the same.
type Files = Vec<(ImagePath, PlannedFile)>;

/// Layers that were written, by what is in them.
#[derive(Debug, Clone, Default)]
pub struct Layers(HashMap<Files, Layer>);

impl Layers {
    /// Writes every layer once that was not written before, as many at a time as there are processors. Those that no image
    /// has any more are forgotten.
    pub(super) fn write(
        &mut self,
        releases: &[PlannedRelease],
        packing: Packing,
        layout: &LayoutWriter,
    ) -> Result<(), Error> {
        let images = releases
            .iter()
            .flat_map(|release| release.images.iter().map(|image| (&release.metadata, image)));
        let parts = images.flat_map(|(metadata, image)| parts(metadata, image));
        let wanted: HashMap<Files, Part> = parts.map(|(part, files)| (files, part)).collect();
        self.0.retain(|files, _| wanted.contains_key(files));
        let wanted = wanted
            .into_iter()
            .filter(|(files, _)| !self.0.contains_key(files));
        // The largest first, so that none of them is begun last.
        let mut queue: Vec<_> = wanted.collect();
        queue.sort_by_key(|(files, _)| files.iter().map(|(_, file)| file.size).sum::<u64>());
        let count = queue.len();
        let queue = Mutex::new(queue);
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let work = || {
            let mut written = Vec::new();
            while let Some((files, part)) = next() {
                let layer = write(&files, part, packing, layout)?;
                written.push((files, layer));
            }
            Ok::<_, Error>(written)
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = processors.min(count);
        let done: Result<Vec<_>, Error> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            // A panic goes on in who started the thread.
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().map(join).collect()
        });
        self.0.extend(done?.into_iter().flatten());
        Ok(())
    }

    /// The layers of an image, the lowest first.
    pub(super) fn of(&self, metadata: &Metadata, image: &PlannedImage) -> Vec<Layer> {
        let parts = parts(metadata, image);
        parts
            .filter_map(|(_, files)| self.0.get(&files).cloned())
            .collect()
    }
}

fn parts(metadata: &Metadata, image: &PlannedImage) -> impl Iterator<Item = (Part, Files)> {
    let mut parts: BTreeMap<Part, Files> = BTreeMap::new();
    for (path, file) in &image.files {
        let part = parts.entry(Part::of(path, metadata)).or_default();
        part.push((path.clone(), file.clone()));
    }
    parts.into_iter()
}

fn write(files: &Files, part: Part, packing: Packing, layout: &LayoutWriter) -> Result<Layer, Error> {
    let blob = layout.blob().map_err(Error::from_registry)?;
    let blob = std::io::BufWriter::with_capacity(256 << 10, blob);
    let mut layer = LayerWriter::new(blob, packing.compression, packing.time)?;
    for (path, file) in files {
        let facts = FileFacts {
            size: file.size,
            executable: file.executable.unwrap_or(false),
        };
        layer.file(path, facts, fs_err::File::open(&file.source)?)?;
    }
    let (blob, diff_id) = layer.finish()?;
    let blob = blob.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let stored = blob.finish().map_err(Error::from_registry)?;
    Ok(Layer {
        descriptor: Descriptor {
            media_type: packing.media_type().to_owned(),
            digest: stored.digest,
            size: stored.size,
            platform: None,
        },
        diff_id,
        words: part.words(),
    })
}
