//! What history is told of an operation: that it was done, or why it failed.

use std::time::Instant;

use jiff::Timestamp;
use model::ExtensionId;
use model::installed::Generation;
use model::operation::{Operation, OperationFailure, OperationKind, ReleaseName};
use model::text::printable;

use crate::Desktop;
use crate::error::Error;
use crate::words::{Code, Phase};

/// The longest message of a failure that is kept, in characters.
const LONGEST: usize = 2000;

/// An operation from its begin on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    kind: OperationKind,
    /// Whether nobody asked for it.
    is_automatic: bool,
    started_at: Timestamp,
    /// Durations are not taken from the clock, which may be set meanwhile.
    began: Instant,
}

impl Attempt {
    /// The same, begun by the service itself.
    pub(crate) fn by_itself(self) -> Self {
        Self {
            is_automatic: true,
            ..self
        }
    }

    /// Whether nobody asked for it.
    pub(crate) fn is_automatic(self) -> bool {
        self.is_automatic
    }

    /// The operation as it is told when it is done now.
    pub(crate) fn done(
        self,
        id: &ExtensionId,
        from: Option<&Generation>,
        to: Option<ReleaseName>,
    ) -> Operation {
        Operation {
            id: id.clone(),
            kind: self.kind,
            from: from.map(Generation::release),
            to,
            started_at: self.started_at,
            duration_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            failure: None,
            automatic: self.is_automatic,
        }
    }
}

impl Desktop {
    /// Begins an operation.
    pub(crate) fn attempt(&self, kind: OperationKind) -> Attempt {
        Attempt {
            kind,
            is_automatic: false,
            started_at: self.now(),
            began: Instant::now(),
        }
    }

    /// Writes down that an operation failed, and hands the error on.
    ///
    /// What was never installed here gets a history only once something was done for it: misspelt names leave none.
    pub(crate) fn failed(&self, attempt: Attempt, id: &ExtensionId, error: Error) -> Error {
        let has_begun = matches!(error.phase(), Phase::Fetch | Phase::Unpack | Phase::Consent);
        let is_known = error.code() != Code::NotInstalled && self.store.has_history(id);
        if has_begun || is_known {
            let installed = self.store.find(id).ok().flatten();
            let current = installed.as_ref().map(|installed| &installed.current);
            self.store.record_failure(&Operation {
                failure: Some(OperationFailure {
                    code: error.code().as_str().to_owned(),
                    message: printable(error.to_string(), LONGEST),
                }),
                ..attempt.done(id, current, None)
            });
        }
        error
    }
}
