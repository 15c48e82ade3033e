//! Going back to a generation that is still on disk.

use model::Reference;
use model::event::Event;
use model::installed::Installed;
use model::operation::{OperationKind, ReleaseName};
use model::rollback::{Destination, Wanted, destination, rolled_back};
use model::verdict::judge_generation;

use crate::Desktop;
use crate::attempt::Attempt;
use crate::error::{Cause, Error, reference_of};
use crate::install::{Installation, Outcome};
use crate::words::Phase;

/// What going back came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// What is installed now.
    pub installation: Installation,
    /// The release that was left, if no update takes it any more because of that.
    pub left: Option<ReleaseName>,
}

impl Desktop {
    /// Makes an earlier generation current again: the one that is `wanted`, else the one before. Without network, and without
    /// a question, since what it is able to do was agreed to when it was installed.
    ///
    /// A held extension goes back too, and stays held: a hold forbids updates, and this is a person's own decision. The release
    /// that is left is remembered, so that no update takes it unasked.
    ///
    /// # Errors
    ///
    /// Not installed, or not the release that `reference` names; no such generation; one that allow-list or host refuse now, or
    /// whose files are gone.
    pub async fn rollback(&self, reference: &Reference, wanted: Option<&Wanted>) -> Result<Rollback, Error> {
        let attempt = self.attempt(OperationKind::Rollback);
        self.go_back(reference, wanted, attempt)
            .await
            .map_err(|error| self.failed(attempt, &reference.id, error.about(&reference.id)))
    }

    async fn go_back(
        &self,
        reference: &Reference,
        wanted: Option<&Wanted>,
        attempt: Attempt,
    ) -> Result<Rollback, Error> {
        let id = &reference.id;
        let not_installed = || Error::new(Phase::Store, Cause::NotInstalled(reference.clone()));
        if self.store.find(id)?.is_none() {
            return Err(not_installed());
        }
        let transaction = self.begin(id).await?;
        let installed = transaction.current()?.ok_or_else(not_installed)?;
        let Some(next) = self.after_rollback(&installed, wanted)? else {
            return Ok(rollback(&installed, Outcome::Unchanged));
        };
        let operation = attempt.done(id, Some(&installed.current), Some(next.current.release()));
        transaction.recorded_as(operation).set(&next)?;
        let from = installed.current.version();
        self.emit(Event::Switched {
            id: id.clone(),
            from: Some(from.clone()),
            to: next.current.version(),
        });
        let left = installed.current.release();
        Ok(Rollback {
            left: next.left.contains(&left).then_some(left),
            ..rollback(&next, Outcome::Switched { from })
        })
    }

    /// The extension after the rollback; none where it is there already.
    fn after_rollback(
        &self,
        installed: &Installed,
        wanted: Option<&Wanted>,
    ) -> Result<Option<Installed>, Error> {
        let id = &installed.id;
        let to = match destination(installed, wanted) {
            Ok(Destination::Here) => return Ok(None),
            Ok(Destination::To(generation)) => generation,
            Err(problem) => return Err(Error::new(Phase::Store, Cause::NoGeneration(problem))),
        };
        let reference = reference_of(id, to.tag.as_ref());
        let verdict = judge_generation(id, to, &self.settings.host, &self.settings.policy);
        if !verdict.is_accepted() {
            return Err(Error::refused(verdict.reasons).about(&reference));
        }
        if !self.store.seems_whole(id, to) {
            let cause = Cause::GenerationDamaged {
                id: id.clone(),
                path: self.store.generation_folder(id, to),
            };
            return Err(Error::new(Phase::Store, cause).about(&reference));
        }
        Ok(Some(rolled_back(installed.clone(), to)))
    }
}

fn rollback(installed: &Installed, outcome: Outcome) -> Rollback {
    Rollback {
        installation: Installation {
            id: installed.id.clone(),
            version: installed.current.version(),
            outcome,
        },
        left: None,
    }
}
