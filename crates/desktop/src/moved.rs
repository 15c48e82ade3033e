//! A tag that was pushed again: told with both digests, and followed only where somebody says so.

use model::ExtensionId;
use model::installed::Installed;
use model::{Digest, Tag};

use crate::Desktop;
use crate::error::Error;
use crate::find::Accepted;
use crate::install::Installation;
use crate::purpose::Purpose;
use crate::update::unchanged;

/// Where the installed tag points now, and where it pointed when it was installed.
pub(crate) struct Moved<'a> {
    id: &'a ExtensionId,
    tag: &'a Tag,
    installed: &'a Digest,
    now: Digest,
}

impl<'a> Moved<'a> {
    /// Compares what was found under `tag` with what is installed under the same tag.
    pub(crate) fn between(installed: &'a Installed, tag: Option<&Tag>, found: &Digest) -> Option<Self> {
        let current = &installed.current;
        let tag_of_current = current.tag.as_ref().filter(|current| Some(*current) == tag)?;
        (current.digest != *found).then(|| Self {
            id: &installed.id,
            tag: tag_of_current,
            installed: &current.digest,
            now: found.clone(),
        })
    }

    fn sentence(&self) -> String {
        let Self {
            id,
            tag,
            installed,
            now,
        } = self;
        format!("the tag {id}:{tag} has moved: it points to {now} now, and {installed} is installed")
    }
}

impl Desktop {
    /// Says that a tag moved and was not followed.
    pub(crate) fn tell_not_followed(&self, moved: &Moved<'_>) {
        let id = moved.id;
        self.warn(format!(
            "{}; nothing was changed, `outrigger update {id} --accept-moved` takes what it points to",
            moved.sentence()
        ));
    }

    /// Says that a tag moved and is followed, because it was named. In a file no tag moves: whoever wrote it gave it its names.
    pub(crate) fn tell_followed(&self, moved: &Moved<'_>) {
        if self.reads_files {
            return;
        }
        self.warn(format!("{}; it was asked for, and is taken", moved.sentence()));
    }

    /// Asks where the installed tag points now, and says if it moved: one HEAD. A registry that does not answer that is no
    /// failure, since nothing was to be done with the answer.
    pub(crate) async fn look_for_moved(&self, installed: &Installed) {
        let Some(tag) = &installed.current.tag else {
            return;
        };
        match self.resolve(&installed.id, tag).await {
            Ok(found) => {
                if let Some(moved) = Moved::between(installed, Some(tag), &found) {
                    self.tell_not_followed(&moved);
                }
            }
            Err(error) => tracing::debug!(%error, "whether the installed tag moved is not known"),
        }
    }

    /// Takes what the installed tag points to now.
    pub(crate) async fn follow_moved(
        &self,
        installed: &Installed,
        purpose: Purpose<'_>,
    ) -> Result<Installation, Error> {
        let Some(tag) = &installed.current.tag else {
            let id = &installed.id;
            self.warn(format!(
                "{id} was installed by its digest, so that no tag can have moved"
            ));
            return Ok(unchanged(installed));
        };
        let found: Accepted = self.find_tagged(&installed.id, tag).await?;
        self.switch_to(found, purpose).await
    }
}
