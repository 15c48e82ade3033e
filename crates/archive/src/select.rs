//! From paths in an image to files in a destination.

use std::collections::{HashSet, btree_map};

use model::text::quote;

use crate::destinations::Destinations;
use crate::error::{Error, shown};
use crate::file_names::FileNames;
use crate::limits::Limits;
use crate::selection::{LeftOut, LeftOutReason, Selected, SelectedFile, Selection, SelectionKind};
use crate::tree::{File, Folder, ImageTree, Kind, LastLink, NodeId, ROOT, Step, TooManyLinks};

impl ImageTree {
    /// Resolves `requests` to files.
    ///
    /// Links are followed inside the image's root, absolute ones from there. Inside a selected folder a link to a
    /// file or a folder stands for the content of its target; one that leads nowhere, or to a folder that it stands
    /// in, is left out with a warning. Names are held against what this system's files can be called.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`], [`Error::BrokenLink`], [`Error::TooManyLinks`], [`Error::NotAFile`] and [`Error::NotAFolder`] for a
    /// request itself; for anything in it [`Error::Special`], [`Error::WrittenThroughLink`], [`Error::NotUtf8`],
    /// [`Error::FileName`], [`Error::Collision`]; and [`Error::Limit`].
    pub fn select(&self, requests: &[Selection], limits: &Limits) -> Result<Selected, Error> {
        let mut selecting = Selecting {
            tree: self,
            limits,
            visited: 0,
            size: 0,
            inside: HashSet::new(),
            destinations: Destinations::new(FileNames::of_this_system()),
            warnings: Vec::new(),
        };
        for request in requests {
            selecting.request(request)?;
        }
        Ok(Selected {
            files: selecting.destinations.into_files(),
            warnings: selecting.warnings,
        })
    }
}

/// A selection half made.
struct Selecting<'t> {
    tree: &'t ImageTree,
    limits: &'t Limits,
    /// Files, folders and links come by.
    visited: u64,
    /// Bytes of the files so far.
    size: u64,
    /// The folders that are being visited, and those that they stand in.
    inside: HashSet<NodeId>,
    destinations: Destinations,
    warnings: Vec<LeftOut>,
}

/// A folder that is being visited.
struct Visit<'t> {
    /// The way to it, without links.
    trail: Vec<Step<'t>>,
    children: btree_map::Iter<'t, Box<[u8]>, NodeId>,
    /// What it added to `inside`.
    entered: Vec<NodeId>,
    source: usize,
    destination: usize,
}

/// Where something stands and where it goes.
#[derive(Default)]
struct Paths {
    source: String,
    destination: String,
}

impl Paths {
    fn push(&mut self, name: &str) {
        for path in [&mut self.source, &mut self.destination] {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
        }
    }
}

impl<'t> Selecting<'t> {
    fn request(&mut self, request: &'t Selection) -> Result<(), Error> {
        let source = request.source.as_str();
        let path = || source.to_owned();
        let paths = Paths {
            source: path(),
            destination: request.destination.clone(),
        };
        self.refuse_touched(source, source.as_bytes())?;
        let trail = match self.tree.walk(&[], source.as_bytes(), LastLink::Follow) {
            Ok(trail) => trail,
            Err(TooManyLinks) => return Err(Error::TooManyLinks { path: path() }),
        };
        let Some(node) = trail.node() else {
            return Err(match trail.links {
                0 => Error::Missing { path: path() },
                _ => Error::BrokenLink { path: path() },
            });
        };
        self.refuse_touched(source, &trail.path())?;
        self.count_visit()?;
        match (self.tree.kind(node), request.kind) {
            (Kind::File(_), SelectionKind::Folder) => Err(Error::NotAFolder { path: path() }),
            (Kind::Folder(_), SelectionKind::File) => Err(Error::NotAFile { path: path() }),
            (Kind::File(file), _) => self.take(&paths, *file),
            (Kind::Folder(folder), _) => self.take_folder(trail.steps, folder, paths),
            (Kind::Special(kind), _) => Err(Error::Special {
                path: path(),
                kind: *kind,
            }),
            (Kind::SymbolicLink(_) | Kind::Dangling(_), _) => Err(Error::BrokenLink { path: path() }),
        }
    }

    /// Takes all that stands below a folder. Folders in folders wait on a stack of our own, whose depth the limit on the
    /// length of paths bounds.
    fn take_folder(&mut self, trail: Vec<Step<'t>>, folder: &'t Folder, paths: Paths) -> Result<(), Error> {
        let mut paths = paths;
        let mut visits = vec![self.enter(trail, folder, &paths)];
        while let Some(visit) = visits.last_mut() {
            paths.source.truncate(visit.source);
            paths.destination.truncate(visit.destination);
            let Some((name, node)) = visit.children.next() else {
                for node in &visit.entered {
                    self.inside.remove(node);
                }
                visits.pop();
                continue;
            };
            self.come_by(&mut paths, name)?;
            let Some((node, trail)) = self.arrive(&visit.trail, name, *node, &paths)? else {
                continue;
            };
            match self.tree.kind(node) {
                Kind::File(file) => self.take(&paths, *file)?,
                Kind::Folder(folder) => visits.push(self.enter(trail, folder, &paths)),
                Kind::Special(kind) => {
                    return Err(Error::Special {
                        path: paths.source,
                        kind: *kind,
                    });
                }
                Kind::SymbolicLink(_) | Kind::Dangling(_) => self.leave_out(&paths, LeftOutReason::Broken),
            }
        }
        Ok(())
    }

    fn enter(&mut self, trail: Vec<Step<'t>>, folder: &'t Folder, paths: &Paths) -> Visit<'t> {
        let way = trail.iter().filter_map(|step| step.node).chain([ROOT]);
        let entered = way.filter(|node| self.inside.insert(*node)).collect();
        Visit {
            trail,
            children: folder.children.iter(),
            entered,
            source: paths.source.len(),
            destination: paths.destination.len(),
        }
    }

    /// Goes on to a name in a folder, within the limits.
    fn come_by(&mut self, paths: &mut Paths, name: &[u8]) -> Result<(), Error> {
        let Ok(name) = str::from_utf8(name) else {
            let path = format!("{}/{}", paths.source, shown(name));
            return Err(Error::NotUtf8 { path });
        };
        paths.push(name);
        let longest = paths.source.len().max(paths.destination.len());
        self.limits.check_path(longest, || quote(&paths.source))?;
        self.count_visit()
    }

    /// What stands under a name in the folder at the end of `start`, behind links, and the way to it; nothing if it
    /// is left out.
    fn arrive(
        &mut self,
        start: &[Step<'t>],
        name: &'t [u8],
        node: NodeId,
        paths: &Paths,
    ) -> Result<Option<(NodeId, Vec<Step<'t>>)>, Error> {
        let Ok(trail) = self.tree.walk(start, name, LastLink::Follow) else {
            self.leave_out(paths, LeftOutReason::TooManyLinks);
            return Ok(None);
        };
        let Some(target) = trail.node() else {
            self.leave_out(paths, LeftOutReason::Broken);
            return Ok(None);
        };
        if target != node {
            self.refuse_touched(&paths.source, &trail.path())?;
            if self.inside.contains(&target) {
                self.leave_out(paths, LeftOutReason::Cycle);
                return Ok(None);
            }
        }
        Ok(Some((target, trail.steps)))
    }

    fn take(&mut self, paths: &Paths, file: File) -> Result<(), Error> {
        let is_new = self.destinations.add(SelectedFile {
            destination: paths.destination.clone(),
            content: file.content,
            executable: file.executable,
            size: file.size,
        })?;
        if is_new {
            self.size = self.size.saturating_add(file.size);
        }
        self.limits.check_payload_size(self.size)
    }

    fn count_visit(&mut self) -> Result<(), Error> {
        self.visited += 1;
        self.limits.check_payload_files(self.visited)
    }

    /// Fails where an entry that was set aside would have changed what stands at `place`.
    fn refuse_touched(&self, source: &str, place: &[u8]) -> Result<(), Error> {
        match self.tree.written_through.touching(place) {
            None => Ok(()),
            Some(entry) => Err(Error::WrittenThroughLink {
                path: source.to_owned(),
                entry: shown(entry),
            }),
        }
    }

    fn leave_out(&mut self, paths: &Paths, reason: LeftOutReason) {
        self.warnings.push(LeftOut {
            path: paths.source.clone(),
            reason,
        });
    }
}
