//! An image: in a registry, an image layout, an archive or an engine.
//!
//! Layers are read from the top until every file that the metadata names was seen; those below are left where they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};

use archive::{ContentKey, ImageTree, LayerIndex, LayerSource, Selection, SelectionKind, Sink, Want};
use model::version::releases;
use model::{Digest, ImagePath, Metadata, Platform, Reference, System, Tag};
use registry::{
    Client, Content as Document, Descriptor, Fetch as _, ImageConfig, ImageManifest, Resolve as _, Selector,
    Tags as _,
};

use super::{FileFacts, ImageFacts, Inspected, LabelSource, MAX_TEXT, MetadataFacts, interests};
use crate::error::Error;
use crate::plan::METADATA;
use crate::text::SourceText;

/// The most images of one index that are looked at.
const MAX_IMAGES: usize = 32;

/// What images are read with.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Where they come from.
    pub client: Client,
    /// Bounds for their layers.
    pub limits: archive::Limits,
}

impl Reading {
    /// Gathers the facts of what `reference` names; of a repository those of its newest release.
    pub(crate) async fn inspect(&self, subject: &str, reference: &Reference) -> Result<Inspected, Error> {
        let (selector, tag) = self.selector(reference).await?;
        let images = self.images(reference, &selector).await?;
        let mut inspected = Inspected {
            subject: subject.to_owned(),
            tag,
            is_published_form: true,
            ..Inspected::default()
        };
        let mut layers = Layers::default();
        for (platform, manifest) in images {
            let config = self
                .client
                .config(&reference.id, &manifest)
                .await
                .map_err(Error::from_registry)?;
            let image = Image {
                reading: self,
                reference,
                manifest: &manifest,
                config: &config,
            };
            if inspected.labels.is_none() {
                inspected.labels = Some(LabelSource::of_image(&config.labels));
            }
            let mut facts = image.facts(&mut layers, &mut inspected).await?;
            facts.platform = Some(platform.unwrap_or_else(|| config.platform.clone()));
            inspected.images.push(facts);
        }
        Ok(inspected)
    }

    async fn selector(&self, reference: &Reference) -> Result<(Selector, Option<Tag>), Error> {
        if let Some(digest) = &reference.digest {
            return Ok((Selector::Digest(digest.clone()), reference.tag.clone()));
        }
        if let Some(tag) = &reference.tag {
            return Ok((Selector::Tag(tag.clone()), Some(tag.clone())));
        }
        let tags = self
            .client
            .tags(&reference.id)
            .await
            .map_err(Error::from_registry)?;
        let newest = System::ALL
            .into_iter()
            .flat_map(|system| releases(&tags, system))
            .max();
        let latest = || tags.iter().find(|tag| tag.as_str() == "latest").cloned();
        let tag = newest.map(|release| release.tag).or_else(latest);
        let tag = tag.ok_or_else(|| Error::NoRelease {
            repository: reference.id.to_string(),
        })?;
        Ok((Selector::Tag(tag.clone()), Some(tag)))
    }

    /// The manifests behind a name, with the platforms that an index gives them. Attestations are no images.
    async fn images(
        &self,
        reference: &Reference,
        selector: &Selector,
    ) -> Result<Vec<(Option<Platform>, ImageManifest)>, Error> {
        let id = &reference.id;
        let document = self
            .client
            .document(id, selector)
            .await
            .map_err(Error::from_registry)?;
        let entries = match document.content {
            Document::Manifest(manifest) => return Ok(vec![(None, manifest)]),
            Document::Index(entries) => entries,
        };
        let is_image = |entry: &&Descriptor| {
            entry
                .platform
                .as_ref()
                .is_none_or(|platform| !platform.is_unknown())
        };
        let mut images = Vec::new();
        for entry in entries.iter().filter(is_image).take(MAX_IMAGES) {
            let selector = Selector::Digest(entry.digest.clone());
            let document = self
                .client
                .document(id, &selector)
                .await
                .map_err(Error::from_registry)?;
            if let Document::Manifest(manifest) = document.content {
                images.push((entry.platform.clone(), manifest));
            }
        }
        Ok(images)
    }
}

/// A layer that was fetched, and what it holds.
struct Layer {
    file: File,
    index: LayerIndex,
    /// The metadata file, where it holds one.
    metadata: HashMap<ContentKey, Vec<u8>>,
}

/// Layers that were fetched, by digest and place: images of several platforms share some.
#[derive(Default)]
struct Layers(HashMap<(Digest, u32), Layer>);

/// One image.
struct Image<'a> {
    reading: &'a Reading,
    reference: &'a Reference,
    manifest: &'a ImageManifest,
    config: &'a ImageConfig,
}

impl Image<'_> {
    async fn facts(&self, layers: &mut Layers, inspected: &mut Inspected) -> Result<ImageFacts, Error> {
        let mut facts = ImageFacts {
            is_complete: true,
            download: Some(self.manifest.layers.iter().map(|layer| layer.size).sum()),
            ..ImageFacts::default()
        };
        let count = u32::try_from(self.manifest.layers.len()).unwrap_or(u32::MAX);
        let mut tree = None;
        for lowest in (0..count).rev() {
            let key = self.fetch(lowest, layers).await?;
            tracing::debug!(layer = lowest, digest = %key.0, "read for validation");
            let read = (lowest..count).filter_map(|number| layers.0.get(&self.key(number)));
            let merged = self.merge(read.map(|layer| layer.index.clone()).collect())?;
            let found = self.metadata(&merged, layers);
            let is_enough = found
                .as_ref()
                .is_some_and(|bytes| self.has_everything(&merged, bytes));
            tree = Some((merged, found));
            if is_enough {
                break;
            }
        }
        let Some((tree, Some(bytes))) = tree else {
            return Ok(facts);
        };
        if inspected.metadata.is_none() {
            inspected.metadata = Some(MetadataFacts::read(METADATA, &bytes));
        }
        if let Ok(metadata) = Metadata::parse(&bytes) {
            self.files(&tree, &metadata, layers, &mut facts, inspected)?;
        }
        facts.repeated = self.repeated(layers, &facts);
        Ok(facts)
    }

    fn key(&self, number: u32) -> (Digest, u32) {
        (self.manifest.layers[number as usize].digest.clone(), number)
    }

    /// Fetches a layer into a temporary file and indexes it, where that was not done for another image.
    async fn fetch(&self, number: u32, layers: &mut Layers) -> Result<(Digest, u32), Error> {
        let key = self.key(number);
        if layers.0.contains_key(&key) {
            return Ok(key);
        }
        let descriptor = &self.manifest.layers[number as usize];
        let stream = self.reading.client.blob(&self.reference.id, descriptor).await;
        let mut stream = stream.map_err(Error::from_registry)?;
        let mut file = tempfile::tempfile()?;
        while let Some(chunk) = stream.chunk().await.map_err(Error::from_registry)? {
            file.write_all(&chunk)?;
        }
        let mut kept = Kept::everything();
        let metadata = ImagePath::parse(METADATA).unwrap_or_else(|_| ImagePath::root());
        let index = self.read(number, &mut file, &Want::Below(vec![metadata]), &mut kept)?;
        let layer = Layer {
            file,
            index,
            metadata: kept.found,
        };
        layers.0.insert(key.clone(), layer);
        Ok(key)
    }

    fn read(&self, number: u32, file: &mut File, want: &Want, sink: &mut Kept) -> Result<LayerIndex, Error> {
        let descriptor = &self.manifest.layers[number as usize];
        let source = LayerSource {
            layer: number,
            // A config that lists another number of layers is refused when it is read.
            diff_id: &self.config.diff_ids[number as usize],
            compressed_size: descriptor.size,
        };
        file.seek(SeekFrom::Start(0))?;
        archive::read_layer(file, &source, want, &self.reading.limits, sink).map_err(Error::Content)
    }

    fn merge(&self, layers: Vec<LayerIndex>) -> Result<ImageTree, Error> {
        ImageTree::merge(layers, &self.reading.limits).map_err(Error::Content)
    }

    /// What a path leads to: a file, or the files of a folder; nothing where it is not there.
    fn select(&self, tree: &ImageTree, path: &ImagePath) -> Option<Vec<archive::SelectedFile>> {
        let wanted = Selection {
            source: path.clone(),
            destination: path.as_str().to_owned(),
            kind: SelectionKind::Either,
        };
        Some(tree.select(&[wanted], &self.reading.limits).ok()?.files)
    }

    fn metadata(&self, tree: &ImageTree, layers: &Layers) -> Option<Vec<u8>> {
        let files = self.select(tree, &ImagePath::parse(METADATA).ok()?)?;
        let key = files.first()?.content;
        layers.0.get(&self.key(key.layer))?.metadata.get(&key).cloned()
    }

    fn has_everything(&self, tree: &ImageTree, metadata: &[u8]) -> bool {
        let Ok(metadata) = Metadata::parse(metadata) else {
            return true;
        };
        let mut named = metadata.named_files().into_iter();
        named.all(|path| self.select(tree, &path).is_some())
    }

    /// Lists the files that the metadata names, and looks into those that rules look into.
    fn files(
        &self,
        tree: &ImageTree,
        metadata: &Metadata,
        layers: &mut Layers,
        facts: &mut ImageFacts,
        inspected: &mut Inspected,
    ) -> Result<(), Error> {
        let compose = metadata.vm.as_ref().and_then(|vm| vm.compose_file.clone());
        let mut selected = BTreeMap::new();
        let roots = metadata.tabs.iter().map(|tab| tab.root.clone());
        for path in metadata.named_files().into_iter().chain(roots) {
            for file in self.select(tree, &path).unwrap_or_default() {
                // What cannot be a path was refused by the selection.
                if let Ok(path) = ImagePath::parse(&file.destination) {
                    selected.insert(path, file);
                }
            }
        }
        let is_looked_into =
            |path: &ImagePath| interests(metadata, path).is_some() || compose.as_ref() == Some(path);
        let wanted: BTreeSet<_> = selected
            .iter()
            .filter(|(path, _)| is_looked_into(path))
            .map(|(_, file)| file.content)
            .collect();
        let contents = self.contents(&wanted, layers)?;
        for (path, file) in selected {
            let bytes = contents.get(&file.content);
            let interest = interests(metadata, &path);
            if compose.as_ref() == Some(&path) && inspected.compose.is_none() {
                let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                inspected.compose = text.map(|text| SourceText::yaml(path.as_str(), text));
            }
            let content = interest.zip(bytes).map(|(interest, bytes)| {
                let seen = usize::try_from(interest.bytes())
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                interest.look(path.as_str(), &path, &bytes[..seen])
            });
            let file = FileFacts {
                size: file.size,
                executable: Some(file.executable),
                content: content.unwrap_or_default(),
            };
            facts.files.insert(path, file);
        }
        Ok(())
    }

    /// The beginnings of files, read from the layers that are here.
    fn contents(
        &self,
        wanted: &BTreeSet<ContentKey>,
        layers: &mut Layers,
    ) -> Result<HashMap<ContentKey, Vec<u8>>, Error> {
        let mut contents = HashMap::new();
        let numbers: BTreeSet<u32> = wanted.iter().map(|key| key.layer).collect();
        for number in numbers {
            let entries = wanted
                .iter()
                .filter(|key| key.layer == number)
                .map(|key| key.entry);
            let want = Want::Entries(entries.collect());
            let Some(layer) = layers.0.get(&self.key(number)) else {
                continue;
            };
            let mut file = layer.file.try_clone()?;
            let mut kept = Kept::everything();
            self.read(number, &mut file, &want, &mut kept)?;
            contents.extend(kept.found);
        }
        Ok(contents)
    }

    /// Files of the release that more than one layer brings.
    fn repeated(&self, layers: &Layers, facts: &ImageFacts) -> BTreeMap<ImagePath, usize> {
        let mut counts: BTreeMap<ImagePath, usize> = BTreeMap::new();
        for number in 0..self.manifest.layers.len() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let Some(layer) = layers.0.get(&self.key(number)) else {
                continue;
            };
            let texts = layer
                .index
                .file_names()
                .filter_map(|name| std::str::from_utf8(name).ok());
            for path in texts
                .filter_map(|text| ImagePath::parse(text).ok())
                .collect::<BTreeSet<_>>()
            {
                if facts.files.contains_key(&path) {
                    *counts.entry(path).or_default() += 1;
                }
            }
        }
        counts.retain(|_, count| *count > 1);
        counts
    }
}

/// Keeps the beginnings of files.
struct Kept {
    found: HashMap<ContentKey, Vec<u8>>,
    limit: u64,
}

impl Kept {
    fn everything() -> Self {
        Self {
            found: HashMap::new(),
            limit: MAX_TEXT.max(super::MAX_ICON),
        }
    }
}

impl Sink for Kept {
    fn store(&mut self, key: ContentKey, _size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        content.take(self.limit).read_to_end(&mut bytes)?;
        self.found.insert(key, bytes);
        Ok(())
    }
}
