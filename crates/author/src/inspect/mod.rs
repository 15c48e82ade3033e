//! Gathering the facts that rules judge: everything that reads files and images is here.

mod binary;
pub(crate) mod dockerfile;
mod folder;
mod icon;
mod image;
pub(crate) mod labels;
pub(crate) mod page;

use std::collections::BTreeMap;

use camino::Utf8Path;
use model::metadata::MetadataParse;
use model::{ImagePath, Metadata, Platform};

use crate::Parts;
use crate::error::Error;
use crate::files::Oddities;
use crate::text::SourceText;
pub(crate) use binary::{Architecture, Binary, Format};
pub(crate) use icon::Icon;
pub use image::Reading;
pub(crate) use labels::{LabelSource, LabelValue};

/// The most files of one image that are looked at: against folders and images that exhaust this program.
pub(crate) const MAX_FILES: usize = 200_000;
/// The largest text that is read, in bytes. Larger ones are no metadata, compose file, build file or page.
pub(crate) const MAX_TEXT: u64 = 1024 * 1024;
/// How much of a file is read to tell what it is, in bytes. Headers of executables stand in there.
pub(crate) const HEAD: u64 = 4096;
/// The largest icon that is read, in bytes; a larger one is judged by its size alone.
pub(crate) const MAX_ICON: u64 = 4 * 1024 * 1024;

/// Everything that is known about a release before any rule judges it.
#[derive(Debug, Default)]
pub(crate) struct Inspected {
    /// What was looked at, as the user named it.
    pub(crate) subject: String,
    pub(crate) metadata: Option<MetadataFacts>,
    /// The labels, where there is anything that sets them.
    pub(crate) labels: Option<LabelSource>,
    pub(crate) compose: Option<SourceText>,
    /// One for each platform; of a folder that makes no image by itself, one without a platform.
    pub(crate) images: Vec<ImageFacts>,
    /// The tag that was named, where one was.
    pub(crate) tag: Option<model::Tag>,
    /// Whether this is an image as others will fetch it, so that its platforms can be judged.
    pub(crate) is_published_form: bool,
    /// Whether what is missing here may well be elsewhere.
    pub(crate) is_partial: bool,
    /// What of a folder cannot become part of a release.
    pub(crate) oddities: Oddities,
}

/// The metadata file, as text and as what it says.
#[derive(Debug)]
pub(crate) struct MetadataFacts {
    pub(crate) text: SourceText,
    pub(crate) parsed: Result<Metadata, MetadataParse>,
}

impl MetadataFacts {
    pub(crate) fn read(name: impl Into<String>, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self {
            parsed: Metadata::parse(bytes),
            text: SourceText::json(name, text),
        }
    }
}

/// The files of one platform's image.
#[derive(Debug, Default)]
pub(crate) struct ImageFacts {
    pub(crate) platform: Option<Platform>,
    pub(crate) files: BTreeMap<ImagePath, FileFacts>,
    /// Whether a file that is not among `files` is not in the image either.
    pub(crate) is_complete: bool,
    /// What users download, in bytes, where that is known.
    pub(crate) download: Option<u64>,
    /// Files that several layers bring, with how many do.
    pub(crate) repeated: BTreeMap<ImagePath, usize>,
}

/// One file.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileFacts {
    pub(crate) size: u64,
    /// Whether it has an execute bit; nothing where that cannot be seen.
    pub(crate) executable: Option<bool>,
    pub(crate) content: Content,
}

/// What was found inside a file that the metadata names.
#[derive(Debug, Clone, Default)]
pub(crate) enum Content {
    /// It was not looked into.
    #[default]
    Unseen,
    /// The icon; nothing where it is no image.
    Icon(Option<Icon>),
    /// A page.
    Page(SourceText),
    /// A host binary.
    Binary(Binary),
}

/// What is looked for in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    Icon,
    Page,
    Binary,
}

impl Interest {
    /// How many bytes of the file are needed.
    pub(crate) fn bytes(self) -> u64 {
        match self {
            Self::Icon => MAX_ICON,
            Self::Page => MAX_TEXT,
            Self::Binary => HEAD,
        }
    }

    /// What the beginning of a file says.
    pub(crate) fn look(self, name: &str, path: &ImagePath, bytes: &[u8]) -> Content {
        match self {
            Self::Icon => Content::Icon(icon::look(path, bytes)),
            Self::Page => Content::Page(SourceText::plain(name, String::from_utf8_lossy(bytes))),
            Self::Binary => Content::Binary(binary::look(bytes)),
        }
    }
}

/// What is to be looked into, of all the files that the metadata names.
pub(crate) fn interests(metadata: &Metadata, path: &ImagePath) -> Option<Interest> {
    if metadata.icon.as_ref() == Some(path) {
        return Some(Interest::Icon);
    }
    if metadata.tabs.iter().any(|tab| tab.root.join(&tab.src) == *path) {
        return Some(Interest::Page);
    }
    let systems = model::platform::System::ALL;
    let mut named = systems.into_iter().flat_map(|system| metadata.host.of(system));
    named
        .any(|binary| path.is_within(binary))
        .then_some(Interest::Binary)
}

/// Looks at a folder with a `metadata.json`, or at such a file alone.
pub(crate) fn path(path: &Utf8Path) -> Result<Inspected, Error> {
    folder::inspect(path)
}

/// Takes what is known of a release without its files.
pub(crate) fn parts(subject: &str, parts: &Parts<'_>) -> Inspected {
    Inspected {
        subject: subject.to_owned(),
        metadata: parts
            .metadata
            .map(|bytes| MetadataFacts::read("metadata.json", bytes)),
        labels: parts.labels.map(LabelSource::of_image),
        is_partial: true,
        ..Inspected::default()
    }
}
