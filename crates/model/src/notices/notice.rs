//! What a notice says.

use serde::{Deserialize, Serialize};

use crate::reference::ExtensionId;
use crate::text::printable;

/// The longest title of an extension in a notice, in characters: it is foreign, and stands beside words of ours.
const LONGEST_TITLE: usize = 48;
/// The longest version in a notice, in characters.
const LONGEST_VERSION: usize = 40;
/// How many extensions a text names; the others are counted.
const NAMED: usize = 5;
/// How many changes a notice carries for programs; the others are counted.
const CARRIED: usize = 50;

/// One extension, the release that is or was installed, and the one that is newer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The extension.
    pub id: ExtensionId,
    /// What it calls itself: foreign, as it came.
    pub title: String,
    /// The version that is installed, or was before.
    pub from: String,
    /// The newer one.
    pub to: String,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// There are newer releases than those that are installed.
    Available,
    /// Newer releases were installed without being asked for.
    Updated,
    /// Somebody wants to see whether notices arrive.
    Test,
}

/// Something that a user is told. Its texts are bounded, on one line each, and without characters that steer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// The sentence that says it.
    pub title: String,
    /// What else there is to know.
    pub body: String,
    /// The extensions that it is about, as far as they are carried.
    pub changes: Vec<Change>,
    /// How many more it is about.
    #[serde(default)]
    pub more: usize,
}

impl NoticeKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Updated => "updated",
            Self::Test => "test",
        }
    }
}

impl Notice {
    /// That there are newer releases; nothing where there are none.
    pub fn of_available(changes: Vec<Change>) -> Option<Self> {
        let (title, body) = match changes.as_slice() {
            [] => return None,
            [only] => (
                format!(
                    "{} is available (installed: {})",
                    named(only),
                    version(&only.from)
                ),
                format!("Take it on the page, or with: outrigger update {}", only.id),
            ),
            several => (format!("{} updates are available", several.len()), list(several)),
        };
        Some(Self::new(NoticeKind::Available, title, body, changes))
    }

    /// That newer releases were installed, and the way back; nothing where there are none.
    pub fn of_updated(changes: Vec<Change>) -> Option<Self> {
        let (title, body) = match changes.as_slice() {
            [] => return None,
            [only] => (
                format!("{} was updated to {}", title(only), version(&only.to)),
                format!(
                    "Back to {} on the page, or with: outrigger rollback {}",
                    version(&only.from),
                    only.id
                ),
            ),
            several => (
                format!("{} extensions were updated", several.len()),
                format!("{}. Back on the page, or with: outrigger rollback", list(several)),
            ),
        };
        Some(Self::new(NoticeKind::Updated, title, body, changes))
    }

    /// A notice to try how notices arrive.
    pub fn test() -> Self {
        let title = "A test of notices".to_owned();
        let body = "So you are told when there are updates.".to_owned();
        Self::new(NoticeKind::Test, title, body, Vec::new())
    }

    fn new(kind: NoticeKind, title: String, body: String, mut changes: Vec<Change>) -> Self {
        let more = changes.len().saturating_sub(CARRIED);
        changes.truncate(CARRIED);
        for change in &mut changes {
            *change = Change {
                title: self::title(change),
                from: version(&change.from),
                to: version(&change.to),
                id: change.id.clone(),
            };
        }
        Self {
            kind,
            title,
            body,
            changes,
            more,
        }
    }
}

fn list(changes: &[Change]) -> String {
    let names: Vec<_> = changes.iter().take(NAMED).map(named).collect();
    match changes.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{}, and {more} more", names.join(", ")),
    }
}

fn named(change: &Change) -> String {
    format!("{} {}", title(change), version(&change.to))
}

/// What it calls itself; its id where it says nothing.
fn title(change: &Change) -> String {
    match printable(&change.title, LONGEST_TITLE) {
        blank if blank.is_empty() => printable(change.id.to_string(), LONGEST_TITLE),
        title => title,
    }
}

fn version(version: &str) -> String {
    printable(version, LONGEST_VERSION)
}
