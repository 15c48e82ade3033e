//! The unpacker that the archive room is held against: it does one entry after the other to a flat map of all paths, as
//! the image specification tells it, with no thought for speed or memory.

use std::collections::{BTreeMap, BTreeSet};

/// What a layer does to the image, by paths without leading slash.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    File(String),
    Folder(String),
    SymbolicLink(String, String),
    HardLink(String, String),
    Device(String),
    Whiteout(String),
    Opaque(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Thing {
    Folder,
    /// With its content.
    File(String),
    /// With its target.
    Link(String),
    Device,
    /// A hard link to what is not there, with its target.
    Dangling(String),
}

/// What selecting a folder comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// The files as `path=content`, and what is left out with the reason.
    Folder(Vec<String>, BTreeSet<(String, &'static str)>),
    Refused(&'static str),
}

/// An image that is being unpacked.
#[derive(Default)]
pub(crate) struct Unpacker {
    /// Each thing, and the last layer that had to do with it or with anything below it.
    things: BTreeMap<String, (Thing, usize)>,
    /// What entries would have touched whose path passes a link: as they are written, and where the links lead.
    aside: BTreeSet<String>,
    dangling: Vec<String>,
}

/// Where a path leads.
struct Place {
    path: String,
    exists: bool,
    links: usize,
}

impl Unpacker {
    /// Applies one layer; every file's content is given by its position.
    pub(crate) fn apply(&mut self, layer: usize, changes: &[Change], content: impl Fn(usize) -> String) {
        for (position, change) in changes.iter().enumerate() {
            match change {
                Change::File(path) => self.put(layer, path, Thing::File(content(position))),
                Change::Folder(path) => self.put(layer, path, Thing::Folder),
                Change::Device(path) => self.put(layer, path, Thing::Device),
                Change::SymbolicLink(path, target) => self.put(layer, path, Thing::Link(target.clone())),
                Change::HardLink(path, target) => self.put(layer, path, Thing::Dangling(target.clone())),
                Change::Whiteout(path) => self.hide(layer, path, true),
                Change::Opaque(path) => self.hide(layer, path, false),
            }
        }
        // The targets of hard links may come after them.
        for path in std::mem::take(&mut self.dangling) {
            if let Some((Thing::Dangling(target), _)) = self.things.get(&path)
                && let Some(shared) = self.shared(target)
                && let Some((thing, _)) = self.things.get_mut(&path)
            {
                *thing = shared;
            }
        }
    }

    fn put(&mut self, layer: usize, path: &str, thing: Thing) {
        if self.is_behind_link(path) {
            return self.set_aside(path, true);
        }
        for folder in above(path) {
            self.set(layer, folder, Thing::Folder);
        }
        match thing {
            Thing::Dangling(target) => {
                let shared = self.shared(&target);
                if shared.is_none() {
                    self.dangling.push(path.to_owned());
                }
                self.set(layer, path, shared.unwrap_or(Thing::Dangling(target)));
            }
            other => self.set(layer, path, other),
        }
    }

    fn set(&mut self, layer: usize, path: &str, thing: Thing) {
        if thing != Thing::Folder {
            self.things.retain(|other, _| !is_below(other, path));
        }
        self.things.insert(path.to_owned(), (thing, layer));
    }

    fn hide(&mut self, layer: usize, path: &str, with_folder: bool) {
        let first_link = if with_folder {
            path.to_owned()
        } else {
            format!("{path}/x")
        };
        if self.is_behind_link(&first_link) {
            return self.set_aside(path, with_folder);
        }
        self.things.retain(|other, (_, of)| {
            *of == layer || !(is_below(other, path) || with_folder && other == path)
        });
    }

    /// Whether one of the folders that a path names is a symbolic link.
    fn is_behind_link(&self, path: &str) -> bool {
        above(path).any(|folder| matches!(self.things.get(folder), Some((Thing::Link(_), _))))
    }

    /// With `is_named`, the last part of the path is only a name; else it is followed too.
    fn set_aside(&mut self, path: &str, is_named: bool) {
        self.aside.insert(path.to_owned());
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) if is_named => (folder, Some(name)),
            _ if is_named => ("", Some(path)),
            _ => (path, None),
        };
        if let Ok(place) = self.resolve("", folder, true) {
            self.aside.insert(match name {
                Some(name) => join(&place.path, name),
                None => place.path,
            });
        }
    }

    /// What a hard link to `target` shares with it.
    fn shared(&self, target: &str) -> Option<Thing> {
        let place = self
            .resolve("", target, false)
            .ok()
            .filter(|place| place.exists)?;
        match self.things.get(&place.path) {
            None | Some((Thing::Folder | Thing::Dangling(_), _)) => None,
            Some((thing, _)) => Some(thing.clone()),
        }
    }

    /// Follows a path from a folder as a process would whose root is the image's.
    ///
    /// # Errors
    ///
    /// After 40 links.
    fn resolve(&self, start: &str, path: &str, follow_last: bool) -> Result<Place, &'static str> {
        let mut place = Place {
            path: start.to_owned(),
            exists: true,
            links: 0,
        };
        let mut pending: Vec<String> = parts(path);
        while let Some(part) = pending.pop() {
            if part == ".." {
                place.exists &= place.path.is_empty() || self.is_folder(&place.path);
                let end = place.path.rfind('/').unwrap_or(0);
                place.path.truncate(end);
                continue;
            }
            let next = join(&place.path, &part);
            match self.things.get(&next) {
                Some((Thing::Link(target), _))
                    if !target.is_empty() && (follow_last || !pending.is_empty()) =>
                {
                    place.links += 1;
                    if place.links > 40 {
                        return Err("too many links");
                    }
                    if target.starts_with('/') {
                        place.path = String::new();
                    }
                    pending.extend(parts(target));
                }
                found => {
                    place.exists &= found.is_some();
                    place.path = next;
                }
            }
        }
        Ok(place)
    }

    fn is_folder(&self, path: &str) -> bool {
        matches!(self.things.get(path), Some((Thing::Folder, _)))
    }

    fn is_touched(&self, path: &str) -> bool {
        let touches = |other: &String| other == path || is_below(path, other) || is_below(other, path);
        self.aside.iter().any(touches)
    }

    /// Selects the folder at a path.
    pub(crate) fn folder(&self, path: &str) -> Outcome {
        let mut found = (Vec::new(), BTreeSet::new());
        match self.select(path, &mut found) {
            Ok(()) => Outcome::Folder(found.0, found.1),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn select(&self, path: &str, found: &mut Found) -> Result<(), &'static str> {
        if self.is_touched(path) {
            return Err("written through a link");
        }
        let place = self.resolve("", path, true)?;
        if !place.exists {
            return Err(if place.links == 0 { "missing" } else { "broken" });
        }
        if self.is_touched(&place.path) {
            return Err("written through a link");
        }
        match self.things.get(&place.path) {
            None | Some((Thing::Folder, _)) => self.expand(&place.path, path, "", &[], found),
            Some((Thing::File(_), _)) => Err("no folder"),
            Some((Thing::Device, _)) => Err("special"),
            Some((Thing::Link(_) | Thing::Dangling(_), _)) => Err("broken"),
        }
    }

    /// Takes what stands below the folder at `place`, which is reached as `source`.
    fn expand(
        &self,
        place: &str,
        source: &str,
        destination: &str,
        outer: &[&str],
        found: &mut Found,
    ) -> Result<(), &'static str> {
        let inside = [outer, &[place]].concat();
        let is_inside = |target: &str| {
            target.is_empty()
                || inside
                    .iter()
                    .any(|folder| *folder == target || is_below(folder, target))
        };
        let children = self.things.keys().filter(|path| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folder == place
        });
        for child in children {
            let name = child.rsplit('/').next().unwrap_or(child);
            let (source, destination) = (join(source, name), join(destination, name));
            let Ok(target) = self.resolve(place, name, true) else {
                found.1.insert((source, "too many links"));
                continue;
            };
            if !target.exists {
                found.1.insert((source, "broken"));
                continue;
            }
            if target.path != *child {
                if self.is_touched(&target.path) {
                    return Err("written through a link");
                }
                if is_inside(&target.path) {
                    found.1.insert((source, "cycle"));
                    continue;
                }
            }
            match self.things.get(&target.path) {
                Some((Thing::File(content), _)) => found.0.push(format!("{destination}={content}")),
                Some((Thing::Folder, _)) => {
                    self.expand(&target.path, &source, &destination, &inside, found)?;
                }
                Some((Thing::Device, _)) => return Err("special"),
                _ => {
                    found.1.insert((source, "broken"));
                }
            }
        }
        Ok(())
    }
}

/// Files, and what is left out.
type Found = (Vec<String>, BTreeSet<(String, &'static str)>);

/// The parts of a path, the last first.
fn parts(path: &str) -> Vec<String> {
    let named = path.split('/').filter(|part| !matches!(*part, "" | "."));
    named.rev().map(str::to_owned).collect()
}

/// The folders that a path names, from the top.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(slash, _)| &path[..slash])
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() && !path.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
