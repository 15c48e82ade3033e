//! The content of an image: its layers, read once each, merged into one tree.
//!
//! The metadata decides which files are wanted, and stands in one of the layers itself. Small layers are searched for it, one
//! after the other from the smallest, which most often has it, while the first bytes of the others are already under way; where no
//! small one has it, the others are read from the top until it is found; from then on the rest streams by with a filter. What the
//! filter could not foresee (a link out of a UI folder, a metadata file that a higher layer replaces) is read again at the end,
//! from the blobs that were kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;

use archive::{ContentKey, ImageTree, LayerIndex, SelectedFile, Selection, SelectionKind, Want};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use model::metadata::MetadataParse;
use model::payload::{PayloadEntry, PayloadKind, PayloadPlan, Required};
use model::{ExtensionId, ImagePath};
use store::Staging;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::layer::{COMMON_WINDOW, Layer, ReadLayer, Wanted};
use crate::look::Image;
use crate::words::Phase;

/// The name of the metadata, and how the older edition of the design spells it.
const METADATA_NAMES: [&str; 2] = ["metadata.json", "metedata.json"];
/// Compressed layers up to this size, in bytes, may be read in search of the metadata.
const SMALL: u64 = 1 << 20;
/// How many layers are read side by side.
const AT_ONCE: usize = 4;

/// A merged image, some of whose files are staged.
pub(crate) struct Contents<'a> {
    layers: Layers<'a>,
    tree: ImageTree,
}

impl<'a> Contents<'a> {
    /// Reads and verifies every layer, and stages what the metadata most likely wants.
    pub(crate) async fn read(
        desktop: &'a Desktop,
        id: &'a ExtensionId,
        image: &'a Image,
        staging: &'a Staging,
    ) -> Result<Self, Error> {
        let layers = Layers {
            desktop,
            id,
            image,
            staging,
        };
        let read = layers.read_all().await?.into_values().collect();
        let tree = ImageTree::merge(read, &desktop.settings.archive).map_err(content_error)?;
        Ok(Self { layers, tree })
    }

    /// The bytes of the metadata, as the merged image has it.
    ///
    /// # Errors
    ///
    /// [`Cause::NoMetadata`], or what stands in the way of reading it.
    pub(crate) async fn metadata_file(&self) -> Result<Vec<u8>, Error> {
        let [usual, misspelt] = METADATA_NAMES;
        let file = match self.find(usual)? {
            Some(file) => file,
            None => self.misspelt_metadata(usual, misspelt)?,
        };
        let limit = self.layers.desktop.settings.metadata.size;
        if file.size > limit as u64 {
            let size = usize::try_from(file.size).unwrap_or(usize::MAX);
            return Err(Error::new(
                Phase::Unpack,
                Cause::Metadata(MetadataParse::TooLarge { size, limit }),
            ));
        }
        self.ensure_staged(std::slice::from_ref(&file)).await?;
        self.layers.staged_metadata(file.content)
    }

    fn misspelt_metadata(&self, usual: &str, misspelt: &str) -> Result<SelectedFile, Error> {
        let file = self
            .find(misspelt)?
            .ok_or_else(|| Error::new(Phase::Unpack, Cause::NoMetadata))?;
        self.layers.desktop.warn(format!(
            "the metadata stands in `/{misspelt}`; its name is `/{usual}`"
        ));
        Ok(file)
    }

    /// Resolves the plan in the merged image, and makes sure that every file of it is staged.
    ///
    /// # Errors
    ///
    /// [`Cause::NamedFileMissing`] where the image lacks what the metadata names, and what the contract refuses.
    pub(crate) async fn select(&self, plan: &PayloadPlan) -> Result<Vec<SelectedFile>, Error> {
        let desktop = self.layers.desktop;
        let requests: Vec<_> = plan.entries.iter().map(selection).collect();
        let selected = self
            .tree
            .select(&requests, &desktop.settings.archive)
            .map_err(content_error)?;
        let destinations: BTreeSet<_> = selected
            .files
            .iter()
            .map(|file| file.destination.clone())
            .collect();
        let mut missing = plan.missing(&destinations).into_iter();
        if let Some(missing) = missing.find(|missing| !self.is_empty_folder(missing)) {
            return Err(Error::new(
                Phase::Unpack,
                Cause::NamedFileMissing(missing.named.clone()),
            ));
        }
        for left_out in &selected.warnings {
            desktop.warn(left_out.to_string());
        }
        self.ensure_staged(&selected.files).await?;
        Ok(selected.files)
    }

    /// Whether what seems to be missing is a folder that leaves no trace, because no file stands in it.
    fn is_empty_folder(&self, required: &Required) -> bool {
        // Asked for as a file, so that the answer does not cost a walk through the folder.
        let file = Selection {
            source: required.named.clone(),
            destination: required.destination.clone(),
            kind: SelectionKind::File,
        };
        let selected = self.tree.select(&[file], &self.layers.desktop.settings.archive);
        required.may_be_folder() && matches!(selected, Err(archive::Error::NotAFile { .. }))
    }

    fn find(&self, name: &str) -> Result<Option<SelectedFile>, Error> {
        let source = image_path(name);
        let selection = Selection {
            source,
            destination: name.to_owned(),
            kind: SelectionKind::File,
        };
        match self
            .tree
            .select(&[selection], &self.layers.desktop.settings.archive)
        {
            Ok(selected) => Ok(selected.files.into_iter().next()),
            Err(archive::Error::Missing { .. }) => Ok(None),
            Err(error) => Err(content_error(error)),
        }
    }

    /// Reads again, from what was kept, the layers with files that the filter did not foresee.
    async fn ensure_staged(&self, files: &[SelectedFile]) -> Result<(), Error> {
        let mut missing: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for file in files {
            if !self.layers.staging.contains(key_of(file.content)) {
                missing
                    .entry(file.content.layer)
                    .or_default()
                    .insert(file.content.entry);
            }
        }
        let layers = missing
            .into_iter()
            .map(|(position, entries)| self.layers.layer(position, Want::Entries(entries).into()))
            .collect();
        self.layers.read(layers).await?;
        Ok(())
    }
}

/// The layers of one image, and where their content goes.
#[derive(Clone, Copy)]
struct Layers<'a> {
    desktop: &'a Desktop,
    id: &'a ExtensionId,
    image: &'a Image,
    staging: &'a Staging,
}

impl Layers<'_> {
    /// Reads every layer once: by position, from the bottom.
    async fn read_all(self) -> Result<BTreeMap<u32, LayerIndex>, Error> {
        let foreseen = Wanted::default();
        let (distinct, again) = self.positions();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = distinct
            .into_iter()
            .partition(|&position| self.size(position) <= SMALL);
        small.sort_by_key(|&position| self.size(position));
        let mut read = self.search(&small, &large, &foreseen).await?;
        large.retain(|position| !read.contains_key(position));
        while has_no_metadata(&read)
            && let Some(top) = large.pop()
        {
            read.extend(self.read(vec![self.layer(top, metadata().into())]).await?);
        }
        foreseen.tell(Want::Below(self.foresee(&read)));
        read.extend(self.read(self.largest_first(&large, &foreseen)).await?);
        let again = again
            .iter()
            .map(|&position| self.layer(position, foreseen.clone()));
        read.extend(self.read(again.collect()).await?);
        Ok(read
            .into_iter()
            .map(|(position, layer)| (position, layer.index))
            .collect())
    }

    /// Searches the small layers in this order, and where the metadata is in one of them, reads the rest of them and the large ones
    /// as well. All are asked for before that is known, for a round trip less; where it is in none, the large ones are given up
    /// again before they have cost much.
    async fn search(
        self,
        small: &[u32],
        large: &[u32],
        foreseen: &Wanted,
    ) -> Result<BTreeMap<u32, ReadLayer>, Error> {
        let mut unsearched: VecDeque<_> = small.iter().map(|_| Wanted::default()).collect();
        let mut layers: Vec<_> = small
            .iter()
            .zip(&unsearched)
            .map(|(&position, wanted)| self.layer(position, wanted.clone()))
            .collect();
        if !layers.is_empty() {
            layers.extend(self.largest_first(large, foreseen));
        }
        let mut read = BTreeMap::new();
        let mut reading = pin!(self.reading(layers));
        while has_no_metadata(&read)
            && let Some(next) = unsearched.pop_front()
        {
            // No other one ends before it was told what is wanted of it.
            next.tell(metadata());
            read.extend(reading.try_next().await?);
        }
        if has_no_metadata(&read) {
            return Ok(read);
        }
        let rest = Want::Below(self.foresee(&read));
        for wanted in unsearched.iter().chain([foreseen]) {
            wanted.tell(rest.clone());
        }
        while let Some((position, layer)) = reading.try_next().await? {
            read.insert(position, layer);
        }
        Ok(read)
    }

    /// The largest begin first: one that began last would be unpacked alone, on one core.
    fn largest_first(self, positions: &[u32], wanted: &Wanted) -> Vec<Layer> {
        let mut positions = positions.to_vec();
        positions.sort_by_key(|&position| Reverse(self.size(position)));
        let layers = positions.into_iter().map(|at| self.layer(at, wanted.clone()));
        layers.collect()
    }

    /// What the highest metadata file so far wants of the layers that are still to come.
    fn foresee(self, read: &BTreeMap<u32, ReadLayer>) -> Vec<ImagePath> {
        let highest = read.values().rev().find_map(|layer| layer.stored.last());
        let metadata = highest
            .and_then(|&key| self.staged_metadata(key).ok())
            .and_then(|bytes| self.desktop.parse_metadata(&bytes).ok());
        let mut wanted = METADATA_NAMES.map(image_path).to_vec();
        if let Some(metadata) = metadata {
            wanted.extend(PayloadPlan::new(&metadata, self.desktop.settings.host.system).sources());
        }
        wanted
    }

    fn staged_metadata(self, key: ContentKey) -> Result<Vec<u8>, Error> {
        let limit = self.desktop.settings.metadata.size as u64;
        self.staging
            .read(key_of(key), limit)
            .map_err(|error| content_error(archive::Error::Sink(error)))
    }

    async fn read(self, layers: Vec<Layer>) -> Result<BTreeMap<u32, ReadLayer>, Error> {
        self.reading(layers).try_collect().await
    }

    /// Reads layers side by side, in this order; each is told with its position.
    fn reading(self, layers: Vec<Layer>) -> impl Stream<Item = Result<(u32, ReadLayer), Error>> {
        stream::iter(layers)
            .map(move |layer| async move {
                let position = layer.position;
                let read = self.desktop.read_layer(self.id, layer, self.staging);
                Ok((position, read.await?))
            })
            .buffer_unordered(AT_ONCE)
    }

    /// The positions of all layers, and apart from them those of layers that the image holds once more: they are fetched once, and
    /// what was kept of them is read again.
    fn positions(self) -> (Vec<u32>, Vec<u32>) {
        let mut seen = BTreeSet::new();
        // `registry::Limits` bounds the number of layers far below what fits here.
        let layers = (0..).zip(&self.image.manifest.layers);
        let (distinct, again): (Vec<_>, Vec<_>) =
            layers.partition(|(_, descriptor)| seen.insert(&descriptor.digest));
        let positions = |layers: Vec<(u32, _)>| layers.into_iter().map(|(position, _)| position).collect();
        (positions(distinct), positions(again))
    }

    fn size(self, position: u32) -> u64 {
        self.image.manifest.layers[position as usize].size
    }

    fn layer(self, position: u32, wanted: Wanted) -> Layer {
        let at = position as usize;
        Layer {
            position,
            descriptor: self.image.manifest.layers[at].clone(),
            diff_id: self.image.config.diff_ids[at].clone(),
            wanted,
            zstd_window: self.desktop.settings.archive.zstd_window.min(COMMON_WINDOW),
        }
    }
}

/// What is wanted of a layer that is searched for the metadata.
fn metadata() -> Want {
    Want::Below(METADATA_NAMES.map(image_path).to_vec())
}

/// Whether none of these layers has staged anything, which where only metadata is wanted means that it is in none of them.
fn has_no_metadata(read: &BTreeMap<u32, ReadLayer>) -> bool {
    read.values().all(|layer| layer.stored.is_empty())
}

fn selection(entry: &PayloadEntry) -> Selection {
    let kind = match entry.kind {
        PayloadKind::File => SelectionKind::File,
        PayloadKind::Folder => SelectionKind::Folder,
        PayloadKind::Either => SelectionKind::Either,
    };
    Selection {
        source: entry.source.clone(),
        destination: entry.destination.clone(),
        kind,
    }
}

/// The store names content by two numbers; here they are the layer and the entry.
pub(crate) fn key_of(content: ContentKey) -> store::ContentKey {
    (content.layer, content.entry)
}

/// A path of this program's own. One that is not plain would be the root, which holds no file.
fn image_path(text: &str) -> ImagePath {
    ImagePath::parse(text).unwrap_or_else(|_| ImagePath::root())
}

fn content_error(error: archive::Error) -> Error {
    let named = match &error {
        archive::Error::Missing { path } => ImagePath::parse(path).ok(),
        _ => None,
    };
    Error::new(
        Phase::Unpack,
        named.map_or(Cause::Content(error), Cause::NamedFileMissing),
    )
}
