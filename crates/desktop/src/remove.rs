//! Removing an extension with all its generations.

use model::Reference;
use model::event::Event;
use model::operation::OperationKind;

use crate::Desktop;
use crate::attempt::Attempt;
use crate::error::{Cause, Error};
use crate::words::Phase;

impl Desktop {
    /// Removes what `reference` names. With a tag or digest that is not the installed one nothing is removed, and `false`
    /// returned.
    ///
    /// Works without network, and also where the generation or its records are damaged.
    ///
    /// # Errors
    ///
    /// Not installed; or the home folder cannot be written.
    pub async fn remove(&self, reference: &Reference) -> Result<bool, Error> {
        let attempt = self.attempt(OperationKind::Remove);
        self.remove_one(reference, attempt)
            .await
            .map_err(|error| self.failed(attempt, &reference.id, error.about(&reference.id)))
    }

    /// Removes what is installed under a name of files, for an activation that cannot be understood and whose name does not
    /// tell its extension.
    ///
    /// # Errors
    ///
    /// Nothing is installed under it; or the home folder cannot be written.
    pub async fn remove_named(&self, name: &str) -> Result<(), Error> {
        if let Some(id) = self.store.id_of_name(name) {
            return self.remove(&id.into()).await.map(|_| ());
        }
        if !self.store.has_named(name) {
            return Err(Error::new(Phase::Store, Cause::NothingNamed(name.to_owned())));
        }
        let message = format!("another process is changing {name}; waiting for it");
        let removed = self.store.remove_named(name, || self.warn(message));
        removed.map_err(|error| Error::from(error).about(&name))
    }

    async fn remove_one(&self, reference: &Reference, attempt: Attempt) -> Result<bool, Error> {
        let id = &reference.id;
        // What cannot be read is there, and can be removed.
        if let Ok(None) = self.store.find(id) {
            return Err(Error::new(Phase::Store, Cause::NotInstalled(reference.clone())));
        }
        let transaction = self.begin(id).await?;
        // An activation that cannot be read names nothing; it is removed all the same.
        let installed = transaction.current().ok().flatten();
        let current = installed.as_ref().map(|installed| &installed.current);
        if current.is_some_and(|current| !current.is_named_by(reference)) {
            return Ok(false);
        }
        let operation = attempt.done(id, current, None);
        transaction.recorded_as(operation).remove()?;
        self.emit(Event::Removed { id: id.clone() });
        Ok(true)
    }
}
