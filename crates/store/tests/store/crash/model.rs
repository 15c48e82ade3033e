//! A file system that loses power: what is certainly on its disk, and what may be.
//!
//! The rules are those under which ALICE found its bugs (Pillai et al., "All File Systems Are Not Created
//! Equal", OSDI 2014), for a file system that promises little. `docs/reliability.md` states them for readers;
//! each is the comment of one match arm or function here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use camino::Utf8Path;

use super::image::{Entry, File, Image};
use super::trace::Step;

type Inode = usize;
const ROOT: Inode = 0;

/// A name in a folder.
type Slot = (Inode, String);

/// Files and folders with what they hold, which copies share. A file or folder may exist without any name that leads to it.
#[derive(Debug, Clone, Default)]
struct View {
    folders: HashMap<Inode, Arc<BTreeMap<String, Inode>>>,
    files: HashMap<Inode, File>,
}

/// A change of names that is not known to be durable. Each is atomic: it is on the disk as a whole or not at
/// all.
#[derive(Debug, Clone)]
enum NameChange {
    Link(Slot, Inode),
    Move(Slot, Slot, Inode),
    Exchange([(Slot, Inode); 2]),
    Unlink(Slot, Inode),
}

/// The file system during a run: what programs see now, what the disk certainly holds, and the changes of
/// names between the two. Contents and modes between the two need no list: each file is compared.
#[derive(Debug, Clone)]
pub(crate) struct World {
    now: View,
    durable: View,
    pending: Vec<NameChange>,
    next: Inode,
}

/// How much of a file's content that was not flushed is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tear {
    /// All of it.
    Whole,
    /// What was flushed last.
    Absent,
    /// The first half of what is new.
    Half,
    /// The right length, and zeros for all that is new: the size was updated before the data.
    Zeros,
    /// The right length, and zeros for the second half of what is new.
    HalfZeros,
}

impl Tear {
    pub(crate) const ALL: [Self; 5] = [
        Self::Whole,
        Self::Absent,
        Self::Half,
        Self::Zeros,
        Self::HalfZeros,
    ];
}

/// What a loss of power left of the names; contents are still to be decided.
pub(crate) struct Survivor<'a> {
    world: &'a World,
    view: View,
    /// The files that can be found, and whose content or mode was not flushed.
    unflushed: Vec<Inode>,
}

impl Survivor<'_> {
    /// How many files can be found whose content or mode was not flushed.
    pub(crate) fn unflushed(&self) -> usize {
        self.unflushed.len()
    }

    /// What is found when each of these files has survived so far, and with its new mode or with the old one.
    pub(crate) fn image(&self, fate: &dyn Fn(usize) -> (Tear, bool)) -> Image {
        let mut view = View::default();
        for (number, inode) in self.unflushed.iter().enumerate() {
            let (old, new) = (&self.world.durable.files[inode], &self.world.now.files[inode]);
            let (tear, mode) = fate(number);
            let file = File {
                content: torn(&old.content, &new.content, tear),
                executable: if mode { new } else { old }.executable,
            };
            view.files.insert(*inode, file);
        }
        self.view.image(&view)
    }
}

impl World {
    /// A disk on which everything is durable.
    pub(crate) fn durable(image: &Image) -> Self {
        let mut view = View::default();
        view.folders.insert(ROOT, Arc::default());
        for (inode, (path, entry)) in (ROOT + 1..).zip(&image.entries) {
            match entry {
                Entry::Folder => drop(view.folders.insert(inode, Arc::default())),
                Entry::File(file) => drop(view.files.insert(inode, file.clone())),
            }
            let (folder, name) = view.slot(Utf8Path::new(path)).unwrap();
            view.link(&(folder, name), inode);
        }
        Self {
            durable: view.clone(),
            now: view,
            pending: Vec::new(),
            next: image.entries.len() + 1,
        }
    }

    /// What programs see.
    pub(crate) fn image(&self) -> Image {
        self.now.image(&View::default())
    }

    /// How many changes of names are not known to be durable.
    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Does one step. One that fails on a real disk changes nothing here either.
    pub(crate) fn apply(&mut self, step: &Step) {
        match step {
            Step::Create(path) => self.create(path, File::default()),
            // Content reaches the disk when it likes, in part and in any order, unless it is flushed.
            Step::Append(path, bytes) => {
                if let Some(file) = self.now.file_mut(path) {
                    Arc::make_mut(&mut file.content).extend(bytes);
                }
            }
            Step::Copy(from, to) => {
                if let Some(file) = self.now.file_mut(from).cloned() {
                    self.create(to, file);
                }
            }
            Step::SetMode(path, executable) => {
                if let Some(file) = self.now.file_mut(path) {
                    file.executable = *executable;
                }
            }
            Step::MakeFolder(path) => self.make_folder(path),
            Step::Rename(from, to) => self.rename(from, to),
            Step::Exchange(one, other) => self.exchange(one, other),
            Step::RemoveFile(path) | Step::RemoveFolder(path) => self.remove(path),
            Step::RemoveTree(path) => self.remove_tree(path),
            // The content and the mode of the file, and nothing about its name.
            Step::FlushFile(path) => {
                if let Some(inode) = self.now.find(path) {
                    self.flush_file(inode);
                }
            }
            Step::FlushFolder(path) => {
                if let Some(inode) = self.now.find(path) {
                    self.flush_names(inode);
                }
            }
            Step::FlushTree(path) => {
                if let Some(inode) = self.now.find(path) {
                    self.flush_tree(inode);
                }
            }
        }
    }

    /// A loss of power of which these changes of names survived.
    pub(crate) fn crashed(&self, names: &[bool]) -> Survivor<'_> {
        let mut view = self.durable.clone();
        for (change, _) in self.pending.iter().zip(names).filter(|(_, kept)| **kept) {
            view.change(change);
        }
        let mut unflushed = Vec::new();
        view.walk(ROOT, &mut |_, inode| unflushed.push(inode));
        unflushed.retain(|inode| self.durable.files.get(inode) != self.now.files.get(inode));
        Survivor {
            world: self,
            view,
            unflushed,
        }
    }

    /// Makes a choice of changes legal. Changes of one name happen in their order: whoever finds a later one
    /// finds the earlier ones too. A folder is empty when it is removed. Everything else may overtake.
    pub(crate) fn close(&self, names: &mut [bool]) {
        for later in (0..self.pending.len())
            .rev()
            .filter(|later| names[*later])
            .collect::<Vec<_>>()
        {
            self.keep_with_causes(later, names);
        }
    }

    fn keep_with_causes(&self, later: usize, names: &mut [bool]) {
        names[later] = true;
        for earlier in 0..later {
            if !names[earlier] && self.pending[later].follows(&self.pending[earlier]) {
                self.keep_with_causes(earlier, names);
            }
        }
    }

    fn create(&mut self, path: &Utf8Path, file: File) {
        if let Some(old) = self.now.file_mut(path) {
            old.content = Arc::default();
        } else if let Some(slot) = self.now.slot(path) {
            let inode = self.new_inode();
            self.now.files.insert(inode, file);
            self.durable.files.insert(inode, File::default());
            self.change(NameChange::Link(slot, inode));
        }
    }

    fn make_folder(&mut self, path: &Utf8Path) {
        if self.now.find(path).is_some() {
            return;
        }
        if let Some(slot) = self.now.slot(path) {
            let inode = self.new_inode();
            self.now.folders.insert(inode, Arc::default());
            self.durable.folders.insert(inode, Arc::default());
            self.change(NameChange::Link(slot, inode));
        }
    }

    fn rename(&mut self, from: &Utf8Path, to: &Utf8Path) {
        let in_the_way = self
            .now
            .find(to)
            .is_some_and(|inode| self.now.folders.contains_key(&inode));
        if let (Some(inode), Some(source), Some(destination)) =
            (self.now.find(from), self.now.slot(from), self.now.slot(to))
            && !in_the_way
        {
            self.change(NameChange::Move(source, destination, inode));
        }
    }

    /// Both names lead to the other thing, or neither does.
    fn exchange(&mut self, one: &Utf8Path, other: &Utf8Path) {
        let named = |path| Some((self.now.slot(path)?, self.now.find(path)?));
        if let (Some(one), Some(other)) = (named(one), named(other)) {
            self.change(NameChange::Exchange([one, other]));
        }
    }

    fn remove(&mut self, path: &Utf8Path) {
        if let (Some(inode), Some(slot)) = (self.now.find(path), self.now.slot(path))
            && self.now.folders.get(&inode).is_none_or(|names| names.is_empty())
        {
            self.change(NameChange::Unlink(slot, inode));
        }
    }

    fn remove_tree(&mut self, path: &Utf8Path) {
        let names = self.now.find(path).and_then(|inode| self.now.folders.get(&inode));
        let names: Vec<_> = names
            .into_iter()
            .flat_map(|names| names.keys())
            .cloned()
            .collect();
        for name in names {
            self.remove_tree(&path.join(name));
        }
        self.remove(path);
    }

    fn change(&mut self, change: NameChange) {
        self.now.change(&change);
        self.pending.push(change);
    }

    fn new_inode(&mut self) -> Inode {
        self.next += 1;
        self.next
    }

    fn flush_file(&mut self, inode: Inode) {
        if let Some(file) = self.now.files.get(&inode) {
            self.durable.files.insert(inode, file.clone());
        }
    }

    /// Every change of a name in this folder, with what it follows: a rename out of it or into it as a whole.
    fn flush_names(&mut self, folder: Inode) {
        let mut flushed = vec![false; self.pending.len()];
        for (number, change) in self.pending.iter().enumerate() {
            if change.slots().any(|(changed, _)| *changed == folder) {
                flushed[number] = true;
            }
        }
        self.close(&mut flushed);
        let mut flushed = flushed.into_iter();
        let (done, pending) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|_| flushed.next() == Some(true));
        self.pending = pending;
        let done: Vec<_> = done;
        for change in &done {
            self.durable.change(change);
        }
    }

    /// Contents, modes and names below the folder; not its own name. `syncfs` does more, and no rule relies
    /// on it.
    fn flush_tree(&mut self, folder: Inode) {
        let mut inodes = BTreeSet::from([folder]);
        self.now.walk(folder, &mut |_, inode| {
            inodes.insert(inode);
        });
        for inode in inodes {
            self.flush_file(inode);
            if self.now.folders.contains_key(&inode) {
                self.flush_names(inode);
            }
        }
    }
}

impl NameChange {
    fn slots(&self) -> impl Iterator<Item = &Slot> {
        let (one, two) = match self {
            Self::Link(slot, _) | Self::Unlink(slot, _) => (slot, None),
            Self::Move(from, to, _) => (from, Some(to)),
            Self::Exchange([(one, _), (other, _)]) => (one, Some(other)),
        };
        std::iter::once(one).chain(two)
    }

    fn follows(&self, earlier: &Self) -> bool {
        let emptied = |slot: &Slot| matches!(self, Self::Unlink(_, inode) if slot.0 == *inode);
        earlier
            .slots()
            .any(|slot| emptied(slot) || self.slots().any(|own| own == slot))
    }
}

impl View {
    fn find(&self, path: &Utf8Path) -> Option<Inode> {
        path.components().try_fold(ROOT, |folder, name| {
            self.folders.get(&folder)?.get(name.as_str()).copied()
        })
    }

    fn slot(&self, path: &Utf8Path) -> Option<Slot> {
        let folder = self.find(path.parent()?)?;
        self.folders.get(&folder)?;
        Some((folder, path.file_name()?.to_owned()))
    }

    fn file_mut(&mut self, path: &Utf8Path) -> Option<&mut File> {
        let inode = self.find(path)?;
        self.files.get_mut(&inode)
    }

    fn change(&mut self, change: &NameChange) {
        match change {
            NameChange::Link(slot, inode) => self.link(slot, *inode),
            NameChange::Unlink(slot, _) => self.unlink(slot),
            NameChange::Move(from, to, inode) => {
                self.unlink(from);
                self.link(to, *inode);
            }
            NameChange::Exchange([(one, first), (other, second)]) => {
                self.link(one, *second);
                self.link(other, *first);
            }
        }
    }

    fn link(&mut self, (folder, name): &Slot, inode: Inode) {
        Arc::make_mut(self.folders.get_mut(folder).unwrap()).insert(name.clone(), inode);
    }

    fn unlink(&mut self, (folder, name): &Slot) {
        Arc::make_mut(self.folders.get_mut(folder).unwrap()).remove(name);
    }

    /// Every path below a folder, in the order of names.
    fn walk(&self, folder: Inode, visit: &mut dyn FnMut(String, Inode)) {
        let mut left = vec![(String::new(), folder)];
        while let Some((above, folder)) = left.pop() {
            for (name, inode) in self.folders.get(&folder).into_iter().flat_map(|names| &**names) {
                let path = format!("{above}{name}");
                left.push((format!("{path}/"), *inode));
                visit(path, *inode);
            }
        }
    }

    /// What programs see, where the files in `instead` take the place of those here.
    fn image(&self, instead: &Self) -> Image {
        let mut image = Image::default();
        self.walk(ROOT, &mut |path, inode| {
            let entry = match instead.files.get(&inode).or_else(|| self.files.get(&inode)) {
                Some(file) => Entry::File(file.clone()),
                None => Entry::Folder,
            };
            image.entries.insert(path, entry);
        });
        image
    }
}

fn torn(old: &Arc<Vec<u8>>, new: &Arc<Vec<u8>>, tear: Tear) -> Arc<Vec<u8>> {
    // A file that was emptied and written again keeps nothing of what it held.
    let kept = if new.starts_with(old) { old.len() } else { 0 };
    let half = kept + (new.len() - kept) / 2;
    let zeros_from = |from: usize| {
        let mut content = new[..from].to_vec();
        content.resize(new.len(), 0);
        Arc::new(content)
    };
    match tear {
        Tear::Whole => Arc::clone(new),
        Tear::Absent => Arc::clone(old),
        Tear::Half => Arc::new(new[..half].to_vec()),
        Tear::Zeros => zeros_from(kept),
        Tear::HalfZeros => zeros_from(half),
    }
}
