//! What is remembered over restarts: what was told, and the last notices.

use std::collections::VecDeque;

use jiff::Timestamp;
use model::notices::{Notice, NoticeMemory};
use serde::{Deserialize, Serialize};

use super::ways::{Outcome, Way};

/// How many notices are kept.
const LAST: usize = 100;

/// The document of notices in the home folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What was told of what is installed.
    #[serde(default)]
    pub(super) memory: NoticeMemory,
    /// The last notices, the newest first.
    #[serde(default)]
    sent: VecDeque<Sent>,
}

/// A notice that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sent {
    /// When.
    pub(crate) at: Timestamp,
    /// The ways on which it went out; none where all failed.
    pub(crate) ways: Vec<Way>,
    /// What it says.
    pub(crate) notice: Notice,
}

impl Kept {
    /// The last notices, the newest first.
    pub(super) fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter()
    }

    /// Adds a notice; the oldest one makes way.
    pub(super) fn push(&mut self, sent: Sent) {
        self.sent.push_front(sent);
        self.sent.truncate(LAST);
    }
}

impl Sent {
    /// A notice and what came of sending it.
    pub(crate) fn new(at: Timestamp, notice: Notice, outcomes: &[Outcome]) -> Self {
        let worked = outcomes.iter().filter(|outcome| outcome.problem.is_none());
        Self {
            at,
            ways: worked.map(|outcome| outcome.way).collect(),
            notice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hundred_notices_are_kept_over_a_restart() {
        let mut kept = Kept::default();
        for second in 0..150 {
            let at = Timestamp::from_second(second).unwrap();
            let outcomes = [
                Outcome {
                    way: Way::Desktop,
                    problem: Some("nobody shows notices".to_owned()),
                },
                Outcome {
                    way: Way::Command,
                    problem: None,
                },
            ];
            kept.push(Sent::new(at, Notice::test(), &outcomes));
        }
        let written = serde_json::to_string(&kept).unwrap();
        let read: Kept = serde_json::from_str(&written).unwrap();
        assert_eq!(read, kept);
        let sent: Vec<_> = read.sent().collect();
        assert_eq!((sent.len(), sent[0].at.as_second()), (100, 149));
        assert_eq!(sent[0].ways, [Way::Command]);
    }
}
