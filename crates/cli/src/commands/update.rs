//! `outrigger update`

use desktop::Selection;
use model::{ExtensionId, Tag};

use super::outcome::{self, Asking, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

/// What was asked for.
pub(super) struct Wanted<'a> {
    pub(super) extensions: &'a [String],
    pub(super) all: bool,
    pub(super) to: Option<&'a str>,
    pub(super) accept_moved: bool,
    pub(super) force: bool,
}

pub(super) fn run(context: &Context, output: &Output, wanted: &Wanted<'_>) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    let asking = Asking::new(output, wanted.force);
    let update = |(id, selection): (ExtensionId, Selection)| {
        let installation = wait(desktop.update(&id, &selection, &asking.consent()))??;
        outcome::tell(output, "Updated", &installation);
        Ok(Done::from(&installation))
    };
    if wanted.all {
        let installed: Vec<_> = desktop
            .list_in_use()?
            .extensions
            .into_iter()
            .map(|listed| listed.installed.id)
            .collect();
        if installed.is_empty() {
            output.note("No extensions are installed.");
        }
        return outcome::each(output, &installed, |id| {
            let selection = if wanted.accept_moved {
                Selection::Moved
            } else {
                Selection::NewestOfMany
            };
            update((id.clone(), selection))
        });
    }
    let to = wanted
        .to
        .map(str::parse::<Tag>)
        .transpose()
        .map_err(|error| Failure::usage(error.to_string()))?;
    outcome::each(output, wanted.extensions, |text| {
        update(match selected(text, to.as_ref())? {
            (id, Selection::Newest) if wanted.accept_moved => (id, Selection::Moved),
            (_, Selection::Tag(tag)) if wanted.accept_moved => {
                let message =
                    format!("`--accept-moved` takes the installed tag, whichever it is, not `{tag}`");
                return Err(Failure::usage(message).about(text));
            }
            selected => selected,
        })
    })
}

/// `EXT`, or as `docker extension update` has it, `EXT:TAG`.
fn selected(text: &str, to: Option<&Tag>) -> Result<(ExtensionId, Selection), Failure> {
    let reference = reference(text)?;
    if reference.digest.is_some() {
        return Err(
            Failure::usage("an update goes to a tag; `install` takes a digest".to_owned()).about(text),
        );
    }
    let tag = match (reference.tag, to) {
        (Some(written), Some(to)) if written != *to => {
            return Err(Failure::usage(format!("{text} and `--to {to}` name two tags")));
        }
        (written, to) => written.or_else(|| to.cloned()),
    };
    Ok((reference.id, tag.map_or(Selection::Newest, Selection::Tag)))
}
