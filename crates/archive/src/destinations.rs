//! Where selected files go: every place once, and only names that the system can hold.

use std::collections::HashMap;

use crate::error::Error;
use crate::file_names::FileNames;
use crate::index::ContentKey;
use crate::selection::SelectedFile;

/// The number of the folder that destinations begin in.
const TOP: usize = 0;

/// The selected files so far, and the folders that they need.
#[derive(Debug)]
pub(crate) struct Destinations {
    names: FileNames,
    files: Vec<SelectedFile>,
    /// From a folder's number and a name in it, as the system tells names apart, to what has that name.
    places: HashMap<(usize, String), Place>,
}

#[derive(Debug)]
struct Place {
    /// Its name as it was written first.
    name: String,
    holds: Holds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Folder(usize),
    File(ContentKey),
}

impl Destinations {
    pub(crate) fn new(names: FileNames) -> Self {
        Self {
            names,
            files: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Adds a file. Returns whether it is new: the same content in the same place is no conflict.
    pub(crate) fn add(&mut self, file: SelectedFile) -> Result<bool, Error> {
        let mut folder = TOP;
        for (slash, _) in file.destination.match_indices('/') {
            let next = Holds::Folder(self.places.len() + 1);
            match self.place(folder, &file.destination, slash, next)? {
                Holds::Folder(number) => folder = number,
                Holds::File(_) => return Err(collision(&file.destination[..slash], &file.destination)),
            }
        }
        let before = self.places.len();
        let holds = Holds::File(file.content);
        if self.place(folder, &file.destination, file.destination.len(), holds)? != holds {
            return Err(collision(&file.destination, &file.destination));
        }
        let is_new = self.places.len() > before;
        if is_new {
            self.files.push(file);
        }
        Ok(is_new)
    }

    /// What stands in `folder` under the last part of `destination[..end]`; `holds`, if nothing did.
    fn place(&mut self, folder: usize, destination: &str, end: usize, holds: Holds) -> Result<Holds, Error> {
        let path = &destination[..end];
        let name = path.rsplit('/').next().unwrap_or(path);
        self.names.check(name).map_err(|problem| Error::FileName {
            destination: destination.to_owned(),
            problem,
        })?;
        let place = self
            .places
            .entry((folder, self.names.fold(name)))
            .or_insert_with(|| Place {
                name: name.to_owned(),
                holds,
            });
        if place.name == name {
            return Ok(place.holds);
        }
        let folder = path.strip_suffix(name).unwrap_or_default();
        Err(collision(&format!("{folder}{}", place.name), destination))
    }

    /// All files, sorted by destination.
    pub(crate) fn into_files(self) -> Vec<SelectedFile> {
        let mut files = self.files;
        files.sort_by(|one, other| one.destination.cmp(&other.destination));
        files
    }
}

fn collision(first: &str, second: &str) -> Error {
    Error::Collision {
        first: first.to_owned(),
        second: second.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(destination: &str, entry: u32) -> SelectedFile {
        SelectedFile {
            destination: destination.to_owned(),
            content: ContentKey { layer: 0, entry },
            executable: false,
            size: 0,
        }
    }

    fn both(names: FileNames, first: &str, second: &str) -> Result<bool, Error> {
        let mut destinations = Destinations::new(names);
        destinations.add(file(first, 0))?;
        destinations.add(file(second, 1))
    }

    #[test]
    fn names_that_differ_only_in_case_collide_where_that_matters() {
        for (first, second) in [
            ("ui/a.js", "ui/A.js"),
            ("ui/a", "UI/b"),
            ("ui/lib/a", "ui/LIB"),
            ("stra\u{df}e", "STRASSE"),
        ] {
            assert!(both(FileNames::Unix, first, second).is_ok(), "{first} {second}");
            for names in [FileNames::MacOs, FileNames::Windows] {
                let collision = both(names, first, second);
                assert!(
                    matches!(collision, Err(Error::Collision { .. })),
                    "{first} {second}"
                );
            }
        }
    }

    #[test]
    fn names_that_differ_only_in_normal_form_collide_on_macos() {
        let (composed, decomposed) = ("ui/\u{e9}", "ui/e\u{301}");
        assert!(matches!(
            both(FileNames::MacOs, composed, decomposed),
            Err(Error::Collision { .. })
        ));
        assert!(both(FileNames::Windows, composed, decomposed).is_ok());
    }

    #[test]
    fn a_collision_names_both_places() {
        let Err(Error::Collision { first, second }) = both(FileNames::MacOs, "ui/lib/a", "ui/Lib/b") else {
            panic!("no collision");
        };
        assert_eq!((first.as_str(), second.as_str()), ("ui/lib", "ui/Lib/b"));
    }

    #[test]
    fn every_part_of_a_destination_must_be_a_name() {
        for (names, destination) in [
            (FileNames::Unix, ""),
            (FileNames::Unix, "/etc/passwd"),
            (FileNames::Unix, "ui/../../x"),
            (FileNames::Unix, "ui//x"),
            (FileNames::Windows, "ui/nul/x"),
            (FileNames::Windows, "ui\\x"),
        ] {
            let refused = Destinations::new(names).add(file(destination, 0));
            assert!(matches!(refused, Err(Error::FileName { .. })), "{destination:?}");
        }
    }
}
