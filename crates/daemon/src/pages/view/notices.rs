//! What the user was told, and on which ways.

use jiff::Timestamp;
use model::ExtensionId;

use super::words::ago;
use crate::notices::{Outcome, Sent, Way};

/// How many notices are shown at once; the others only to those who want to see them.
const FIRST: usize = 3;
/// To how many extensions a notice leads.
const LINKS: usize = 5;

/// The notices of a page.
#[derive(Debug, Default)]
pub(crate) struct NoticesView {
    /// The last ones, the newest first.
    pub(crate) last: Vec<NoticeLine>,
    /// Those before them.
    pub(crate) earlier: Vec<NoticeLine>,
}

/// One notice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoticeLine {
    /// The sentence that says it.
    pub(crate) title: String,
    /// What else it says.
    pub(crate) body: String,
    /// The extensions whose pages have what can be done: to update, and to go back.
    pub(crate) extensions: Vec<ExtensionId>,
    /// How long ago it was sent.
    pub(crate) when: String,
    /// The exact time, for machines.
    pub(crate) exact: String,
    /// On which ways it went out, in words.
    pub(crate) ways: String,
}

/// What came of one way in a test.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WayTested {
    /// The way.
    pub(crate) name: &'static str,
    /// Why it failed, if it did.
    pub(crate) problem: Option<String>,
}

impl NoticesView {
    /// The view of notices that come with the newest first.
    pub(crate) fn new(sent: &[Sent], now: Timestamp) -> Self {
        let mut last: Vec<_> = sent.iter().map(|sent| NoticeLine::of(sent, now)).collect();
        let earlier = last.split_off(last.len().min(FIRST));
        Self { last, earlier }
    }
}

impl NoticeLine {
    fn of(sent: &Sent, now: Timestamp) -> Self {
        let ways: Vec<_> = sent.ways.iter().map(|way| name(*way)).collect();
        Self {
            title: sent.notice.title.clone(),
            body: sent.notice.body.clone(),
            extensions: sent
                .notice
                .changes
                .iter()
                .take(LINKS)
                .map(|change| change.id.clone())
                .collect(),
            when: ago(sent.at, now),
            exact: sent.at.to_string(),
            ways: match ways.as_slice() {
                [] => "only here".to_owned(),
                ways => ways.join(", "),
            },
        }
    }
}

impl From<Outcome> for WayTested {
    fn from(outcome: Outcome) -> Self {
        Self {
            name: name(outcome.way),
            problem: outcome.problem,
        }
    }
}

fn name(way: Way) -> &'static str {
    match way {
        Way::Desktop => "desktop",
        Way::Webhook => "webhook",
        Way::Command => "command",
    }
}
