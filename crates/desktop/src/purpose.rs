//! Why a release is made current: because it was asked for, or as an update of what is there.

use model::installed::Installed;
use model::permissions::Permissions;
use model::plan::Target;
use model::reference::Reference;

use crate::Phase;
use crate::consent::{Consent, Question};
use crate::error::{Cause, Error};
use crate::install::{Installation, Outcome};

/// What an operation is for. It decides when the user is asked, and what another process may have changed meanwhile.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// The release was asked for: the user is told everything that it is able to do.
    Install(&'a Consent<'a>),
    /// It updates an installed release: the user is asked only where it is able to do more.
    Update {
        /// What was installed when the update was chosen.
        from: &'a Installed,
        /// Who is asked.
        consent: &'a Consent<'a>,
    },
}

impl Purpose<'_> {
    /// A question that is certain to come, and that nobody can answer, is an error before anything is fetched.
    pub(crate) fn check_beforehand(self) -> Result<(), Error> {
        match self {
            Self::Install(Consent::NobodyToAsk) => Err(Error::new(Phase::Consent, Cause::NobodyToAsk)),
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
        let Self::Update { from, .. } = self else {
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
        let (consent, agreed) = match self {
            Self::Install(consent) => (consent, None),
            Self::Update { consent, .. } => {
                (consent, installed.map(|installed| &installed.current.permissions))
            }
        };
        if agreed.is_some_and(|agreed| permissions.beyond(agreed).is_empty()) {
            return Ok(());
        }
        let question = Question {
            reference,
            permissions,
            agreed,
        };
        let cause = match consent {
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
