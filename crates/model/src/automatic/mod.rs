//! Updates that nobody asks for: how far they go, and which releases they pass over.
//!
//! What is offered at all is decided by [`crate::choice::Walk`] as for everybody else: allow-list, host, minimum age, holds, and
//! what a rollback left. Here stands what more is asked of a release that is taken unasked: that it is near enough to the installed one,
//! and was not found to ask for more than a person agreed to.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::Digest;
use crate::permissions::Permissions;
use crate::reference::ExtensionId;
use crate::version::ReleaseVersion;

/// How many refusals of an extension are remembered; the oldest are forgotten, which costs reading their images again.
const MOST_REFUSALS: usize = 32;

/// How far an update may go that nobody asks for.
///
/// The words are those of semver. Before 1.0.0 the first number that is not 0 counts as the major one: from 0.1.4 to 0.2.0 is a
/// step that may break, and only [`Level::All`] takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Nowhere.
    #[default]
    Off,
    /// To repairs: the first two numbers stay.
    Patch,
    /// To what should break nothing: the first number stays.
    Minor,
    /// To whatever an update would be offered to.
    All,
}

/// A text that is no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write `off`, `patch`, `minor` or `all`")]
pub struct LevelParse;

impl Level {
    /// Whether a step from `from` to `to` is small enough. That `to` is newer is not looked at here.
    ///
    /// Below [`Level::All`] nothing leads from a release to a pre-release, whatever the policy offers.
    pub fn admits(self, from: &ReleaseVersion, to: &ReleaseVersion) -> bool {
        let same = match self {
            Self::Off => return false,
            Self::All => return true,
            Self::Patch => from.breaking_number().max(2),
            Self::Minor => from.breaking_number(),
        };
        let is_stable = from.is_pre_release() || !to.is_pre_release();
        is_stable && from.shares_numbers(to, same)
    }

    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::All => "all",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = LevelParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Off, Self::Patch, Self::Minor, Self::All]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or(LevelParse)
    }
}

/// How far such updates may go, for everything and for single extensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels {
    /// For what has no level of its own.
    pub usual: Level,
    /// For single extensions.
    pub extensions: BTreeMap<ExtensionId, Level>,
}

impl Levels {
    /// The level of one extension.
    pub fn of(&self, id: &ExtensionId) -> Level {
        self.extensions.get(id).copied().unwrap_or(self.usual)
    }
}

/// That a release was found to ask for more than the installed one was agreed to, so that only a person may take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What the release's tag pointed to.
    digest: Digest,
    /// A name for what had been agreed to.
    agreed: Digest,
}

impl Refusal {
    /// The release with this digest asks for more than what was `agreed` to.
    pub fn new(digest: Digest, agreed: &Permissions) -> Self {
        Self {
            digest,
            agreed: name_of(agreed),
        }
    }

    /// Whether it still holds for a release with this digest: once something else was agreed to, the release has to be looked at
    /// again.
    pub fn holds(&self, digest: &Digest, agreed: &Permissions) -> bool {
        self.digest == *digest && self.agreed == name_of(agreed)
    }
}

/// A short name for permissions, which is as good as themselves for telling whether they are the same.
fn name_of(permissions: &Permissions) -> Digest {
    // Permissions are lists of texts and numbers, which can always be written. If not, all are the same, and a person is asked.
    Digest::of(&serde_json::to_vec(permissions).unwrap_or_default())
}

/// The refusals of all extensions, as they are remembered. It has a bound for each extension, and forgets those that are gone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refusals(BTreeMap<ExtensionId, Vec<Refusal>>);

impl Refusals {
    /// Those of one extension, the last one first.
    pub fn of(&self, id: &ExtensionId) -> &[Refusal] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// Remembers more of them.
    pub fn remember(&mut self, id: &ExtensionId, more: Vec<Refusal>) {
        if more.is_empty() {
            return;
        }
        let known = self.0.entry(id.clone()).or_default();
        known.retain(|known| !more.contains(known));
        known.splice(0..0, more);
        known.truncate(MOST_REFUSALS);
    }

    /// Forgets those of extensions that are not installed any more.
    pub fn keep_only(&mut self, is_installed: impl Fn(&ExtensionId) -> bool) {
        self.0.retain(|id, _| is_installed(id));
    }
}

/// What a walk that looks for such an update may come to.
#[derive(Debug, Clone, Copy)]
pub struct Within<'a> {
    /// How far it may go.
    pub level: Level,
    /// What was found to ask for more.
    pub refusals: &'a [Refusal],
}

impl Within<'_> {
    /// Whether a release with this digest is passed over, because it asks for more than what was `agreed` to.
    pub fn refuses(&self, digest: &Digest, agreed: &Permissions) -> bool {
        self.refusals.iter().any(|refusal| refusal.holds(digest, agreed))
    }
}

#[cfg(test)]
mod tests;
