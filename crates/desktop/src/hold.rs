//! Holding an extension, so that no update moves it.

use model::Reference;
use model::operation::OperationKind;

use crate::Desktop;
use crate::attempt::Attempt;
use crate::error::{Cause, Error};
use crate::words::Phase;

impl Desktop {
    /// Holds an extension, or lets it go.
    ///
    /// # Errors
    ///
    /// Not installed, or not the release that is named; or the home folder cannot be written.
    pub async fn set_held(&self, reference: &Reference, held: bool) -> Result<(), Error> {
        let attempt = self.attempt(if held {
            OperationKind::Hold
        } else {
            OperationKind::Unhold
        });
        self.change_hold(reference, held, attempt)
            .await
            .map_err(|error| self.failed(attempt, &reference.id, error.about(reference)))
    }

    async fn change_hold(&self, reference: &Reference, held: bool, attempt: Attempt) -> Result<(), Error> {
        let id = &reference.id;
        let not_installed = || Error::new(Phase::Store, Cause::NotInstalled(reference.clone()));
        if self.store.find(id)?.is_none() {
            return Err(not_installed());
        }
        let transaction = self.begin(id).await?;
        let installed = transaction
            .current()?
            .filter(|installed| installed.current.is_named_by(reference));
        let mut installed = installed.ok_or_else(not_installed)?;
        if installed.held != held {
            installed.held = held;
            let current = &installed.current;
            let operation = attempt.done(id, Some(current), Some(current.release()));
            transaction.recorded_as(operation).set(&installed)?;
        }
        Ok(())
    }
}
