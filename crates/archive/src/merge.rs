//! Layers on layers, as an unpacker would apply them (OCI image specification, "Image Layer Filesystem Changeset").

use crate::error::{Error, shown};
use crate::index::{ContentKey, Entry, EntryKind, LayerIndex};
use crate::limits::Limits;
use crate::name::{append, parts, split_last};
use crate::tree::{File, Folder, ImageTree, Kind, LastLink, Node, NodeId, ROOT};

/// Begins the name of an entry that hides another one.
const WHITEOUT: &[u8] = b".wh.";
/// The name of an entry that hides all that lower layers put into its folder.
const OPAQUE: &[u8] = b".wh..wh..opq";

impl ImageTree {
    /// Applies the layers of an image on each other: `layers` is complete, the bottom one first.
    ///
    /// Whiteouts hide what lower layers hold and nothing of their own layer; of two entries of one name the last counts;
    /// what is no folder replaces a folder, and the reverse; missing parent folders are made. Nothing is followed: an
    /// entry whose path passes a link is set aside, and only a selection that it may touch fails over it.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] when all layers together pass [`Limits::entries`], and
    /// [`Error::Whiteout`].
    pub fn merge(layers: Vec<LayerIndex>, limits: &Limits) -> Result<Self, Error> {
        let subject = || "the image".to_owned();
        limits.check_entries(layers.iter().map(LayerIndex::len).sum(), subject)?;
        let names = layers.iter().map(LayerIndex::names_size).sum();
        limits.check_names(names, subject)?;
        let mut merge = Merge {
            tree: Self::new(),
            limits,
            names,
            number: 0,
            dangling: Vec::new(),
        };
        for layer in layers {
            merge.apply(&layer)?;
        }
        Ok(merge.tree)
    }
}

/// A tree with the layers so far.
struct Merge<'a> {
    tree: ImageTree,
    limits: &'a Limits,
    /// Bytes of names in memory.
    names: u64,
    /// The layer that is being applied, from 1 at the bottom.
    number: u32,
    /// Hard links of this layer whose target was not there.
    dangling: Vec<NodeId>,
}

/// The folder that an entry's path names before its last part.
enum Parent {
    Folder(NodeId),
    Absent,
    BehindLink,
}

impl Merge<'_> {
    fn apply(&mut self, layer: &LayerIndex) -> Result<(), Error> {
        self.number += 1;
        for entry in layer.entries() {
            let Some((folder, name)) = split_last(entry.path) else {
                continue; // the root, which is a folder whatever the entry says
            };
            if name == OPAQUE {
                self.hide_all(folder)?;
            } else if let Some(hidden) = name.strip_prefix(WHITEOUT) {
                if matches!(hidden, b"" | b"." | b"..") {
                    return Err(Error::Whiteout {
                        layer: layer.layer(),
                        path: shown(entry.path),
                    });
                }
                self.hide(folder, hidden)?;
            } else {
                self.put(layer.layer(), &entry, folder, name)?;
            }
        }
        self.retry_dangling();
        Ok(())
    }

    /// Sets what an entry says in its place.
    fn put(&mut self, layer: u32, entry: &Entry<'_>, folder: &[u8], name: &[u8]) -> Result<(), Error> {
        let Parent::Folder(parent) = self.parent(folder, true)? else {
            return self.set_aside(folder, name);
        };
        let kind = match entry.kind {
            EntryKind::Folder => Kind::Folder(Folder::default()),
            EntryKind::File { size, executable } => Kind::File(File {
                content: ContentKey {
                    layer,
                    entry: entry.number,
                },
                size,
                executable,
            }),
            EntryKind::SymbolicLink => Kind::SymbolicLink(entry.link.into()),
            EntryKind::HardLink => self
                .hard_link_target(entry.link)
                .unwrap_or_else(|| Kind::Dangling(entry.link.into())),
            EntryKind::Special(special) => Kind::Special(special),
        };
        let node = self.set(parent, name, kind)?;
        if let Kind::Dangling(_) = self.tree.kind(node) {
            self.dangling.push(node);
        }
        Ok(())
    }

    /// Finds the folder at `path`. With `make`, what is missing is made, and what is neither folder nor symbolic
    /// link replaced.
    fn parent(&mut self, path: &[u8], make: bool) -> Result<Parent, Error> {
        let mut here = ROOT;
        for part in parts(path) {
            let child = self.tree.child(here, part);
            here = match child.map(|child| (child, self.tree.kind(child))) {
                Some((child, Kind::Folder(_))) => child,
                Some((_, Kind::SymbolicLink(_))) => return Ok(Parent::BehindLink),
                _ if make => self.set(here, part, Kind::Folder(Folder::default()))?,
                _ => return Ok(Parent::Absent),
            };
        }
        Ok(Parent::Folder(here))
    }

    /// Puts something into a folder, over whatever has that name; a folder over a folder keeps its content.
    fn set(&mut self, parent: NodeId, name: &[u8], kind: Kind) -> Result<NodeId, Error> {
        let id = match self.tree.child(parent, name) {
            Some(id) => {
                let old = &mut self.tree.nodes[id as usize].kind;
                if !matches!((&*old, &kind), (Kind::Folder(_), Kind::Folder(_))) {
                    *old = kind;
                }
                id
            }
            None => self.add(parent, name, kind)?,
        };
        self.touch(id);
        Ok(id)
    }

    fn add(&mut self, parent: NodeId, name: &[u8], kind: Kind) -> Result<NodeId, Error> {
        let count = self.tree.nodes.len();
        self.limits.check_entries(count, || "the image".to_owned())?;
        let id = NodeId::try_from(count).unwrap_or(NodeId::MAX); // fits, since `Limits::entries` does
        self.tree.nodes.push(Node {
            parent,
            touched: 0,
            kind,
        });
        if let Kind::Folder(folder) = &mut self.tree.nodes[parent as usize].kind {
            folder.children.insert(name.into(), id);
        }
        Ok(id)
    }

    /// Marks a node and the folders it stands in as this layer's.
    fn touch(&mut self, id: NodeId) {
        let mut id = id;
        while self.tree.nodes[id as usize].touched != self.number {
            let node = &mut self.tree.nodes[id as usize];
            node.touched = self.number;
            id = node.parent;
        }
    }

    /// What a hard link to `path` shares: anything but a folder, or a link that leads to nothing itself.
    fn hard_link_target(&self, path: &[u8]) -> Option<Kind> {
        let node = self.tree.walk(&[], path, LastLink::Keep).ok()?.node()?;
        match self.tree.kind(node) {
            Kind::Folder(_) | Kind::Dangling(_) => None,
            kind => Some(kind.clone()),
        }
    }

    /// Links whose targets came later in the same layer.
    fn retry_dangling(&mut self) {
        for id in std::mem::take(&mut self.dangling) {
            let Kind::Dangling(target) = self.tree.kind(id) else {
                continue;
            };
            if let Some(kind) = self.hard_link_target(target) {
                self.tree.nodes[id as usize].kind = kind;
            }
        }
    }

    /// Applies a whiteout of one name in the folder at `path`.
    fn hide(&mut self, path: &[u8], name: &[u8]) -> Result<(), Error> {
        let parent = match self.parent(path, false)? {
            Parent::Folder(parent) => parent,
            Parent::Absent => return Ok(()),
            Parent::BehindLink => return self.set_aside(path, name),
        };
        let Some(id) = self.tree.child(parent, name) else {
            return Ok(());
        };
        if self.tree.nodes[id as usize].touched == self.number {
            self.clear(id);
        } else if let Kind::Folder(folder) = &mut self.tree.nodes[parent as usize].kind {
            folder.children.remove(name);
        }
        Ok(())
    }

    /// Applies an opaque whiteout in the folder at `path`.
    fn hide_all(&mut self, path: &[u8]) -> Result<(), Error> {
        match self.parent(path, false)? {
            Parent::Folder(id) => self.clear(id),
            Parent::Absent => {}
            Parent::BehindLink => self.set_aside(path, b"")?,
        }
        Ok(())
    }

    /// Removes what lower layers put into a folder.
    fn clear(&mut self, id: NodeId) {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let Kind::Folder(folder) = &mut self.tree.nodes[id as usize].kind else {
                continue;
            };
            if folder.cleared == self.number {
                continue; // so that repeating a whiteout costs nothing
            }
            folder.cleared = self.number;
            let mut children = std::mem::take(&mut folder.children);
            children.retain(|_, child| self.tree.nodes[*child as usize].touched == self.number);
            pending.extend(children.values());
            if let Kind::Folder(folder) = &mut self.tree.nodes[id as usize].kind {
                folder.children = children;
            }
        }
    }

    /// Remembers an effect that passes a link: on one name in the folder at `path`, or on all of it.
    fn set_aside(&mut self, path: &[u8], name: &[u8]) -> Result<(), Error> {
        let with_name = |mut path: Vec<u8>| {
            if !name.is_empty() {
                append(&mut path, name);
            }
            path
        };
        let trail = self.tree.walk(&[], path, LastLink::Follow).ok();
        let place = trail.map(|trail| with_name(trail.path()));
        let path = with_name(path.to_vec());
        self.names += (path.len() + place.as_ref().map_or(0, Vec::len)) as u64;
        self.limits.check_names(self.names, || "the image".to_owned())?;
        self.tree.written_through.remember(&path, place);
        Ok(())
    }
}
