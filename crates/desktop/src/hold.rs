//! Holding an extension, so that no update moves it.

use model::ExtensionId;

use crate::Desktop;
use crate::error::{Cause, Error};
use crate::words::Phase;

impl Desktop {
    /// Holds an extension, or lets it go.
    ///
    /// # Errors
    ///
    /// Not installed; or the home folder cannot be written.
    pub async fn set_held(&self, id: &ExtensionId, held: bool) -> Result<(), Error> {
        self.change_hold(id, held).await.map_err(|error| error.about(id))
    }

    async fn change_hold(&self, id: &ExtensionId, held: bool) -> Result<(), Error> {
        let not_installed = || Error::new(Phase::Store, Cause::NotInstalled(id.clone()));
        if self.store.find(id)?.is_none() {
            return Err(not_installed());
        }
        let transaction = self.begin(id).await?;
        let mut installed = transaction.current()?.ok_or_else(not_installed)?;
        if installed.held != held {
            installed.held = held;
            transaction.set(&installed)?;
        }
        Ok(())
    }
}
