//! Holding an extension, so that no update moves it.

use model::Reference;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::words::Phase;

impl Desktop {
    /// Holds an extension, or lets it go.
    ///
    /// # Errors
    ///
    /// Not installed, or not the release that is named; or the home folder cannot be written.
    pub async fn set_held(&self, reference: &Reference, held: bool) -> Result<(), Error> {
        self.change_hold(reference, held)
            .await
            .map_err(|error| error.about(reference))
    }

    async fn change_hold(&self, reference: &Reference, held: bool) -> Result<(), Error> {
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
            transaction.set(&installed)?;
        }
        Ok(())
    }
}
