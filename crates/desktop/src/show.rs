//! Everything that can be told of an extension without fetching a layer.

use std::collections::BTreeMap;

use futures_util::future::{Either, ready, select, try_join};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use model::choice::{is_floating_name, may_be_offered};
use model::facts::{ReleaseFacts, RepositoryMemory};
use model::operation::ReleaseName;
use model::permissions::Permissions;
use model::rollback::reason_against;
use model::verdict::{Reason, Release, judge, judge_offer};
use model::version::{ReleaseTag, releases};
use model::{Digest, ExtensionId, Labels, Platform, Reference, Tag};
use registry::{Selector, Tags as _};

use crate::Desktop;
use crate::cost::Cost;
use crate::error::{Cause, Error};
use crate::look::{Looked, reason_of};
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
    /// Its releases that this host sees, newest first: a few, or all. Floating names of them are left out.
    pub releases: Vec<ReleaseLine>,
    /// How many more there are.
    pub more: usize,
    /// The version that is installed.
    pub installed: Option<String>,
    /// What the described release is able to do, where that is known: it stands in a layer, so only if it is installed.
    pub permissions: Option<Permissions>,
    /// What it cost.
    pub cost: Cost,
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
        let before = self.registry.usage();
        let id = &reference.id;
        let memory = self.memory().repository(id);
        // What was named and the list need not wait for each other, and the others need not wait for what was named. But
        // where that is not there, nobody wants to know of others.
        let tags = Box::pin(self.registry.tags(id));
        let named = Box::pin(self.look_at_named(reference, &memory));
        let (tags, named) = match select(tags, named).await {
            Either::Left((tags, named)) => (tags, named.left_future()),
            Either::Right((named, tags)) => (tags.await, ready(named).right_future()),
        };
        let tags = tags.map_err(|error| Error::from_registry(Phase::Resolve, error))?;
        let seen = releases(&tags, self.settings.host.system);
        let judged = &seen[..seen.len().min(if all { MANY } else { FEW })];
        let others = judged
            .iter()
            .filter(|release| !is_named_by(reference, &release.tag))
            .collect();
        let others = self.look_at_all(id, others, &memory).map(Ok);
        let (named, mut looked) = try_join(named, others).await?;
        if let Some(Named {
            tag: Some(tag),
            looked: named,
        }) = &named
        {
            looked.insert(tag.clone(), Ok(named.clone()));
        }
        let installed = self.store.find(id)?;
        let left = installed.as_ref().map_or(&[][..], |installed| &installed.left);
        let looks = judged.iter().filter_map(|release| {
            let looked = looked.remove(&release.tag)?;
            let (line, facts) = self.judge_line(id, release, &memory, looked);
            Some((line.without(left), facts))
        });
        let looks: Vec<Line> = looks.collect();
        let lines = looks.iter().map(|(line, _)| line);
        let sightings = lines.filter_map(|line| Some((&line.tag, line.digest.as_ref()?)));
        self.memory()
            .remember_sightings(id, &memory, sightings, self.now());
        let release = match named {
            Some(named) => self.describe(id, named, &looks),
            None => self.describe_newest(id, &looks, &tags, &memory).await?,
        };
        let permissions = installed
            .as_ref()
            .filter(|installed| installed.current.digest == release.digest)
            .map(|installed| installed.current.permissions.clone());
        Ok(Details {
            id: id.clone(),
            release,
            more: seen.len() - judged.len(),
            releases: without_floating_names(looks.into_iter().map(|(line, _)| line).collect()),
            installed: installed.map(|installed| installed.current.version()),
            permissions,
            cost: self.cost_since(before, [id.registry()]),
        })
    }

    /// The release that a reference names, if it names one.
    async fn look_at_named(
        &self,
        reference: &Reference,
        memory: &RepositoryMemory,
    ) -> Result<Option<Named>, Error> {
        let id = &reference.id;
        let looked = match (&reference.tag, &reference.digest) {
            (_, Some(digest)) => self.look(id, &Selector::Digest(digest.clone()), None).await,
            (Some(tag), None) => self.look_at_tag(id, tag, memory).await,
            (None, None) => return Ok(None),
        };
        let tag = reference.tag.clone().filter(|tag| is_named_by(reference, tag));
        looked.map(|looked| Some(Named { tag, looked }))
    }

    /// What is found at each of `releases`.
    async fn look_at_all(
        &self,
        id: &ExtensionId,
        releases: Vec<&ReleaseTag>,
        memory: &RepositoryMemory,
    ) -> BTreeMap<Tag, Result<Looked, Error>> {
        // Collected, for a stream that holds the closure cannot be sent to another thread.
        let releases = releases.into_iter();
        let looks: Vec<_> = releases
            .map(|release| async move {
                let looked = self.look_at_tag(id, &release.tag, memory).await;
                (release.tag.clone(), looked)
            })
            .collect();
        stream::iter(looks).buffer_unordered(AT_ONCE).collect().await
    }

    fn judge_line(
        &self,
        id: &ExtensionId,
        release: &ReleaseTag,
        memory: &RepositoryMemory,
        looked: Result<Looked, Error>,
    ) -> Line {
        let tag = release.tag.clone();
        let is_offered = may_be_offered(release, None, &self.settings.policy);
        match looked {
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

    /// Where nothing was named: the newest that fits, else the newest that could be looked at, else `latest`.
    async fn describe_newest(
        &self,
        id: &ExtensionId,
        looks: &[Line],
        tags: &[Tag],
        memory: &RepositoryMemory,
    ) -> Result<Described, Error> {
        let known = || {
            looks.iter().filter_map(|(line, facts)| {
                let (digest, facts) = (line.digest.clone()?, facts.clone()?);
                Some((line, digest, facts))
            })
        };
        let accepted = known().find(|(line, ..)| line.reasons.is_empty() && line.is_offered);
        if let Some((line, digest, facts)) = accepted.or_else(|| known().next()) {
            let (tag, reasons) = (line.tag.clone(), line.reasons.clone());
            return Ok(described(Some(tag), digest, facts, reasons));
        }
        let Some(latest) = tags.iter().find(|tag| tag.as_str() == "latest") else {
            return Err(Error::new(Phase::Resolve, Cause::NoRelease(id.clone())));
        };
        let looked = self.look_at_tag(id, latest, memory).await?;
        let tag = Some(latest.clone());
        Ok(self.describe(id, Named { tag, looked }, looks))
    }

    fn describe(&self, id: &ExtensionId, named: Named, looks: &[Line]) -> Described {
        let Named { tag, looked } = named;
        let line = looks.iter().find(|(line, _)| tag.as_ref() == Some(&line.tag));
        let release = Release {
            id,
            tag: tag.as_ref(),
            digest: &looked.digest,
            facts: &looked.facts,
            since: None,
        };
        let reasons = match line {
            Some((line, _)) => line.reasons.clone(),
            None => judge(&release, &self.settings.host, &self.settings.policy).reasons,
        };
        described(tag, looked.digest, looked.facts, reasons)
    }
}

/// A release in the list, with its facts where it could be looked at.
type Line = (ReleaseLine, Option<ReleaseFacts>);

/// The releases, each once: `1.2` is left out beside the `1.2.7` that it stands for.
fn without_floating_names(mut lines: Vec<ReleaseLine>) -> Vec<ReleaseLine> {
    let parsed = |line: &ReleaseLine| Some((line.digest.clone()?, ReleaseTag::parse(&line.tag)?));
    let known: Vec<_> = lines.iter().filter_map(parsed).collect();
    lines.retain(|line| {
        parsed(line).is_none_or(|(digest, name)| {
            !known
                .iter()
                .any(|(other, release)| *other == digest && is_floating_name(&name, release))
        })
    });
    lines
}

/// A release that was named, by tag or digest, and what was found there.
struct Named {
    tag: Option<Tag>,
    looked: Looked,
}

/// Whether it is this tag that a reference asks for; where there is a digest, it asks for that.
fn is_named_by(reference: &Reference, tag: &Tag) -> bool {
    reference.digest.is_none() && reference.tag.as_ref() == Some(tag)
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
