//! Everything that can be told of an extension without fetching a layer.

use futures_util::{StreamExt as _, stream};
use model::choice::may_be_offered;
use model::facts::{ReleaseFacts, RepositoryMemory};
use model::operation::ReleaseName;
use model::permissions::Permissions;
use model::rollback::reason_against;
use model::verdict::{Reason, Release, judge, judge_offer};
use model::version::{ReleaseTag, releases};
use model::{Digest, ExtensionId, Labels, Platform, Reference, Tag};
use registry::Selector;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::look::reason_of;
use crate::words::Phase;

/// How many releases are judged where not all are asked for.
const FEW: usize = 5;
/// How many releases are judged at the most.
const MANY: usize = 1000;
/// How many releases are looked at side by side.
const AT_ONCE: usize = 8;

/// An extension and its releases.
#[derive(Debug, Clone)]
pub struct Details {
    /// The extension.
    pub id: ExtensionId,
    /// The release that is described: the one asked for, else the newest that fits, else the newest.
    pub release: Described,
    /// Its releases that this host sees, newest first: a few, or all.
    pub releases: Vec<ReleaseLine>,
    /// How many more there are.
    pub more: usize,
    /// The version that is installed.
    pub installed: Option<String>,
    /// What the described release is able to do, where that is known: it stands in a layer, so only if it is installed.
    pub permissions: Option<Permissions>,
    /// How many requests it took.
    pub requests: u64,
}

/// One release in full.
#[derive(Debug, Clone)]
pub struct Described {
    /// The tag, unless it was asked for by digest.
    pub tag: Option<Tag>,
    /// What it resolved to.
    pub digest: Digest,
    /// The platforms that it is published for.
    pub platforms: Vec<Platform>,
    /// What it says of itself.
    pub labels: Labels,
    /// The bytes of its layers for this host, as they are transferred.
    pub download_size: Option<u64>,
    /// When its image says that it was made.
    pub created: Option<jiff::Timestamp>,
    /// Why this host or policy refuse it.
    pub reasons: Vec<Reason>,
}

/// One release in a list.
#[derive(Debug, Clone)]
pub struct ReleaseLine {
    /// Its tag.
    pub tag: Tag,
    /// What the tag points to, if it could be looked at.
    pub digest: Option<Digest>,
    /// Why it is refused; empty where it is accepted.
    pub reasons: Vec<Reason>,
    /// Whether it is taken unasked where nothing speaks against it; pre-releases are not, unless policy says so.
    pub is_offered: bool,
    /// What a user should know of it.
    pub notes: Vec<String>,
}

impl ReleaseLine {
    /// The line where a rollback has `left` some releases.
    fn without(mut self, left: &[ReleaseName]) -> Self {
        let digest = self.digest.as_ref();
        let reason = digest.and_then(|digest| reason_against(left, Some(&self.tag), digest));
        self.reasons.extend(reason);
        self
    }
}

impl Desktop {
    /// Describes what `reference` names, with the verdict of each release (the newest few, unless `all` are asked for).
    ///
    /// # Errors
    ///
    /// When the registry cannot be asked, or what is named is not there.
    pub async fn show(&self, reference: &Reference, all: bool) -> Result<Details, Error> {
        self.show_extension(reference, all)
            .await
            .map_err(|error| error.about(reference))
    }

    async fn show_extension(&self, reference: &Reference, all: bool) -> Result<Details, Error> {
        let before = self.requests();
        let id = &reference.id;
        let tags = self
            .registry
            .tags(id)
            .await
            .map_err(|error| Error::from_registry(Phase::Resolve, error))?;
        let seen = releases(&tags, self.settings.host.system);
        let judged = if all { MANY } else { FEW };
        let memory = self.memory().repository(id);
        let installed = self.store.find(id)?;
        let left = installed.as_ref().map_or(&[][..], |installed| &installed.left);
        let looks: Vec<(ReleaseLine, Option<ReleaseFacts>)> = stream::iter(seen.iter().take(judged))
            .map(|release| self.judge_line(id, release, &memory))
            .buffered(AT_ONCE)
            .map(|(line, facts)| (line.without(left), facts))
            .collect()
            .await;
        let release = self.described(reference, &looks, &tags).await?;
        let permissions = installed
            .as_ref()
            .filter(|installed| installed.current.digest == release.digest)
            .map(|installed| installed.current.permissions.clone());
        Ok(Details {
            id: id.clone(),
            release,
            more: seen.len().saturating_sub(judged),
            releases: looks.into_iter().map(|(line, _)| line).collect(),
            installed: installed.map(|installed| installed.current.version()),
            permissions,
            requests: self.requests() - before,
        })
    }

    async fn judge_line(
        &self,
        id: &ExtensionId,
        release: &ReleaseTag,
        memory: &RepositoryMemory,
    ) -> (ReleaseLine, Option<ReleaseFacts>) {
        let tag = release.tag.clone();
        let is_offered = may_be_offered(release, None, &self.settings.policy);
        match self.look(id, &Selector::Tag(tag.clone()), release.prefix).await {
            Ok(looked) => {
                let since = memory
                    .sightings
                    .get(&tag)
                    .filter(|sighting| sighting.digest == looked.digest)
                    .and_then(|sighting| sighting.since);
                let judged = Release {
                    id,
                    tag: Some(&tag),
                    digest: &looked.digest,
                    facts: &looked.facts,
                    since,
                };
                let verdict = judge_offer(&judged, &self.settings.host, &self.settings.policy, self.now());
                let line = ReleaseLine {
                    digest: Some(looked.digest),
                    reasons: verdict.reasons,
                    is_offered,
                    notes: verdict.notes,
                    tag,
                };
                (line, Some(looked.facts))
            }
            Err(error) => (
                ReleaseLine {
                    tag,
                    digest: None,
                    reasons: vec![reason_of(&error)],
                    is_offered,
                    notes: Vec::new(),
                },
                None,
            ),
        }
    }

    async fn described(
        &self,
        reference: &Reference,
        looks: &[(ReleaseLine, Option<ReleaseFacts>)],
        tags: &[Tag],
    ) -> Result<Described, Error> {
        let wanted = match (&reference.tag, &reference.digest) {
            (_, Some(digest)) => {
                return self
                    .describe(&reference.id, None, &Selector::Digest(digest.clone()))
                    .await;
            }
            (Some(tag), None) => Some(tag.clone()),
            (None, None) => {
                let accepted = looks
                    .iter()
                    .find(|(line, _)| line.reasons.is_empty() && line.is_offered);
                let newest = accepted.or_else(|| looks.iter().find(|(_, facts)| facts.is_some()));
                let latest = || tags.iter().find(|tag| tag.as_str() == "latest").cloned();
                newest.map(|(line, _)| line.tag.clone()).or_else(latest)
            }
        };
        let Some(tag) = wanted else {
            return Err(Error::new(Phase::Resolve, Cause::NoRelease(reference.id.clone())));
        };
        let known = looks
            .iter()
            .find(|(line, facts)| line.tag == tag && facts.is_some());
        match known {
            Some((
                ReleaseLine {
                    digest: Some(digest),
                    reasons,
                    ..
                },
                Some(facts),
            )) => Ok(described(
                Some(tag),
                digest.clone(),
                facts.clone(),
                reasons.clone(),
            )),
            _ => {
                self.describe(&reference.id, Some(&tag), &Selector::Tag(tag.clone()))
                    .await
            }
        }
    }

    async fn describe(
        &self,
        id: &ExtensionId,
        tag: Option<&Tag>,
        selector: &Selector,
    ) -> Result<Described, Error> {
        let prefix = tag.and_then(ReleaseTag::parse).and_then(|release| release.prefix);
        let looked = self.look(id, selector, prefix).await?;
        let release = Release {
            id,
            tag,
            digest: &looked.digest,
            facts: &looked.facts,
            since: None,
        };
        let reasons = judge(&release, &self.settings.host, &self.settings.policy).reasons;
        Ok(described(tag.cloned(), looked.digest, looked.facts, reasons))
    }
}

fn described(tag: Option<Tag>, digest: Digest, facts: ReleaseFacts, reasons: Vec<Reason>) -> Described {
    let image = facts.image;
    Described {
        tag,
        digest,
        platforms: facts.platforms,
        labels: image
            .as_ref()
            .map(|image| Labels::read(&image.labels))
            .unwrap_or_default(),
        download_size: image.as_ref().map(|image| image.download_size),
        created: image.and_then(|image| image.created),
        reasons,
    }
}
