//! Why a release is made current: because it was asked for, or as an update of what is there.

use model::installed::Installed;
use model::permissions::Permissions;
use model::plan::Target;
use model::reference::Reference;

use crate::Phase;
use crate::attempt::Attempt;
use crate::consent::{Consent, Question};
use crate::error::{Cause, Error};
use crate::install::{Installation, Outcome};

/// What an operation is for. It decides when the user is asked, and what another process may have changed meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Purpose<'a> {
    reason: Reason<'a>,
    /// Who is asked.
    consent: &'a Consent<'a>,
    /// What history is told.
    pub(crate) attempt: Attempt,
}

#[derive(Clone, Copy)]
enum Reason<'a> {
    /// The release was asked for: the user is told everything that it is able to do.
    AskedFor,
    /// It updates what was installed when the update was chosen: the user is asked only where it is able to do more.
    Updates(&'a Installed),
}

impl<'a> Purpose<'a> {
    /// Installing a release that was asked for.
    pub(crate) fn install(consent: &'a Consent<'a>, attempt: Attempt) -> Self {
        Self {
            reason: Reason::AskedFor,
            consent,
            attempt,
        }
    }

    /// Updating `from`, as it was installed when the update was chosen.
    pub(crate) fn update(from: &'a Installed, consent: &'a Consent<'a>, attempt: Attempt) -> Self {
        Self {
            reason: Reason::Updates(from),
            consent,
            attempt,
        }
    }

    /// A question that is certain to come, and that nobody can answer, is an error before anything is fetched.
    pub(crate) fn check_beforehand(self) -> Result<(), Error> {
        match (self.reason, self.consent) {
            (Reason::AskedFor, Consent::NobodyToAsk) => Err(Error::new(Phase::Consent, Cause::NobodyToAsk)),
            _ => Ok(()),
        }
    }

    /// How an update ends whose ground another process has changed: it brings nothing back that was removed, and does not
    /// go over what was installed meanwhile.
    pub(crate) fn is_overtaken(
        self,
        now: Option<&Installed>,
        target: &Target,
    ) -> Option<Result<Installation, Error>> {
        let Reason::Updates(from) = self.reason else {
            return None;
        };
        match now {
            None => {
                let reference = target.id.clone().into();
                Some(Err(Error::new(Phase::Store, Cause::NotInstalled(reference))))
            }
            Some(now) if now.current == from.current => None,
            Some(now) => Some(Ok(Installation {
                id: now.id.clone(),
                version: now.current.version(),
                outcome: Outcome::Unchanged,
            })),
        }
    }

    /// Asks whoever can answer.
    pub(crate) fn ask(
        self,
        reference: &Reference,
        permissions: &Permissions,
        installed: Option<&Installed>,
    ) -> Result<(), Error> {
        let agreed = match self.reason {
            Reason::AskedFor => None,
            Reason::Updates(_) => installed.map(|installed| &installed.current.permissions),
        };
        if agreed.is_some_and(|agreed| permissions.beyond(agreed).is_empty()) {
            return Ok(());
        }
        let question = Question {
            reference,
            permissions,
            agreed,
        };
        let cause = match self.consent {
            Consent::Given(tell) => {
                tell(&question);
                return Ok(());
            }
            Consent::Ask(ask) if ask(&question) => return Ok(()),
            Consent::Ask(_) => Cause::Declined,
            Consent::NobodyToAsk => Cause::NobodyToAsk,
        };
        Err(Error::new(Phase::Consent, cause))
    }
}
