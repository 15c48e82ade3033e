//! The question before something is installed.

use model::permissions::Permissions;
use model::reference::Reference;

/// Who answers for the user.
pub enum Consent<'a> {
    /// The user said yes beforehand (`--force`).
    Given,
    /// Somebody can be asked: shown the release and what it will be able to do, they answer yes or no.
    Ask(&'a (dyn Fn(&Reference, &Permissions) -> bool + Send + Sync)),
    /// Nobody is there to answer.
    NobodyToAsk,
}

impl std::fmt::Debug for Consent<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Given => "Given",
            Self::Ask(_) => "Ask",
            Self::NobodyToAsk => "NobodyToAsk",
        })
    }
}
