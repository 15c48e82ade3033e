//! What was done, when, and how it ended.

use model::ExtensionId;

use crate::Desktop;
use crate::error::Error;

/// What was done, and what cannot be told.
#[derive(Debug)]
pub struct History {
    /// The operations, the last one first.
    pub operations: Vec<store::Recorded>,
    /// Sentences about what cannot be read; it hides nothing else.
    pub problems: Vec<String>,
}

impl Desktop {
    /// What was done to one extension, or to all, also to those that are gone. Without network.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read at all.
    pub fn history(&self, id: Option<&ExtensionId>) -> Result<History, Error> {
        let store::History { operations, broken } = self.store.history(id)?;
        Ok(History {
            operations,
            problems: broken.iter().map(|broken| broken.problem.to_string()).collect(),
        })
    }
}
