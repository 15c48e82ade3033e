//! Work that is going on, or has just ended.

use model::ExtensionId;
use model::permissions::PermissionLine;

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// What the service calls it.
    pub(crate) id: String,
    /// What it does, in words: `Install acme/whale 1.2.0`.
    pub(crate) title: String,
    /// The extension that it is about; none for a scan.
    pub(crate) about: Option<ExtensionId>,
    /// How it stands.
    pub(crate) state: State,
    /// How far it came as a whole.
    pub(crate) whole: Option<Bar>,
    /// How far each part came.
    pub(crate) parts: Vec<Bar>,
    /// What happened on the way that a person should know.
    pub(crate) notes: Vec<String>,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits, or works.
    Running {
        /// What it is doing, in words.
        step: String,
    },
    /// It needs a yes.
    Asking(Question),
    /// It did what it should.
    Done {
        /// What came of it, in words.
        sentence: String,
    },
    /// It failed, and nothing has changed.
    Failed {
        /// Why.
        message: String,
        /// What helps.
        help: Option<String>,
    },
    /// Somebody cancelled it, and nothing has changed.
    Cancelled,
}

/// What a person is asked to agree to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// What the release will be able to do; of an update, what is new.
    pub(crate) lines: Vec<PermissionLine>,
    /// Whether these go beyond what was agreed to before.
    pub(crate) is_more: bool,
}

/// A bar of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// What it is about.
    pub(crate) label: String,
    /// How far it came.
    pub(crate) value: u64,
    /// How far it goes; at least 1.
    pub(crate) max: u64,
    /// The state in words, such as `3.1 of 8.0 MB`.
    pub(crate) words: String,
}

impl Job {
    /// Whether more will come of it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Running { .. } | State::Asking(_))
    }
}
