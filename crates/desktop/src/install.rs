//! Installing a release: resolve once, ask policy and labels, then fetch, then switch in one step.

use std::sync::Arc;

use model::event::Event;
use model::installed::{Generation, Installed};
use model::operation::OperationKind;
use model::plan::{Change, Plan, PlannedLayer, Target, change};
use model::verdict::{Reason, ReasonCode};
use model::{ExtensionId, Reference};
use store::Transaction;

use crate::attempt::Attempt;
use crate::error::{Cause, Error, reference_of};
use crate::find::Accepted;
use crate::look::Image;
use crate::moved::Moved;
use crate::payload::Staged;
use crate::purpose::Purpose;
use crate::update::unchanged;
use crate::words::Phase;
use crate::{Consent, Desktop};

/// What an install or update came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The extension.
    pub id: ExtensionId,
    /// The version that is installed now.
    pub version: String,
    /// What happened.
    pub outcome: Outcome,
}

impl Installation {
    /// The version that was there before, if another one took its place.
    pub fn replaced(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Switched { from } => Some(from),
            Outcome::Unchanged | Outcome::Installed => None,
        }
    }
}

/// What happened to the installed release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was there already.
    Unchanged,
    /// It is new here.
    Installed,
    /// It took the place of another release.
    Switched {
        /// The version before.
        from: String,
    },
}

impl Desktop {
    /// Installs what `reference` names: with a tag or digest exactly that release; without, the newest that policy and host
    /// accept, or `latest` where no tag of the repository is a version.
    ///
    /// Another installed release is replaced; the one asked for being there already is no error.
    ///
    /// # Errors
    ///
    /// Whatever fails, what was installed before still is.
    pub async fn install(&self, reference: &Reference, consent: &Consent<'_>) -> Result<Installation, Error> {
        let attempt = self.attempt(OperationKind::Install);
        self.install_release(reference, Purpose::install(consent, attempt))
            .await
            .map_err(|error| self.failed(attempt, &reference.id, error.about(reference)))
    }

    async fn install_release(
        &self,
        reference: &Reference,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        self.refuse_unlisted(&reference.id)?;
        if self.settings.policy.allow_list.is_none() {
            self.warn("no allow-list is configured: every repository may be installed");
        }
        let installed = self.store.find(&reference.id)?;
        let left = installed.as_ref().map_or(&[][..], |installed| &installed.left);
        let found = self.find_release(reference, left).await?;
        if let Some(installed) = &installed
            && let Some(moved) = Moved::between(installed, found.target.tag.as_ref(), &found.target.digest)
        {
            let is_named = reference.tag.is_some() || reference.digest.is_some();
            if !is_named && self.store.has_generation(&installed.id, &installed.current) {
                self.tell_not_followed(&moved);
                return Ok(unchanged(installed));
            }
            self.tell_followed(&moved);
        }
        self.emit(Event::Resolved {
            reference: reference.clone(),
            digest: found.target.digest.clone(),
        });
        self.switch_to(found, purpose).await
    }

    /// Makes a release the current one: nothing to do, a new name for the same payload, or fetch and switch.
    pub(crate) async fn switch_to(
        &self,
        release: Accepted,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        let target = &release.target;
        match self.change(self.store.find(&target.id)?.as_ref(), target) {
            Change::Nothing => return Ok(installation(target, Outcome::Unchanged)),
            Change::Held => return Err(held(&target.version())),
            Change::Rename => {}
            Change::Fetch => purpose.check_beforehand()?,
        }
        self.catch_up();
        let transaction = self.begin(&target.id).await?;
        // While this process waited for its turn, another may have changed everything: it is decided again.
        let installed = transaction.current()?;
        if let Some(outcome) = purpose.is_overtaken(installed.as_ref(), target) {
            return outcome;
        }
        match (self.change(installed.as_ref(), target), installed) {
            (Change::Nothing, _) => Ok(installation(target, Outcome::Unchanged)),
            (Change::Held, _) => Err(held(&target.version())),
            (Change::Rename, Some(installed)) => self.rename(target, installed, transaction, purpose.attempt),
            (Change::Rename | Change::Fetch, installed) => {
                self.fetch(release, installed, transaction, purpose).await
            }
        }
    }

    /// A generation whose folder is gone has to be fetched again, whatever its activation says.
    fn change(&self, installed: Option<&Installed>, target: &Target) -> Change {
        let is_damaged =
            installed.is_some_and(|installed| !self.store.has_generation(&target.id, &installed.current));
        match change(installed, target) {
            Change::Nothing | Change::Rename if is_damaged => Change::Fetch,
            change => change,
        }
    }

    /// The payload is current already, under another tag or index.
    fn rename(
        &self,
        target: &Target,
        installed: Installed,
        transaction: Transaction,
        attempt: Attempt,
    ) -> Result<Installation, Error> {
        let from = installed.current.version();
        let next = Generation {
            tag: target.tag.clone(),
            digest: target.digest.clone(),
            automatic: attempt.is_automatic(),
            ..installed.current.clone()
        };
        let operation = attempt.done(&target.id, Some(&installed.current), Some(next.release()));
        let next = installed.renamed(next);
        transaction.recorded_as(operation).set(&next)?;
        self.emit(Event::Switched {
            id: target.id.clone(),
            from: Some(from.clone()),
            to: target.version(),
        });
        Ok(installation(target, Outcome::Switched { from }))
    }

    async fn fetch(
        &self,
        release: Accepted,
        installed: Option<Installed>,
        transaction: Transaction,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        let Accepted { target, image } = release;
        let image = match image {
            Some(image) => image,
            None => self.image(&target.id, &target.manifest).await?,
        };
        self.emit(Event::Planned(self.plan(&target, installed.as_ref(), &image)));
        let staged = self.stage(&target.id, &image, &transaction).await?;
        let reference = reference_of(&target.id, target.tag.as_ref());
        purpose.ask(&reference, &staged.permissions, installed.as_ref())?;
        self.commit(&target, installed, staged, transaction, purpose.attempt)
    }

    fn plan(&self, target: &Target, installed: Option<&Installed>, image: &Image) -> Plan {
        let blobs = self.blobs();
        let planned = |layer: &registry::Descriptor| PlannedLayer {
            digest: layer.digest.clone(),
            size: layer.size,
            is_here: blobs.open(&layer.digest).is_some(),
        };
        Plan {
            id: target.id.clone(),
            from: installed.map(|installed| installed.current.version()),
            to: target.version(),
            digest: target.digest.clone(),
            layers: image.manifest.layers.iter().map(planned).collect(),
        }
    }

    fn commit(
        &self,
        target: &Target,
        installed: Option<Installed>,
        staged: Staged,
        transaction: Transaction,
        attempt: Attempt,
    ) -> Result<Installation, Error> {
        let generation = Generation {
            automatic: attempt.is_automatic(),
            ..generation(target, &staged, self.now())
        };
        let before = installed.as_ref().map(|installed| &installed.current);
        let from = before.map(Generation::version);
        let operation = attempt.done(&target.id, before, Some(generation.release()));
        let next = match installed {
            Some(installed) => installed
                .switched_to(generation)
                .keeping(self.settings.generations),
            None => Installed::new(target.id.clone(), generation),
        };
        let leavings = transaction.recorded_as(operation).commit(staged.payload, &next)?;
        self.put_off(leavings);
        self.emit(Event::Switched {
            id: target.id.clone(),
            from: from.clone(),
            to: target.version(),
        });
        let outcome = from.map_or(Outcome::Installed, |from| Outcome::Switched { from });
        Ok(installation(target, outcome))
    }

    /// Waits for this extension's turn, off the threads that drive the network.
    pub(crate) async fn begin(&self, id: &ExtensionId) -> Result<Transaction, Error> {
        let (store, id, listener) = (self.store.clone(), id.clone(), Arc::clone(&self.listener));
        let begin = move || {
            let message = format!("another process is changing {id}; waiting for it");
            store.begin(&id, || listener(Event::Warned { message }))
        };
        let interrupted = |_| Cause::Interrupted("waiting for the home folder".to_owned());
        let transaction = tokio::task::spawn_blocking(begin).await;
        Ok(transaction.map_err(|error| Error::new(Phase::Store, interrupted(error)))??)
    }
}

fn generation(target: &Target, staged: &Staged, now: jiff::Timestamp) -> Generation {
    let Staged {
        payload,
        metadata,
        labels,
        binaries,
        permissions,
        layers,
    } = staged;
    let title = labels.title.clone().or_else(|| metadata.name.clone());
    let title = title.unwrap_or_else(|| target.id.repository().to_owned());
    let tab_title = |tab: &model::metadata::Tab| tab.title.clone().unwrap_or_else(|| title.clone());
    Generation {
        tag: target.tag.clone(),
        digest: target.digest.clone(),
        manifest: target.manifest.clone(),
        system: target.system,
        vendor: labels.vendor.clone().or_else(|| metadata.provider.clone()),
        api_version: labels.api_version.clone(),
        tabs: metadata.tabs.iter().map(tab_title).collect(),
        backend: metadata
            .vm
            .as_ref()
            .is_some_and(|vm| vm.image.is_some() || vm.compose_file.is_some()),
        binaries: binaries.clone(),
        permissions: permissions.clone(),
        payload: payload.digest.clone(),
        size: payload.size,
        layers: layers.clone(),
        installed_at: now,
        automatic: false,
        title,
    }
}

pub(crate) fn installation(target: &Target, outcome: Outcome) -> Installation {
    Installation {
        id: target.id.clone(),
        version: target.version(),
        outcome,
    }
}

/// The refusal to move a held extension to `version`.
pub(crate) fn held(version: &str) -> Error {
    let message = format!("it is held, so that nothing moves it to {version}");
    Error::refused(vec![Reason::new(ReasonCode::Held, message)])
}
