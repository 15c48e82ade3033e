//! The file system of an image, in memory: folders, files without bytes, links; and how paths are looked up in it.

use std::collections::BTreeMap;

use crate::index::{ContentKey, Special};
use crate::name::{append, parts};
use crate::written_through::WrittenThrough;

/// The number of a node in its tree.
pub(crate) type NodeId = u32;

/// The image's root, always a folder.
pub(crate) const ROOT: NodeId = 0;

/// Links followed before a path is given up, as Linux does.
const MAX_LINKS: u32 = 40;

/// Parts in all links on a path before it is given up, so that long links in a chain stay cheap.
const MAX_PARTS: usize = 4096;

/// The merged file system of an image's layers. Made by [`ImageTree::merge`], asked by [`ImageTree::select`].
#[derive(Debug)]
pub struct ImageTree {
    /// Nodes that no folder names any more stay where they are.
    pub(crate) nodes: Vec<Node>,
    pub(crate) written_through: WrittenThrough,
}

/// One thing in the tree.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: NodeId,
    /// The last layer, from 1 at the bottom, that set this or anything below it; 0 before any did.
    pub(crate) touched: u32,
    pub(crate) kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Folder(Folder),
    File(File),
    /// Its target.
    SymbolicLink(Box<[u8]>),
    /// A hard link whose target, which is named here, was not there.
    Dangling(Box<[u8]>),
    Special(Special),
}

/// A folder's content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    pub(crate) children: BTreeMap<Box<[u8]>, NodeId>,
    /// The last layer that hid what lower layers put here.
    pub(crate) cleared: u32,
}

/// A regular file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    pub(crate) content: ContentKey,
    pub(crate) size: u64,
    pub(crate) executable: bool,
}

/// Whether a link in the last part of a path is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastLink {
    Follow,
    Keep,
}

/// A path was given up after more than 40 links, or links of 4096 parts.
#[derive(Debug)]
pub(crate) struct TooManyLinks;

/// A part of a path that holds no links any more. Where nothing stands there is no node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'t> {
    pub(crate) node: Option<NodeId>,
    pub(crate) name: &'t [u8],
}

/// Where a path leads: the way there from the root, without links.
#[derive(Debug)]
pub(crate) struct Trail<'t> {
    pub(crate) steps: Vec<Step<'t>>,
    /// How many links were followed.
    pub(crate) links: u32,
    /// Something on the way was not there, or no folder.
    missing: bool,
}

impl Trail<'_> {
    /// What stands there.
    pub(crate) fn node(&self) -> Option<NodeId> {
        match self.steps.last() {
            _ if self.missing => None,
            Some(step) => step.node,
            None => Some(ROOT),
        }
    }

    /// The path from the root without links.
    pub(crate) fn path(&self) -> Vec<u8> {
        let mut path = Vec::new();
        for step in &self.steps {
            append(&mut path, step.name);
        }
        path
    }
}

impl ImageTree {
    /// A tree with an empty root.
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node {
                parent: ROOT,
                touched: 0,
                kind: Kind::Folder(Folder::default()),
            }],
            written_through: WrittenThrough::default(),
        }
    }

    pub(crate) fn kind(&self, node: NodeId) -> &Kind {
        &self.nodes[node as usize].kind
    }

    /// What a folder holds under a name; nothing where `node` is no folder.
    pub(crate) fn child(&self, node: NodeId, name: &[u8]) -> Option<NodeId> {
        match self.kind(node) {
            Kind::Folder(folder) => folder.children.get(name).copied(),
            _ => None,
        }
    }

    /// Looks `path` up from the folder at the end of `start`, as a process would whose root is the image's: an absolute
    /// link begins at the root again, and `..` at the root stays there.
    pub(crate) fn walk<'t>(
        &'t self,
        start: &[Step<'t>],
        path: &'t [u8],
        last: LastLink,
    ) -> Result<Trail<'t>, TooManyLinks> {
        let mut trail = Trail {
            steps: start.to_vec(),
            links: 0,
            missing: false,
        };
        let mut pending: Vec<&[u8]> = parts(path).rev().collect();
        let mut parts_left = MAX_PARTS;
        while let Some(name) = pending.pop() {
            if name == b".." {
                self.step_up(&mut trail);
                continue;
            }
            let here = trail.steps.last().map_or(Some(ROOT), |step| step.node);
            let node = here.and_then(|here| self.child(here, name));
            let follow = last == LastLink::Follow || !pending.is_empty();
            match node.map(|node| self.kind(node)) {
                // A link to the empty path leads nowhere, not to where it stands.
                Some(Kind::SymbolicLink(target)) if follow && !target.is_empty() => {
                    trail.links += 1;
                    if target.starts_with(b"/") {
                        trail.steps.clear();
                    }
                    let before = pending.len();
                    pending.extend(parts(target).rev());
                    parts_left = parts_left.saturating_sub(pending.len() - before);
                    if trail.links > MAX_LINKS || parts_left == 0 {
                        return Err(TooManyLinks);
                    }
                }
                found => {
                    trail.missing |= found.is_none();
                    trail.steps.push(Step { node, name });
                }
            }
        }
        Ok(trail)
    }

    fn step_up(&self, trail: &mut Trail<'_>) {
        if let Some(step) = trail.steps.pop() {
            let is_folder = step
                .node
                .is_some_and(|node| matches!(self.kind(node), Kind::Folder(_)));
            trail.missing |= !is_folder;
        }
    }
}
