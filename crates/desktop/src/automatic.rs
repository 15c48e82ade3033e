//! Updating what nobody asked to be updated: as far as is configured, and never to what asks for more.

use model::ExtensionId;
use model::automatic::{Level, Refusal, Within};
use model::choice::Choice;
use model::installed::Installed;
use model::operation::OperationKind;

use crate::attempt::Attempt;
use crate::choose::{Choosing, Repository};
use crate::error::{Cause, Error};
use crate::find::Accepted;
use crate::install::Installation;
use crate::purpose::Purpose;
use crate::update::unchanged;
use crate::words::Phase;
use crate::{Code, Consent, Desktop};

/// How many releases that ask for more one update passes over: each has to be fetched to know.
const MOST_PASSED_OVER: usize = 3;

/// What an update that nobody asked for came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticUpdate {
    /// What is installed now.
    pub installation: Installation,
    /// The releases that were passed over because they ask for more than the installed one was agreed to. Whoever hands these in
    /// with the next update keeps them from being fetched again.
    pub refused: Vec<Refusal>,
}

impl Desktop {
    /// The version that [`update_automatically`](Self::update_automatically) would begin with, if there is one. Reads no layer.
    ///
    /// # Errors
    ///
    /// Where the home folder cannot be read, or the registry not be asked.
    pub async fn next_automatic_update(
        &self,
        id: &ExtensionId,
        within: Within<'_>,
    ) -> Result<Option<String>, Error> {
        let Some(installed) = self.store.find(id)? else {
            return Ok(None);
        };
        let next = self.choose_automatically(&installed, within).await?;
        Ok(next.map(|accepted| accepted.target.version()))
    }

    /// Updates an installed extension to the newest release within `level` that policy and host accept and that is able to do no
    /// more than the installed one. Such a release being missing is no error.
    ///
    /// Nobody is asked. A release that asks for more than was agreed to is passed over for the next older one, and told; `known` are
    /// those that earlier updates told of. What is held stays, and what a rollback has left is not taken.
    ///
    /// # Errors
    ///
    /// Not installed; not allowed; or what fails on the way, in which case the installed release stays.
    pub async fn update_automatically(
        &self,
        id: &ExtensionId,
        level: Level,
        known: &[Refusal],
    ) -> Result<AutomaticUpdate, Error> {
        let attempt = self.attempt(OperationKind::Update).by_itself();
        self.update_within(id, level, known, attempt)
            .await
            .map_err(|error| self.failed(attempt, id, error.about(id)))
    }

    async fn update_within(
        &self,
        id: &ExtensionId,
        level: Level,
        known: &[Refusal],
        attempt: Attempt,
    ) -> Result<AutomaticUpdate, Error> {
        let Some(installed) = self.store.find(id)? else {
            return Err(Error::new(Phase::Store, Cause::NotInstalled(id.clone().into())));
        };
        self.refuse_unlisted(id)?;
        let mut refused = Vec::new();
        let installation = loop {
            let refusals = [&refused, known].concat();
            let within = Within {
                level,
                refusals: &refusals,
            };
            let Some(next) = self.choose_automatically(&installed, within).await? else {
                break unchanged(&installed);
            };
            let (digest, version) = (next.target.digest.clone(), next.target.version());
            let purpose = Purpose::update(&installed, &Consent::NobodyToAsk, attempt);
            match self.switch_to(next, purpose).await {
                Err(error) if error.code() == Code::NobodyToAsk => {
                    self.warn(format!(
                        "{id}:{version} asks for more than the installed release, and is not taken without your yes"
                    ));
                    refused.push(Refusal::new(digest, &installed.current.permissions));
                }
                ended => break ended?,
            }
            if refused.len() == MOST_PASSED_OVER {
                break unchanged(&installed);
            }
        };
        Ok(AutomaticUpdate {
            installation,
            refused,
        })
    }

    async fn choose_automatically(
        &self,
        installed: &Installed,
        within: Within<'_>,
    ) -> Result<Option<Accepted>, Error> {
        let repository = Repository {
            within: Some(within),
            ..Repository::of(installed)
        };
        let (choosing, _) = self.choose_afresh(repository).await?;
        let Choosing {
            choice: Choice { offer, .. },
            images,
            ..
        } = choosing;
        offer
            .map(|offer| {
                let image = images.get(&offer.tag).cloned();
                self.accept_offer(&installed.id, offer, image)
            })
            .transpose()
    }
}
