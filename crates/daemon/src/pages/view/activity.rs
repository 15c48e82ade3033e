//! What was done, day by day.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::ExtensionId;
use model::operation::{Operation, OperationKind, ReleaseName};
use model::text::{printable, took};

use super::notices::NoticesView;
use super::words::{day, time_of_day};
use crate::notices::Sent;

/// The most entries that a page shows.
const MOST: usize = 200;
/// The longest reason of a failure, in characters.
const LONGEST: usize = 600;

/// The page of what was done.
#[derive(Debug)]
pub(crate) struct ActivityPage {
    /// The days, the last one first.
    pub(crate) days: Vec<Day>,
    /// How many earlier operations are not shown.
    pub(crate) more: usize,
    /// Sentences about what cannot be read.
    pub(crate) problems: Vec<String>,
    /// What the user was told.
    pub(crate) notices: NoticesView,
}

/// What was done on one day.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// The day in words.
    pub(crate) name: String,
    /// What was done, the last first.
    pub(crate) entries: Vec<Entry>,
}

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The extension.
    pub(crate) id: ExtensionId,
    /// What was done, in words.
    pub(crate) sentence: String,
    /// Its kind.
    pub(crate) kind: OperationKind,
    /// The time of day.
    pub(crate) time: String,
    /// The exact time, for machines.
    pub(crate) exact: String,
    /// How long it took.
    pub(crate) took: String,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
}

impl ActivityPage {
    /// The page of these operations, which come with the last one first, and of `problems` with reading them.
    pub(crate) fn new<'a>(
        operations: impl ExactSizeIterator<Item = &'a Operation>,
        problems: Vec<String>,
        now: Timestamp,
    ) -> Self {
        let mut days: Vec<Day> = Vec::new();
        let more = operations.len().saturating_sub(MOST);
        for operation in operations.take(MOST) {
            let name = name_of_day(operation.started_at, now);
            let entry = Entry::of(operation);
            match days.last_mut().filter(|day| day.name == name) {
                Some(day) => day.entries.push(entry),
                None => days.push(Day {
                    name,
                    entries: vec![entry],
                }),
            }
        }
        Self {
            days,
            more,
            problems,
            notices: NoticesView::default(),
        }
    }

    /// The same with the notices that were sent, which come with the newest first.
    #[must_use]
    pub(crate) fn with_notices(self, sent: &[Sent], now: Timestamp) -> Self {
        Self {
            notices: NoticesView::new(sent, now),
            ..self
        }
    }
}

fn name_of_day(time: Timestamp, now: Timestamp) -> String {
    let date = |time: Timestamp| time.to_zoned(TimeZone::system()).date();
    let today = date(now);
    match date(time) {
        date if date == today => "Today".to_owned(),
        date if today.yesterday().is_ok_and(|yesterday| date == yesterday) => "Yesterday".to_owned(),
        _ => day(time),
    }
}

impl Entry {
    fn of(operation: &Operation) -> Self {
        let failure = operation.failure.as_ref();
        Self {
            id: operation.id.clone(),
            sentence: match failure {
                Some(_) => attempt(operation),
                None => done(operation),
            },
            kind: operation.kind,
            time: time_of_day(operation.started_at),
            exact: operation.started_at.to_string(),
            took: took(operation.duration_ms),
            failure: failure.map(|failure| printable(&failure.message, LONGEST)),
        }
    }
}

/// The release, with its digest where the tag does not tell the two apart.
fn named(release: Option<&ReleaseName>, other: Option<&ReleaseName>) -> String {
    let Some(release) = release else {
        return "nothing".to_owned();
    };
    let is_ambiguous =
        other.is_some_and(|other| other != release && other.to_string() == release.to_string());
    if is_ambiguous {
        return format!("{release} ({})", release.digest.short());
    }
    match &release.tag {
        Some(tag) => tag.to_string(),
        None => release.digest.short().to_owned(),
    }
}

fn done(operation: &Operation) -> String {
    let (from, to) = (operation.from.as_ref(), operation.to.as_ref());
    let (before, after) = (named(from, to), named(to, from));
    match (operation.kind, from) {
        (OperationKind::Install, None) => format!("Installed {after}"),
        (OperationKind::Install, Some(_)) => format!("Installed {after} in place of {before}"),
        (OperationKind::Update, _) if operation.automatic => {
            format!("Updated by itself from {before} to {after}")
        }
        (OperationKind::Update, _) => format!("Updated from {before} to {after}"),
        (OperationKind::Rollback, _) => format!("Went back from {before} to {after}"),
        (OperationKind::Hold, _) => format!("Held at {after}"),
        (OperationKind::Unhold, _) => format!("No longer held at {after}"),
        (OperationKind::Repair, _) => format!("Repaired {after}"),
        (OperationKind::Remove, _) => format!("Removed {before}"),
    }
}

fn attempt(operation: &Operation) -> String {
    let verb = match operation.kind {
        OperationKind::Install => "install it",
        OperationKind::Update if operation.automatic => "update it without being asked",
        OperationKind::Update => "update it",
        OperationKind::Rollback => "go back",
        OperationKind::Hold => "hold it",
        OperationKind::Unhold => "let it go",
        OperationKind::Repair => "repair it",
        OperationKind::Remove => "remove it",
    };
    format!("Could not {verb}")
}
