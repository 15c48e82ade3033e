//! Releases of several extensions in one file, for machines without a network.
//!
//! A bundle is an image layout in a tar archive, and its list is the layout's: each release under its whole reference. So
//! every tool that reads such archives reads bundles too.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use model::verdict::{Reason, ReasonCode};
use model::{Digest, Platform, Reference};
use registry::{
    ArchiveWriter, Content, Copying, Descriptor, EntryName, ErrorKind, ImageManifest, Invalid, Layout,
    LayoutEntry, Push as _, Resolve as _, Selector, Wanted,
};

use crate::Desktop;
use crate::error::Error;
use crate::local::select;
use crate::words::Phase;

/// A release in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundled {
    /// What the bundle calls it: with its tag, or where it has none with its digest.
    pub reference: Reference,
    /// What the tag pointed to when the bundle was made.
    pub digest: Digest,
    /// The platforms that the bundle holds.
    pub platforms: Vec<Platform>,
    /// The bytes of the layers of these.
    pub size: u64,
}

impl Desktop {
    /// Writes releases into the bundle `file`: of each reference what an install would take. Of an image for several platforms
    /// those that are named, else the one that this desktop would take.
    ///
    /// The allow-list and the host are asked as for an install: nobody bundles what could not be installed here.
    ///
    /// # Errors
    ///
    /// What installing would fail with, and where the file cannot be written. Then `file` is as it was before.
    pub async fn create_bundle(
        &self,
        file: &Utf8Path,
        references: &[Reference],
        platforms: &[Platform],
    ) -> Result<Vec<Bundled>, Error> {
        let failed = |error| Error::from_registry(Phase::Bundle, error);
        let archive = ArchiveWriter::begin(file).map_err(failed)?;
        for reference in references {
            let added = self.add_to_bundle(&archive, reference, platforms).await;
            added.map_err(|error| error.about(reference))?;
        }
        archive.finish().map_err(failed)?;
        self.read_bundle(file)
    }

    async fn add_to_bundle(
        &self,
        archive: &ArchiveWriter,
        reference: &Reference,
        platforms: &[Platform],
    ) -> Result<(), Error> {
        self.refuse_unlisted(&reference.id)?;
        let found = self.find_release(reference, &[]).await?;
        let target = found.target;
        let id = &target.id;
        let failed = |error| Error::from_registry(Phase::Bundle, error);
        let selector = Selector::Digest(target.digest.clone());
        let root = self.registry.document(id, &selector).await.map_err(failed)?;
        let platforms = match (&root.content, platforms) {
            (Content::Manifest(_), _) => None,
            (Content::Index(entries), []) => {
                let chosen = entries.iter().filter(|entry| entry.digest == target.manifest);
                Some(chosen.filter_map(|entry| entry.platform.clone()).collect())
            }
            (Content::Index(entries), named) => Some(listed(entries, named)?),
        };
        let copying = Copying::new(
            (&self.registry, id),
            (archive.layout(), id),
            Arc::clone(&self.listener),
        );
        let copying = copying.limited_to(platforms.as_deref());
        copying.content(&root).await.map_err(failed)?;
        let pushed = archive.layout().push_document(id, &root, target.tag.as_ref());
        pushed.await.map_err(failed)?;
        if target.tag.is_none() {
            let name = EntryName::Reference(id.clone().into());
            archive.layout().name(&root.descriptor(), &name).map_err(failed)?;
        }
        Ok(())
    }

    /// What a bundle holds. Reads its documents, and no layer.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or its documents are not what their digests say.
    pub fn read_bundle(&self, file: &Utf8Path) -> Result<Vec<Bundled>, Error> {
        let layout = self.open_bundle(file)?;
        let read = layout.entries().iter().map(|entry| bundled(&layout, entry));
        let read = read.filter_map(Result::transpose).collect::<Result<_, _>>();
        read.map_err(|error| Error::from_registry(Phase::Bundle, error))
    }

    fn open_bundle(&self, file: &Utf8Path) -> Result<Layout, Error> {
        let layout = Layout::open_archive(file, &self.settings.registry.limits);
        layout.map_err(|error| Error::from_registry(Phase::Bundle, error))
    }

    /// The same use cases, with the releases of a bundle in the place of a repository: all that it holds of an extension, or the one
    /// with a tag. Answers also with what is meant.
    ///
    /// # Errors
    ///
    /// When the bundle cannot be read, or holds no such release.
    pub fn over_bundle(mut self, file: &Utf8Path, wanted: &Reference) -> Result<(Self, Reference), Error> {
        let layout = self.open_bundle(file)?;
        let wanted = Wanted {
            name: Some(wanted.to_string()),
            taken_for: None,
        };
        let repository = select(layout, &format!("oci-archive:{file}"), &wanted)?;
        let reference = repository.reference().clone();
        self.registry = self.registry.with(repository);
        Ok((self, reference))
    }

    /// The same use cases for a desktop whose containers run on another platform.
    #[must_use]
    pub fn for_platform(mut self, platform: &Platform) -> Self {
        self.settings.host.platform = platform.clone();
        self
    }
}

/// The platforms that are named, all of which an index has to list.
fn listed(entries: &[Descriptor], named: &[Platform]) -> Result<Vec<Platform>, Error> {
    let is_listed = |platform: &&Platform| {
        let mut stated = entries.iter().filter_map(|entry| entry.platform.as_ref());
        !stated.any(|stated| stated == *platform)
    };
    match named.iter().find(is_listed) {
        None => Ok(named.to_vec()),
        Some(missing) => {
            let message = format!("it is not published for {missing}");
            Err(Error::refused(vec![Reason::new(ReasonCode::Platform, message)]))
        }
    }
}

/// What stands behind an entry of a bundle's list.
fn bundled(layout: &Layout, entry: &LayoutEntry) -> Result<Option<Bundled>, registry::Error> {
    let Some(EntryName::Reference(reference)) = &entry.name else {
        return Ok(None);
    };
    let root = layout.document(&entry.descriptor.digest)?;
    let images = match root.content {
        Content::Manifest(manifest) => vec![(None, manifest)],
        Content::Index(entries) => held(layout, &entries)?,
    };
    let mut platforms = Vec::new();
    let mut layers = BTreeMap::new();
    for (platform, manifest) in images {
        platforms.push(match platform {
            Some(platform) => platform,
            None => layout.config(&manifest)?.platform,
        });
        layers.extend(
            manifest
                .layers
                .iter()
                .map(|layer| (layer.digest.clone(), layer.size)),
        );
    }
    Ok(Some(Bundled {
        reference: reference.clone(),
        digest: root.digest,
        platforms,
        size: layers.values().fold(0, |sum, size| sum.saturating_add(*size)),
    }))
}

/// The images of an index that the bundle holds. The others were not asked for when it was made.
fn held(
    layout: &Layout,
    entries: &[Descriptor],
) -> Result<Vec<(Option<Platform>, ImageManifest)>, registry::Error> {
    let mut images = Vec::new();
    for entry in entries {
        match layout.document(&entry.digest) {
            Ok(document) => {
                if let Content::Manifest(manifest) = document.content {
                    images.push((entry.platform.clone(), manifest));
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Invalid(Invalid::NotHeld { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(images)
}
