//! Which release of a repository to offer: a walk from the newest down, that asks for facts only as far as it must.
//!
//! The walk is a function: given the tags and what is known so far, it says what to look at next, or the answer. The
//! caller does the looking. So the whole decision is tested without a registry, and costs no request that the answer
//! does not depend on.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::automatic::Within;
use crate::digest::Digest;
use crate::facts::ReleaseFacts;
use crate::host::Host;
use crate::installed::Installed;
use crate::operation::ReleaseName;
use crate::policy::Policy;
use crate::reference::{ExtensionId, Tag};
use crate::rollback::reason_against;
use crate::verdict::{self, Reason, Release, Verdict};
use crate::version::{ReleaseTag, releases};

/// How many releases one walk looks at: a repository with endless unfit releases must not cost endless requests.
pub const MOST_LOOKED_AT: usize = 250;
/// How many tags of three numbers are resolved to learn whether a tag of two is their floating name.
const MOST_COMPARED: usize = 16;

/// What is known of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Only where it points.
    Digest(Digest),
    /// Where it points and what is there.
    Facts {
        /// What the tag points to.
        digest: Digest,
        /// What is there.
        facts: Box<ReleaseFacts>,
        /// Since when it is known to point there, if that was witnessed.
        since: Option<Timestamp>,
    },
    /// It could not be looked at.
    Broken(Reason),
}

impl Known {
    /// Where the tag points, if that is known.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Digest(digest) | Self::Facts { digest, .. } => Some(digest),
            Self::Broken(_) => None,
        }
    }
}

/// What the walk needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Where this tag points.
    Resolve(Tag),
    /// The facts of what this tag points to.
    Look(Tag),
    /// Nothing: this is the answer.
    Done(Box<Choice>),
}

/// The answer of a walk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// The newest release that may be taken, if it is newer than the installed one.
    pub offer: Option<Chosen>,
    /// The newest release above that which host or policy refuse, with every reason.
    pub blocked: Option<(Chosen, Vec<Reason>)>,
    /// Releases above the offer that could not be looked at.
    pub broken: Vec<(Tag, Reason)>,
    /// Whether the walk ended at [`MOST_LOOKED_AT`] with nothing to offer: what is further down was not looked at.
    pub is_cut: bool,
}

/// A release that a walk came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its tag.
    pub tag: Tag,
    /// What the tag points to.
    pub digest: Digest,
    /// What is there.
    pub facts: ReleaseFacts,
    /// What a user should know of it.
    pub notes: Vec<String>,
}

/// One repository, seen by one host under one policy at one time.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    id: &'a ExtensionId,
    installed: Option<&'a Installed>,
    host: &'a Host,
    policy: &'a Policy,
    now: Timestamp,
    releases: Vec<ReleaseTag>,
    left: &'a [ReleaseName],
    within: Option<Within<'a>>,
}

impl<'a> Walk<'a> {
    /// Prepares the walk over a repository's tags.
    pub fn new(
        id: &'a ExtensionId,
        tags: &[Tag],
        installed: Option<&'a Installed>,
        (host, policy): (&'a Host, &'a Policy),
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            installed,
            host,
            policy,
            now,
            releases: releases(tags, host.system),
            left: &[],
            within: None,
        }
    }

    /// The same walk, which offers none of the releases that a rollback has left.
    #[must_use]
    pub fn without(self, left: &'a [ReleaseName]) -> Self {
        Self { left, ..self }
    }

    /// The same walk for an update that nobody asks for: it looks at nothing that is too far from what is installed, and offers
    /// nothing that asks for more.
    #[must_use]
    pub fn within(self, within: Within<'a>) -> Self {
        Self {
            within: Some(within),
            ..self
        }
    }

    /// Whether any tag is a release that this host sees.
    pub fn has_releases(&self) -> bool {
        !self.releases.is_empty()
    }

    /// What to look at next, or the answer, from what is `known`.
    pub fn next(&self, known: &BTreeMap<Tag, Known>) -> Step {
        let mut choice = Choice::default();
        for candidate in self.candidates().take(MOST_LOOKED_AT) {
            match self.floating_name(candidate, known) {
                FloatingName::Yes => continue,
                FloatingName::No => {}
                FloatingName::Unknown(tag) => return Step::Resolve(tag),
            }
            match known.get(&candidate.tag) {
                None | Some(Known::Digest(_)) => return Step::Look(candidate.tag.clone()),
                Some(Known::Broken(reason)) => choice.broken.push((candidate.tag.clone(), reason.clone())),
                Some(Known::Facts { digest, .. }) if self.asks_for_more(digest) => {}
                Some(Known::Facts { digest, facts, since }) => {
                    let verdict = self.judge(&candidate.tag, digest, facts, *since);
                    let chosen = Chosen {
                        tag: candidate.tag.clone(),
                        digest: digest.clone(),
                        facts: ReleaseFacts::clone(facts),
                        notes: verdict.notes,
                    };
                    if verdict.reasons.is_empty() {
                        choice.offer = Some(chosen);
                        break;
                    }
                    choice.blocked.get_or_insert((chosen, verdict.reasons));
                    if self.is_held() {
                        break; // nothing below it can be offered either
                    }
                }
            }
        }
        choice.is_cut =
            choice.offer.is_none() && !self.is_held() && self.candidates().count() > MOST_LOOKED_AT;
        Step::Done(Box::new(choice))
    }

    /// The releases that could be offered, newest first.
    fn candidates(&self) -> impl Iterator<Item = &ReleaseTag> {
        let installed_tag = self.installed.map(|installed| installed.current.tag.as_ref());
        // What was installed by digest, or by a tag that is no version, has no place in the order: nothing is newer.
        let has_order = installed_tag.is_none_or(|tag| tag.and_then(ReleaseTag::parse).is_some());
        let installed = installed_tag.flatten().and_then(ReleaseTag::parse);
        self.releases.iter().filter(move |candidate| {
            let newer = installed
                .as_ref()
                .is_none_or(|installed| candidate.version.precedence(&installed.version).is_gt());
            has_order
                && newer
                && may_be_offered(candidate, installed.as_ref(), self.policy)
                && self.is_near(candidate, installed.as_ref())
        })
    }

    /// Whether a release is near enough to the installed one to be taken unasked, if that is what the walk is for.
    fn is_near(&self, candidate: &ReleaseTag, installed: Option<&ReleaseTag>) -> bool {
        self.within.is_none_or(|within| {
            installed.is_some_and(|installed| within.level.admits(&installed.version, &candidate.version))
        })
    }

    /// Whether a release was found to ask for more than the installed one, where that speaks against it.
    fn asks_for_more(&self, digest: &Digest) -> bool {
        self.within
            .zip(self.installed)
            .is_some_and(|(within, installed)| within.refuses(digest, &installed.current.permissions))
    }

    /// Whether a tag of two numbers has the digest of one of three: then it is only that release's floating name.
    fn floating_name(&self, candidate: &ReleaseTag, known: &BTreeMap<Tag, Known>) -> FloatingName {
        let mut full: Vec<_> = self
            .releases
            .iter()
            .filter(|release| is_floating_name(candidate, release))
            .collect();
        if full.is_empty() {
            return FloatingName::No;
        }
        let Some(known_candidate) = known.get(&candidate.tag) else {
            return FloatingName::Unknown(candidate.tag.clone());
        };
        let Some(digest) = known_candidate.digest() else {
            return FloatingName::No;
        };
        // `1.2` most likely stands for a `1.2.x`: those are compared first.
        full.sort_by_key(|release| !release.version.begins_like(&candidate.version));
        for release in full.into_iter().take(MOST_COMPARED) {
            match known.get(&release.tag) {
                None => return FloatingName::Unknown(release.tag.clone()),
                Some(other) if other.digest() == Some(digest) => return FloatingName::Yes,
                Some(_) => {}
            }
        }
        FloatingName::No
    }

    fn judge(&self, tag: &Tag, digest: &Digest, facts: &ReleaseFacts, since: Option<Timestamp>) -> Verdict {
        let release = Release {
            id: self.id,
            tag: Some(tag),
            digest,
            facts,
            since,
        };
        let mut verdict = verdict::judge_offer(&release, self.host, self.policy, self.now);
        if self.is_held() {
            verdict.reasons.insert(0, Reason::held());
        }
        verdict
            .reasons
            .extend(reason_against(self.left, Some(tag), digest));
        verdict
    }

    fn is_held(&self) -> bool {
        self.installed.is_some_and(|installed| installed.held)
    }
}

/// Whether `name`, which has the same digest as `release`, is only a floating name of it: two numbers beside three.
pub fn is_floating_name(name: &ReleaseTag, release: &ReleaseTag) -> bool {
    name.version.number_count() == 2 && release.version.number_count() == 3
}

/// Pre-releases are offered only where configured, or to one installed with the same numbers.
pub fn may_be_offered(candidate: &ReleaseTag, installed: Option<&ReleaseTag>, policy: &Policy) -> bool {
    !candidate.version.is_pre_release()
        || policy.pre_releases
        || installed.is_some_and(|installed| {
            installed.version.is_pre_release() && installed.version.has_numbers_of(&candidate.version)
        })
}

enum FloatingName {
    Yes,
    No,
    Unknown(Tag),
}

#[cfg(test)]
mod tests;
