//! Finding the release that a reference means, and judging it before any layer is asked for.

use model::choice::{Choice, Chosen};
use model::operation::ReleaseName;
use model::plan::Target;
use model::verdict::{self, Reason, ReasonCode, Release, Verdict};
use model::{Digest, ExtensionId, Reference, Tag};
use registry::Selector;

use crate::Desktop;
use crate::choose::{Choosing, Repository};
use crate::error::{Cause, Error, reference_of};
use crate::look::{Image, Looked, prefix_of};
use crate::words::Phase;

/// A release that was found and judged, ready to be installed.
pub(crate) struct Accepted {
    pub(crate) target: Target,
    /// Its manifest and config, where they were read on the way.
    pub(crate) image: Option<Image>,
}

impl Desktop {
    /// The allow-list is asked before any request.
    pub(crate) fn refuse_unlisted(&self, id: &ExtensionId) -> Result<(), Error> {
        match &self.settings.policy.allow_list {
            Some(list) if list.covers(id).is_none() => {
                let message = format!("the allow-list does not admit {id}");
                Err(Error::refused(vec![Reason::new(ReasonCode::NotAllowed, message)]))
            }
            _ => Ok(()),
        }
    }

    /// What a reference means: exactly the tag or digest that it names, else the newest release that fits.
    ///
    /// Releases that were `left` by a rollback are taken by name only.
    pub(crate) async fn find_release(
        &self,
        reference: &Reference,
        left: &[ReleaseName],
    ) -> Result<Accepted, Error> {
        let id = &reference.id;
        match (&reference.tag, &reference.digest) {
            (None, None) => self.find_newest(id, left).await,
            (Some(tag), None) => self.find_tagged(id, tag).await,
            (None, Some(digest)) => self.find_pinned(id, None, digest).await,
            (Some(tag), Some(digest)) => {
                // A tag that is written beside a digest is a claim: the allow-list may rest on it.
                let failed = |error| Error::from_registry(Phase::Resolve, error);
                let found = self.resolve(id, tag).await.map_err(failed)?;
                if found != *digest {
                    let cause = Cause::TagIsElsewhere {
                        written: digest.clone(),
                        found,
                    };
                    return Err(Error::new(Phase::Resolve, cause));
                }
                self.find_pinned(id, Some(tag), digest).await
            }
        }
    }

    /// The release behind a tag.
    pub(crate) async fn find_tagged(&self, id: &ExtensionId, tag: &Tag) -> Result<Accepted, Error> {
        let memory = self.memory().repository(id);
        let looked = self.look_at_tag(id, tag, &memory).await?;
        self.memory()
            .remember_sightings(id, &memory, [(tag, &looked.digest)], self.now());
        self.judge_named(id, Some(tag), looked)
    }

    async fn find_newest(&self, id: &ExtensionId, left: &[ReleaseName]) -> Result<Accepted, Error> {
        let (choosing, tags) = self.choose_afresh(Repository::new(id, left)).await?;
        let Choosing {
            choice:
                Choice {
                    offer,
                    blocked,
                    broken,
                    ..
                },
            images,
            has_releases,
            ..
        } = choosing;
        match (offer, blocked, broken.first()) {
            (Some(offer), blocked, _) => {
                self.tell_passed_over(id, &broken);
                self.tell_left(id, blocked);
                let image = images.get(&offer.tag).cloned();
                Ok(self.accept_offer(id, offer, image)?)
            }
            (None, Some((newest, reasons)), _) => {
                self.tell_passed_over(id, &broken);
                Err(Error::refused(reasons).about(&reference_of(id, Some(&newest.tag))))
            }
            // The only releases cannot be looked at: the newest says why.
            (None, None, Some((tag, _))) => self.find_tagged(id, tag).await,
            (None, None, None) if has_releases => {
                let message =
                    format!("{id} has only pre-releases, and this desktop does not take them unasked");
                Err(Error::refused(vec![Reason::new(ReasonCode::PreRelease, message)]))
            }
            (None, None, None) => match tags.iter().find(|tag| tag.as_str() == "latest") {
                Some(latest) => self.find_tagged(id, latest).await,
                None => Err(Error::new(Phase::Resolve, Cause::NoRelease(id.clone()))),
            },
        }
    }

    /// What a rollback has left is newer than what is taken, and nobody would know why it is not.
    fn tell_left(&self, id: &ExtensionId, blocked: Option<(Chosen, Vec<Reason>)>) {
        let is_left = |reason: &Reason| reason.code == ReasonCode::RolledBack;
        self.tell_blocked(id, blocked.filter(|(_, reasons)| reasons.iter().any(is_left)));
    }

    /// The release with a digest, whichever tag was written beside it.
    async fn find_pinned(
        &self,
        id: &ExtensionId,
        tag: Option<&Tag>,
        digest: &Digest,
    ) -> Result<Accepted, Error> {
        let selector = Selector::Digest(digest.clone());
        let looked = self.look(id, &selector, tag.and_then(prefix_of)).await?;
        self.judge_named(id, tag, looked)
    }

    fn judge_named(&self, id: &ExtensionId, tag: Option<&Tag>, looked: Looked) -> Result<Accepted, Error> {
        let Looked { digest, facts, .. } = &looked;
        let release = Release {
            id,
            tag,
            digest,
            facts,
            since: None,
        };
        let verdict = verdict::judge(&release, &self.settings.host, &self.settings.policy);
        self.accept(id, tag, looked, verdict)
    }

    /// A release that the walk chose, and therefore judged.
    pub(crate) fn accept_offer(
        &self,
        id: &ExtensionId,
        offer: Chosen,
        image: Option<Image>,
    ) -> Result<Accepted, Error> {
        let Chosen {
            tag,
            digest,
            facts,
            notes,
        } = offer;
        let verdict = Verdict {
            notes,
            ..Verdict::default()
        };
        self.accept(id, Some(&tag), Looked { digest, facts, image }, verdict)
    }

    /// Refused releases end here, before any layer.
    fn accept(
        &self,
        id: &ExtensionId,
        tag: Option<&Tag>,
        looked: Looked,
        verdict: Verdict,
    ) -> Result<Accepted, Error> {
        let Looked { digest, facts, image } = looked;
        match facts.image {
            Some(facts) if verdict.is_accepted() => {
                let target = Target {
                    id: id.clone(),
                    tag: tag.cloned(),
                    digest,
                    manifest: facts.manifest,
                    system: self.settings.host.system,
                };
                for note in verdict.notes {
                    self.warn(format!("{id} {}: {note}", target.version()));
                }
                Ok(Accepted { target, image })
            }
            _ => Err(Error::refused(verdict.reasons).about(&reference_of(id, tag))),
        }
    }

    /// Releases that could not be looked at do not hide the next one, but are told.
    pub(crate) fn tell_passed_over(&self, id: &ExtensionId, broken: &[(Tag, Reason)]) {
        for (tag, reason) in broken {
            self.warn(format!("{id}:{tag} is passed over: {}", reason.message));
        }
    }
}
