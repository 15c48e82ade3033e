//! Long work: a job with progress, which can be cancelled, and goes on whether somebody looks on or not.

mod board;
mod document;
mod log;
mod order;
mod progress;
mod question;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

pub(crate) use board::{Asking, Jobs};
pub(crate) use document::{JobDocument, LayerDocument, PermissionDocument, ProgressDocument, ResultDocument};
pub(crate) use order::{Done, Order};

/// A job's number: no other job of this home folder had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct JobId(u64);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = JobState)]
pub(crate) enum State {
    /// It waits for its turn.
    Waiting,
    /// It is being done.
    Running,
    /// It waits for a yes or no.
    Asking,
    /// It was done.
    Done,
    /// It failed; nothing was changed.
    Failed,
    /// Somebody stopped it; nothing was changed.
    Cancelled,
}

impl State {
    /// Whether nothing more will come of it.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for JobId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| "jobs have whole numbers")
    }
}

// As a text: it is larger than what JavaScript can count.
impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
