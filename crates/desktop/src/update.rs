//! Updating: the newest acceptable release of what is installed, or a named one.

use model::choice::{Choice, Chosen};
use model::installed::Installed;
use model::operation::OperationKind;
use model::verdict::Reason;
use model::version::ReleaseTag;
use model::{ExtensionId, Tag};

use crate::attempt::Attempt;
use crate::choose::{Choosing, Repository};
use crate::error::{Cause, Error, reference_of};
use crate::install::{Installation, Outcome, held};
use crate::moved::Moved;
use crate::purpose::Purpose;
use crate::words::Phase;
use crate::{Consent, Desktop};

/// How far an update goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// To the newest release that policy and host accept; every newer one being refused is an error.
    Newest,
    /// As [`Selection::Newest`], but what is refused is only told: one of many.
    NewestOfMany,
    /// To this tag.
    Tag(Tag),
    /// To what the installed tag points to now, if somebody has pushed it again.
    Moved,
}

impl Desktop {
    /// Updates one installed extension. Nothing newer: unchanged, and no error.
    ///
    /// The user is asked only where the release will be able to do more than the installed one.
    ///
    /// # Errors
    ///
    /// Not installed; refused; or what fails on the way, in which case the installed release stays.
    pub async fn update(
        &self,
        id: &ExtensionId,
        selection: &Selection,
        consent: &Consent<'_>,
    ) -> Result<Installation, Error> {
        let attempt = self.attempt(OperationKind::Update);
        self.update_one(id, selection, (consent, attempt))
            .await
            .map_err(|error| self.failed(attempt, id, error.about(id)))
    }

    async fn update_one(
        &self,
        id: &ExtensionId,
        selection: &Selection,
        (consent, attempt): (&Consent<'_>, Attempt),
    ) -> Result<Installation, Error> {
        let Some(installed) = self.store.find(id)? else {
            return Err(Error::new(Phase::Store, Cause::NotInstalled(id.clone().into())));
        };
        self.refuse_unlisted(id)?;
        let purpose = Purpose::update(&installed, consent, attempt);
        match selection {
            Selection::Tag(tag) => self.update_to_tag(&installed, tag, purpose).await,
            Selection::Moved => self.follow_moved(&installed, purpose).await,
            Selection::Newest | Selection::NewestOfMany => {
                let is_named = *selection == Selection::Newest;
                self.update_to_newest(&installed, is_named, purpose).await
            }
        }
    }

    async fn update_to_tag(
        &self,
        installed: &Installed,
        tag: &Tag,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        if installed.held && installed.current.tag.as_ref() != Some(tag) {
            return Err(held(tag.as_str()));
        }
        let found = self.find_tagged(&installed.id, tag).await?;
        if let Some(moved) = Moved::between(installed, Some(tag), &found.target.digest) {
            self.tell_not_followed(&moved);
            return Ok(unchanged(installed));
        }
        self.switch_to(found, purpose).await
    }

    async fn update_to_newest(
        &self,
        installed: &Installed,
        is_named: bool,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        let id = &installed.id;
        let (choosing, _) = self.choose_afresh(Repository::of(installed)).await?;
        let Choosing {
            choice:
                Choice {
                    offer,
                    blocked,
                    broken,
                    ..
                },
            images,
            ..
        } = choosing;
        if offer.is_none() {
            self.look_for_moved(installed).await;
        }
        match (offer, blocked, broken.first()) {
            (Some(offer), blocked, _) => {
                self.tell_passed_over(id, &broken);
                self.tell_blocked(id, blocked);
                let image = images.get(&offer.tag).cloned();
                let accepted = self.accept_offer(id, offer, image)?;
                self.switch_to(accepted, purpose).await
            }
            (None, Some((newest, reasons)), _) if is_named => {
                self.tell_passed_over(id, &broken);
                Err(Error::refused(reasons).about(&reference_of(id, Some(&newest.tag))))
            }
            // The only newer releases cannot be looked at: the newest says why.
            (None, None, Some((tag, _))) if is_named => {
                let accepted = self.find_tagged(id, tag).await?;
                self.switch_to(accepted, purpose).await
            }
            (None, blocked, _) => {
                self.tell_passed_over(id, &broken);
                self.tell_blocked(id, blocked);
                self.tell_unordered(installed);
                Ok(unchanged(installed))
            }
        }
    }

    pub(crate) fn tell_blocked(&self, id: &ExtensionId, blocked: Option<(Chosen, Vec<Reason>)>) {
        if let Some((newest, reasons)) = blocked {
            let reasons: Vec<_> = reasons.into_iter().map(|reason| reason.message).collect();
            self.warn(format!(
                "{id}:{} is not taken: {}",
                newest.tag,
                reasons.join("; ")
            ));
        }
    }
}

impl Desktop {
    /// What was installed by digest, or by a tag such as `latest`, has no newer release that could be offered.
    fn tell_unordered(&self, installed: &Installed) {
        let current = &installed.current;
        if current.tag.as_ref().and_then(ReleaseTag::parse).is_none() {
            let (id, version) = (&installed.id, current.version());
            self.warn(format!(
                "{id} is installed as {version}, which is no version, so that nothing is newer; `outrigger install {id}` takes the newest release, `outrigger scan` tells whether a tag moved"
            ));
        }
    }
}

/// Nothing was done.
pub(crate) fn unchanged(installed: &Installed) -> Installation {
    Installation {
        id: installed.id.clone(),
        version: installed.current.version(),
        outcome: Outcome::Unchanged,
    }
}
