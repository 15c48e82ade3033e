//! The `host` section: files for the user's machine, by system. Forms of 2021 included (contract, 1.3).

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::reader::{Place, Reader, present};
use super::{MetadataParse, MetadataWarning};
use crate::image_path::ImagePath;
use crate::platform::System;

/// The keys of Windows entries of 2021 that ran an installer. Such an entry brings a file only if it has a `path` too.
const INSTALLER_KEYS: [&str; 4] = ["command", "assetsPath", "script", "install"];

/// What the image brings for each desktop system: executables, but also data files and whole folders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostBinaries(BTreeMap<System, Vec<ImagePath>>);

impl HostBinaries {
    /// The paths for `system`, without repetitions, in the order of the metadata.
    pub fn of(&self, system: System) -> &[ImagePath] {
        self.0.get(&system).map_or(&[], Vec::as_slice)
    }

    /// The same without what is for `systems`.
    #[must_use]
    pub fn without(&self, systems: &[System]) -> Self {
        let mut left = self.0.clone();
        left.retain(|system, _| !systems.contains(system));
        Self(left)
    }

    /// Whether the image brings nothing for any system.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Reader<'_> {
    pub(super) fn host(&mut self, document: &Map<String, Value>) -> Result<HostBinaries, MetadataParse> {
        let Some(section) = Place::root().section(document, "host")? else {
            return Ok(HostBinaries::default());
        };
        let place = Place::root().key("host").key("binaries");
        let Some(binaries) = present(section, "binaries") else {
            return Ok(HostBinaries::default());
        };
        let entries = binaries
            .as_array()
            .ok_or_else(|| place.wrong_type(binaries, "a list"))?;
        let mut found = BTreeMap::new();
        for system in System::ALL {
            let paths = self.binaries_of(system, entries, &place)?;
            if !paths.is_empty() {
                found.insert(system, paths);
            }
        }
        Ok(HostBinaries(found))
    }

    /// The entries of the list add up.
    fn binaries_of(
        &mut self,
        system: System,
        entries: &[Value],
        place: &Place,
    ) -> Result<Vec<ImagePath>, MetadataParse> {
        let (mut paths, mut seen) = (Vec::new(), HashSet::new());
        for (index, entry) in entries.iter().enumerate() {
            let place = place.index(index);
            let Some(files) = present(place.object(entry)?, system.name()) else {
                continue;
            };
            let place = place.key(system.name());
            for (item, place) in items(files, &place) {
                if let Some(path) = self.binary(item, &place)?
                    && seen.insert(path.clone())
                {
                    paths.push(path);
                }
            }
            self.check_count(&place, paths.len())?;
        }
        Ok(paths)
    }

    fn binary(&mut self, item: &Value, place: &Place) -> Result<Option<ImagePath>, MetadataParse> {
        let path = match item {
            Value::String(text) => place.parse(text)?,
            Value::Object(object) => match place.path(object, "path")? {
                Some(path) => {
                    self.warn_if_obsolete(place, object, &INSTALLER_KEYS);
                    path
                }
                None if INSTALLER_KEYS.iter().any(|key| object.contains_key(*key)) => {
                    self.warnings
                        .push(MetadataWarning::NoFile { place: place.name() });
                    return Ok(None);
                }
                None => {
                    return Err(MetadataParse::Missing {
                        place: place.key("path").name(),
                    });
                }
            },
            other => return Err(place.wrong_type(other, "an object with a `path`")),
        };
        if path.is_root() {
            return Err(MetadataParse::NotAFile { place: place.name() });
        }
        Ok(Some(path))
    }
}

/// Today a list; for some days of 2021 one text, or one object.
fn items<'a>(files: &'a Value, place: &Place) -> Vec<(&'a Value, Place)> {
    match files {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (item, place.index(index)))
            .collect(),
        single => vec![(single, place.clone())],
    }
}
