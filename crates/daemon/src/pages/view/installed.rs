//! What is installed: its state, its disk use, and what can be done with it.

use desktop::{Broken, Listed, Listing, Outdated};
use jiff::Timestamp;
use model::installed::Generation;
use model::rollback::has_left;
use model::text::size;

use super::card::{Blocked, Face, Standing};
use super::words::{ago, count};

/// The page of what is installed.
#[derive(Debug)]
pub(crate) struct InstalledPage {
    /// One for each extension.
    pub(crate) rows: Vec<Row>,
    /// What is there and cannot be understood.
    pub(crate) broken: Vec<Unreadable>,
    /// How many updates wait.
    pub(crate) updates: usize,
    /// The bytes of all generations that are kept.
    pub(crate) disk: String,
}

/// An installed extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What identifies it.
    pub(crate) face: Face,
    /// How it stands.
    pub(crate) standing: Standing,
    /// The installed version.
    pub(crate) version: String,
    /// When it was installed, in words.
    pub(crate) since: String,
    /// What it consists of: `2 tabs`, `containers`.
    pub(crate) parts: Vec<String>,
    /// The bytes of its files, with those of the releases that are kept.
    pub(crate) disk: String,
    /// The releases that can be gone back to, newest first.
    pub(crate) kept: Vec<Kept>,
    /// Whether the service took the installed version by itself.
    pub(crate) is_automatic: bool,
    /// Whether it is held.
    pub(crate) is_held: bool,
    /// What is wrong with it, with what helps.
    pub(crate) problem: Option<&'static str>,
    /// A newer release that is refused, and why.
    pub(crate) beyond: Option<(String, Vec<String>)>,
    /// The folder of its current generation.
    pub(crate) path: String,
}

/// A release that can be gone back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its version.
    pub(crate) version: String,
    /// Its digest, which names it without doubt.
    pub(crate) digest: String,
    /// When it was installed, in words.
    pub(crate) since: String,
    /// Whether a rollback left it.
    pub(crate) was_left: bool,
}

/// An extension whose record cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// What it can be removed by: its id, or what its files are called.
    pub(crate) name: String,
    /// The file, and why.
    pub(crate) problem: String,
}

impl InstalledPage {
    /// What `listing` holds, those with updates first.
    pub(crate) fn new(listing: &Listing, outdated: Option<&Outdated>, now: Timestamp) -> Self {
        let blocked = Blocked::of(outdated);
        let mut rows: Vec<_> = listing
            .extensions
            .iter()
            .map(|listed| Row::new(listed, &blocked, now))
            .collect();
        rows.sort_by_cached_key(|row| (!row.has_update(), row.face.title.to_lowercase()));
        let disk = listing.extensions.iter().map(disk).sum();
        Self {
            updates: rows.iter().filter(|row| row.has_update()).count(),
            rows,
            broken: listing.broken.iter().map(Unreadable::of).collect(),
            disk: size(disk),
        }
    }
}

impl Row {
    /// The row of one extension.
    pub(crate) fn new(listed: &Listed, blocked: &Blocked<'_>, now: Timestamp) -> Self {
        let installed = &listed.installed;
        let current = &installed.current;
        let kept = |generation: &Generation| Kept {
            version: generation.version(),
            digest: generation.digest.to_string(),
            since: ago(generation.installed_at, now),
            was_left: has_left(&installed.left, generation.tag.as_ref(), &generation.digest),
        };
        Self {
            face: Face::of_installed(listed),
            standing: Standing::of_installed(listed),
            version: current.version(),
            since: ago(current.installed_at, now),
            parts: parts(current),
            disk: size(disk(listed)),
            kept: installed.previous.iter().map(kept).collect(),
            is_automatic: current.automatic,
            is_held: installed.held,
            problem: problem(listed),
            beyond: blocked.beyond(&installed.id),
            path: listed.path.to_string(),
        }
    }

    /// Where going back leads without a choice.
    pub(crate) fn before(&self) -> Option<&Kept> {
        self.kept.iter().find(|kept| !kept.was_left)
    }

    /// Whether an update waits.
    pub(crate) fn has_update(&self) -> bool {
        matches!(self.standing, Standing::Update { .. })
    }
}

impl Unreadable {
    fn of(broken: &Broken) -> Self {
        let id = broken.id.as_ref().map(ToString::to_string);
        Self {
            name: id.unwrap_or_else(|| broken.name.clone()),
            problem: broken.problem.clone(),
        }
    }
}

fn disk(listed: &Listed) -> u64 {
    let Listed { installed, .. } = listed;
    let kept = installed.previous.iter().map(|generation| generation.size);
    kept.fold(installed.current.size, u64::saturating_add)
}

fn parts(generation: &Generation) -> Vec<String> {
    let counted = |number: usize, unit: &str| (number > 0).then(|| count(number as u64, unit));
    let containers = generation.backend.then(|| "containers".to_owned());
    let parts = [
        counted(generation.tabs.len(), "tab"),
        containers,
        counted(generation.binaries.len(), "program"),
    ];
    parts.into_iter().flatten().collect()
}

fn problem(listed: &Listed) -> Option<&'static str> {
    match () {
        () if listed.is_damaged => Some("Its files are gone. Install it again."),
        () if !listed.is_allowed => Some(
            "The allow-list no longer admits it, so it gets no updates. It keeps working until you remove it.",
        ),
        () => None,
    }
}
