//! The question before something is installed.

use model::permissions::Permissions;
use model::reference::Reference;

/// Who answers for the user.
pub enum Consent<'a> {
    /// The user said yes beforehand (`--force`), and is only told.
    Given(&'a (dyn Fn(&Question<'_>) + Send + Sync)),
    /// Somebody can be asked, and answers yes or no.
    Ask(&'a (dyn Fn(&Question<'_>) -> bool + Send + Sync)),
    /// Nobody is there to answer.
    NobodyToAsk,
}

/// What somebody is asked to agree to.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The release.
    pub reference: &'a Reference,
    /// Everything that it will be able to do.
    pub permissions: &'a Permissions,
    /// What the installed release is able to do, where that was agreed to and only what goes beyond it is in question.
    pub agreed: Option<&'a Permissions>,
}

impl std::fmt::Debug for Consent<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Given(_) => "Given",
            Self::Ask(_) => "Ask",
            Self::NobodyToAsk => "NobodyToAsk",
        })
    }
}
