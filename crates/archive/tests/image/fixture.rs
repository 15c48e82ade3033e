//! Images out of archives, and short words for what is done with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use archive::{
    ContentKey, Error, ImageTree, LayerIndex, LayerSource, LeftOutReason, Limits, Selected, Selection,
    SelectionKind, Sink, Want, read_layer,
};
use model::{Digest, ImagePath};

use crate::builder::Tar;

/// A sink that keeps everything.
#[derive(Default)]
pub(crate) struct Kept(pub(crate) HashMap<ContentKey, Vec<u8>>);

impl Sink for Kept {
    fn store(&mut self, key: ContentKey, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, size);
        self.0.insert(key, bytes);
        Ok(())
    }
}

pub(crate) fn path(text: &str) -> ImagePath {
    ImagePath::parse(text).unwrap()
}

pub(crate) fn everything() -> Want {
    Want::Below(vec![ImagePath::root()])
}

/// Reads an uncompressed layer with default limits and the right `DiffID`.
pub(crate) fn read(tar: &[u8]) -> Result<(LayerIndex, Kept), Error> {
    read_as(tar, tar, &Limits::default())
}

/// Reads a layer that is sent as `sent` and unpacks to `tar`.
pub(crate) fn read_as(sent: &[u8], tar: &[u8], limits: &Limits) -> Result<(LayerIndex, Kept), Error> {
    let mut kept = Kept::default();
    let source = LayerSource {
        layer: 0,
        diff_id: &Digest::of(tar),
        compressed_size: sent.len() as u64,
    };
    let index = read_layer(sent, &source, &everything(), limits, &mut kept)?;
    Ok((index, kept))
}

/// The contents that reached the sink, in the order of the archive.
pub(crate) fn contents(kept: &Kept) -> Vec<String> {
    let sorted: BTreeMap<_, _> = kept.0.iter().collect();
    sorted
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect()
}

/// An image with the bytes of all its files.
pub(crate) struct Image {
    tree: ImageTree,
    contents: HashMap<ContentKey, Vec<u8>>,
}

/// Merges layers, the bottom one first.
pub(crate) fn image(layers: impl IntoIterator<Item = Tar>) -> Image {
    try_image(layers, &Limits::default()).unwrap()
}

pub(crate) fn try_image(layers: impl IntoIterator<Item = Tar>, limits: &Limits) -> Result<Image, Error> {
    let mut kept = Kept::default();
    let mut indexes = Vec::new();
    for (layer, tar) in (0..).zip(layers) {
        let bytes = tar.close();
        let source = LayerSource {
            layer,
            diff_id: &Digest::of(&bytes),
            compressed_size: bytes.len() as u64,
        };
        indexes.push(read_layer(
            bytes.as_slice(),
            &source,
            &everything(),
            limits,
            &mut kept,
        )?);
    }
    Ok(Image {
        tree: ImageTree::merge(indexes, limits)?,
        contents: kept.0,
    })
}

pub(crate) fn selection(source: &str, destination: &str, kind: SelectionKind) -> Selection {
    Selection {
        source: path(source),
        destination: destination.to_owned(),
        kind,
    }
}

impl Image {
    pub(crate) fn select(&self, requests: &[Selection]) -> Result<Selected, Error> {
        self.tree.select(requests, &Limits::default())
    }

    pub(crate) fn select_within(&self, requests: &[Selection], limits: &Limits) -> Result<Selected, Error> {
        self.tree.select(requests, limits)
    }

    pub(crate) fn content(&self, key: ContentKey) -> String {
        String::from_utf8_lossy(&self.contents[&key]).into_owned()
    }

    /// What a folder comes to: each file as `path=content`, with `*` behind the path of an executable one.
    pub(crate) fn folder(&self, source: &str) -> Result<Vec<String>, Error> {
        let selected = self.select(&[selection(source, "", SelectionKind::Folder)])?;
        let show = |file: &archive::SelectedFile| {
            let mark = if file.executable { "*" } else { "" };
            format!("{}{mark}={}", file.destination, self.content(file.content))
        };
        Ok(selected.files.iter().map(show).collect())
    }

    /// What a folder leaves out.
    pub(crate) fn left_out(&self, source: &str) -> BTreeSet<(String, Reason)> {
        let selected = self
            .select(&[selection(source, "", SelectionKind::Folder)])
            .unwrap();
        let reason = |reason| match reason {
            LeftOutReason::Broken => Reason::Broken,
            LeftOutReason::TooManyLinks => Reason::TooManyLinks,
            LeftOutReason::Cycle => Reason::Cycle,
        };
        selected
            .warnings
            .into_iter()
            .map(|left_out| (left_out.path, reason(left_out.reason)))
            .collect()
    }

    /// The content of the file at a path.
    pub(crate) fn file(&self, source: &str) -> Result<String, Error> {
        let selected = self.select(&[selection(source, "file", SelectionKind::File)])?;
        Ok(self.content(selected.files[0].content))
    }
}

/// [`LeftOutReason`], sortable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    Broken,
    TooManyLinks,
    Cycle,
}
