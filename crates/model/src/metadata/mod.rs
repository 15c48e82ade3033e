//! `/metadata.json`: what an extension consists of (contract, section 1).
//!
//! Read as tolerantly as existing images need, the forms of 2021 included, and no more: unknown keys are ignored, a
//! known key of a wrong type is refused with its place.

mod error;
mod host;
mod reader;

use serde_json::{Map, Value};

use crate::image_path::ImagePath;
use crate::labels::MAX_TITLE;
use crate::platform::System;
use crate::text::printable;

pub use error::{MetadataParse, MetadataWarning};
pub use host::HostBinaries;
use reader::{Place, Reader};

/// The largest metadata file that is read by default, in bytes. Existing ones stay below 20 KiB.
pub const MAX_METADATA: usize = 1024 * 1024;

/// What is accepted of a metadata file, against files that are made to exhaust their reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataLimits {
    /// The largest file, in bytes (setting `limits.metadata-size`): against memory exhaustion.
    pub size: usize,
    /// The deepest nesting of objects and lists (setting `limits.metadata-nesting`): against stack exhaustion.
    pub nesting: usize,
    /// The most tabs, and the most host binaries of one system (setting `limits.metadata-entries`): each costs a
    /// comparison for every entry of every layer.
    pub entries: usize,
}

impl Default for MetadataLimits {
    fn default() -> Self {
        Self {
            size: MAX_METADATA,
            nesting: 32,
            entries: 4096,
        }
    }
}

/// What an extension consists of. Every part is optional; an image with none of them is legal, if useless.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The icon of the sidebar.
    pub icon: Option<ImagePath>,
    /// The tabs that it adds to the dashboard, in the order of the file.
    pub tabs: Vec<Tab>,
    /// Its backend.
    pub vm: Option<Vm>,
    /// What it brings for the user's machine.
    pub host: HostBinaries,
    /// The display name of images from before 2022, for where the title label is missing. One line.
    pub name: Option<String>,
    /// The provider of images from before 2022, for where the vendor label is missing. One line.
    pub provider: Option<String>,
    warnings: Vec<MetadataWarning>,
}

/// A tab of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// The key of the metadata, such as `dashboard-tab`: one plain file name.
    pub name: String,
    /// The text of the sidebar, on one line.
    pub title: Option<String>,
    /// The folder of the image that holds the pages. May be the image's root.
    pub root: ImagePath,
    /// The entry page, relative to `root`.
    pub src: ImagePath,
    /// The entry page with the query and fragment that the metadata gives it: `index.html?v0.4.0`.
    pub address: String,
    /// The file name of the socket that the pages talk to.
    pub socket: Option<String>,
}

/// The backend: containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vm {
    /// The image to run, as written; it may hold `${DESKTOP_PLUGIN_IMAGE}`.
    pub image: Option<String>,
    /// The compose file to run. Where both are there, this one counts.
    pub compose_file: Option<ImagePath>,
    /// The file name below `/run/guest-services/` on which the backend listens.
    pub socket: Option<String>,
}

impl Metadata {
    /// Reads the bytes of a metadata file within the default limits.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataParse> {
        Self::parse_within(bytes, &MetadataLimits::default())
    }

    /// Reads the bytes of a metadata file within `limits`.
    pub fn parse_within(bytes: &[u8], limits: &MetadataLimits) -> Result<Self, MetadataParse> {
        let document = reader::document(bytes, limits)?;
        let mut reader = Reader::new(limits);
        let root = Place::root();
        let document = root.object(&document)?;
        let mut metadata = Self {
            icon: root.file(document, "icon")?,
            tabs: reader.tabs(document)?,
            vm: reader.vm(document)?,
            host: reader.host(document)?,
            name: legacy_line(document, "name").or_else(|| legacy_line(document, "desktop-plugin-name")),
            provider: legacy_line(document, "provider"),
            warnings: Vec::new(),
        };
        reader.warn_if_obsolete(&root, document, &["desktop-plugin-version"]);
        metadata.warnings = reader.warnings;
        Ok(metadata)
    }

    /// The files that an image has to hold because they are named here: the icon, the page of each tab, the compose file, and the
    /// programs of every system.
    pub fn named_files(&self) -> Vec<ImagePath> {
        let mut named: Vec<_> = self.icon.iter().cloned().collect();
        named.extend(self.tabs.iter().map(|tab| tab.root.join(&tab.src)));
        named.extend(self.vm.iter().filter_map(|vm| vm.compose_file.clone()));
        let systems = System::ALL.into_iter();
        named.extend(systems.flat_map(|system| self.host.of(system)).cloned());
        named
    }

    /// What was ignored or guessed.
    pub fn warnings(&self) -> &[MetadataWarning] {
        &self.warnings
    }
}

/// Keys that today's format does not know, and that must therefore never fail.
fn legacy_line(document: &Map<String, Value>, key: &str) -> Option<String> {
    let line = printable(document.get(key)?.as_str()?, MAX_TITLE);
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests;
