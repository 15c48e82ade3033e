//! Rules about which files there are, and how they are called.

use std::collections::{BTreeMap, HashMap};

use archive::FileNames;
use model::platform::System;
use model::text::quote;
use model::{ImagePath, Metadata};
use serde_json::Value;

use super::findings::Findings;
use super::table;
use crate::inspect::{ImageFacts, Inspected, MetadataFacts};
use crate::report::Location;

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    for link in &inspected.oddities.links_outside {
        findings.add(
            &table::FILE_LINK,
            format!("{} is a link out of the folder", quote(link)),
        );
    }
    for (path, problem) in &inspected.oddities.bad_names {
        findings.add(
            &table::FILE_NAME,
            format!("{} cannot be in an image: {problem}", quote(path)),
        );
    }
    let Some(facts) = &inspected.metadata else { return };
    let Ok(metadata) = &facts.parsed else { return };
    let named = named(metadata, &BinaryPlaces::of(facts), inspected);
    for image in &inspected.images {
        if image.is_complete {
            for file in &named {
                missing(file, facts.text.at(&file.place), image, findings);
            }
        }
        names(metadata, image, findings);
    }
}

/// A path that the metadata names, and where it does.
struct Named {
    path: ImagePath,
    place: String,
}

fn named(metadata: &Metadata, places: &BinaryPlaces, inspected: &Inspected) -> Vec<Named> {
    let mut named = Vec::new();
    let mut add = |path: &ImagePath, place: String| {
        named.push(Named {
            path: path.clone(),
            place,
        });
    };
    if let Some(icon) = &metadata.icon {
        add(icon, "icon".to_owned());
    }
    for tab in &metadata.tabs {
        add(&tab.root.join(&tab.src), format!("ui.{}.src", tab.name));
    }
    if let Some(file) = metadata.vm.as_ref().and_then(|vm| vm.compose_file.as_ref()) {
        add(file, "vm.composefile".to_owned());
    }
    let prefix = inspected.tag.as_ref().and_then(model::version::ReleaseTag::parse);
    let prefix = prefix.and_then(|release| release.prefix);
    for system in System::ALL {
        // A release for one system alone needs no files of the others.
        if prefix.is_none_or(|only| only == system) {
            for path in metadata.host.of(system) {
                add(path, places.get(system, path).to_owned());
            }
        }
    }
    named
}

/// Where the metadata lists host binaries: the first place of each path.
pub(super) struct BinaryPlaces(HashMap<(System, ImagePath), String>);

impl BinaryPlaces {
    pub(super) fn of(metadata: &MetadataFacts) -> Self {
        let mut places = HashMap::new();
        let document: Value = serde_json::from_str(&metadata.text.text).unwrap_or_default();
        let entries = document["host"]["binaries"].as_array();
        for (index, entry) in entries.into_iter().flatten().enumerate() {
            for system in System::ALL {
                let files = entry[system.name()].as_array();
                for (number, file) in files.into_iter().flatten().enumerate() {
                    if let Some(Ok(path)) = file["path"].as_str().map(ImagePath::parse) {
                        let place = format!("host.binaries[{index}].{system}[{number}].path");
                        places.entry((system, path)).or_insert(place);
                    }
                }
            }
        }
        Self(places)
    }

    /// The place of a path; of one in a form of 2021 that of the list.
    pub(super) fn get(&self, system: System, path: &ImagePath) -> &str {
        let place = self.0.get(&(system, path.clone()));
        place.map_or("host.binaries", String::as_str)
    }
}

fn missing(named: &Named, at: Location, image: &ImageFacts, findings: &mut Findings) {
    // Files are sorted, so that a folder's content stands right behind where its name would.
    let next = image.files.range(&named.path..).next();
    if next.is_none_or(|(path, _)| !path.is_within(&named.path)) {
        findings
            .add(&table::FILE_MISSING, format!("{} is not there", named.path))
            .at(Some(at))
            .on(image.platform.as_ref());
    }
}

fn names(metadata: &Metadata, image: &ImageFacts, findings: &mut Findings) {
    for problem in bad_names(metadata, &image.files.keys()) {
        findings
            .add(&table::FILE_NAME, problem)
            .on(image.platform.as_ref());
    }
}

/// Names that some desktop cannot hold, as sentences. Only what is unpacked there matters.
pub(crate) fn bad_names<'a>(
    metadata: &Metadata,
    files: &(impl Iterator<Item = &'a ImagePath> + Clone),
) -> Vec<String> {
    let mut problems = Vec::new();
    for (rules, system, name) in [
        (FileNames::Windows, System::Windows, "Windows"),
        (FileNames::MacOs, System::Darwin, "macOS"),
    ] {
        let mut folded: BTreeMap<String, &ImagePath> = BTreeMap::new();
        for path in files.clone().filter(|path| is_unpacked(metadata, system, path)) {
            let problem = path.as_str().split('/').find_map(|part| rules.check(part).err());
            if let Some(problem) = problem {
                problems.push(format!("{path} cannot be held by {name}: {problem}"));
            }
            if let Some(other) = folded.insert(rules.fold(path.as_str()), path) {
                problems.push(format!("{other} and {path} are one name for {name}"));
            }
        }
    }
    problems
}

fn is_unpacked(metadata: &Metadata, system: System, path: &ImagePath) -> bool {
    let is_page = metadata.tabs.iter().any(|tab| path.is_within(&tab.root));
    is_page
        || metadata
            .host
            .of(system)
            .iter()
            .any(|listed| path.is_within(listed))
}
