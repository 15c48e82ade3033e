//! Comparing what is on disk with what was installed, and fetching again what is not the same.

use camino::Utf8PathBuf;
use model::installed::{Generation, Installed};
use model::operation::OperationKind;
use model::verdict::{ReasonCode, judge_generation};
use model::{ExtensionId, Reference};
use store::Verification;

use crate::Desktop;
use crate::attempt::Attempt;
use crate::error::{Cause, Error, reference_of};
use crate::words::Phase;

/// One generation, compared with its record.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The extension.
    pub id: ExtensionId,
    /// What it is.
    pub generation: Generation,
    /// Whether it is the current one.
    pub is_current: bool,
    /// Its folder.
    pub path: Utf8PathBuf,
    /// What came of it.
    pub verification: Verification,
}

impl Verified {
    /// Whether every file is what it was.
    pub fn is_whole(&self) -> bool {
        self.verification.differences.is_empty()
    }

    /// The release, for messages.
    pub fn reference(&self) -> Reference {
        Reference {
            digest: self
                .generation
                .tag
                .is_none()
                .then(|| self.generation.digest.clone()),
            ..reference_of(&self.id, self.generation.tag.as_ref())
        }
    }
}

impl Desktop {
    /// Compares every generation, current and kept, of what `reference` names with its record, or of everything. Without
    /// network, and without a lock.
    ///
    /// # Errors
    ///
    /// Not installed; or when the home folder cannot be read at all.
    pub fn verify(&self, reference: Option<&Reference>) -> Result<Vec<Verified>, Error> {
        let installed = match reference {
            Some(reference) => vec![self.find_installed(reference)?],
            None => self.installed()?,
        };
        let mut verified = Vec::new();
        for Installed {
            id,
            current,
            previous,
            ..
        } in installed
        {
            let kept = previous.into_iter().map(|kept| (kept, false));
            let all = std::iter::once((current, true)).chain(kept);
            let named = all.filter(|(generation, _)| {
                reference.is_none_or(|reference| generation.is_named_by(reference))
            });
            for (generation, is_current) in named {
                verified.push(self.verify_one(&id, generation, is_current));
            }
        }
        match reference {
            Some(reference) if verified.is_empty() => Err(not_installed(reference)),
            _ => Ok(verified),
        }
    }

    fn verify_one(&self, id: &ExtensionId, generation: Generation, is_current: bool) -> Verified {
        Verified {
            id: id.clone(),
            path: self.store.generation_folder(id, &generation),
            verification: self.store.verify(id, &generation),
            generation,
            is_current,
        }
    }

    fn find_installed(&self, reference: &Reference) -> Result<Installed, Error> {
        let found = self
            .store
            .find(&reference.id)
            .map_err(|error| Error::from(error).about(&reference.id))?;
        found.ok_or_else(|| not_installed(reference))
    }

    /// Fetches the files of a generation again, by the digest of its manifest, and puts them in the place of what is there in
    /// one step; then compares once more. Layers that are in the cache are not fetched.
    ///
    /// # Errors
    ///
    /// Where the allow-list no longer admits it, or what fails on the way: then everything stays as it was.
    pub async fn repair(&self, verified: &Verified) -> Result<Verified, Error> {
        let attempt = self.attempt(OperationKind::Repair);
        let reference = verified.reference();
        self.fetch_again(verified, attempt)
            .await
            .map_err(|error| self.failed(attempt, &verified.id, error.about(&reference)))
    }

    async fn fetch_again(&self, verified: &Verified, attempt: Attempt) -> Result<Verified, Error> {
        let Verified { id, generation, .. } = verified;
        self.refuse_repair(id, generation)?;
        let transaction = self.begin(id).await?;
        let named = |installed: &Installed| {
            installed.current.folder() == generation.folder()
                || installed
                    .previous
                    .iter()
                    .any(|kept| kept.folder() == generation.folder())
        };
        // While this process waited for its turn, another may have let the generation go.
        let installed = transaction.current()?.filter(named);
        let installed = installed.ok_or_else(|| not_installed(&verified.reference()))?;
        let image = self.image(id, &generation.manifest).await?;
        let staged = self.stage(id, &image, &transaction).await?;
        // Another version of this program may have chosen other files of the same image.
        let mended = Generation {
            payload: staged.payload.digest.clone(),
            size: staged.payload.size,
            binaries: staged.binaries,
            ..generation.clone()
        };
        let release = Some(generation.release());
        let operation = attempt.done(id, Some(generation), release);
        transaction.recorded_as(operation).restore(
            staged.payload,
            &mended,
            &installed.with_mended(&mended),
        )?;
        Ok(self.verify_one(id, mended, verified.is_current))
    }

    /// What may be fetched is for the allow-list to say. Whether this desktop could run it is another matter: it is installed.
    fn refuse_repair(&self, id: &ExtensionId, generation: &Generation) -> Result<(), Error> {
        let mut reasons =
            judge_generation(id, generation, &self.settings.host, &self.settings.policy).reasons;
        reasons.retain(|reason| matches!(reason.code, ReasonCode::NotAllowed | ReasonCode::Platform));
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(Error::refused(reasons))
        }
    }
}

fn not_installed(reference: &Reference) -> Error {
    Error::new(Phase::Store, Cause::NotInstalled(reference.clone()))
}
