//! `outrigger rollback`

use model::rollback::Wanted;
use model::{Digest, Reference, Tag};

use super::outcome::{self, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn run(
    context: &Context,
    output: &Output,
    extension: &str,
    to: Option<&str>,
) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    outcome::each(output, &[extension], |text| {
        let reference = reference(text)?;
        let wanted = wanted(&reference, to)?;
        let rollback = wait(desktop.rollback(&reference.id.into(), wanted.as_ref()))??;
        outcome::tell(output, "Rolled back", &rollback.installation);
        if let Some(left) = &rollback.left {
            let id = &rollback.installation.id;
            output.note(&format!(
                "No update takes {left} again, unless it is named: `outrigger install {}`.",
                Reference {
                    id: id.clone(),
                    tag: left.tag.clone(),
                    digest: left.tag.is_none().then(|| left.digest.clone()),
                }
            ));
        }
        Ok(Done::from(&rollback.installation))
    })
}

/// The generation that `--to` names, or as with updates, a tag or digest behind the extension.
fn wanted(reference: &Reference, to: Option<&str>) -> Result<Option<Wanted>, Failure> {
    let to = to.map(parse).transpose()?;
    let digest = reference.digest.clone().map(Wanted::Digest);
    let named = digest.or_else(|| reference.tag.clone().map(Wanted::Tag));
    match (named, to) {
        (Some(named), Some(to)) if named != to => {
            let message = format!("{reference} and `--to` name two generations");
            Err(Failure::usage(message))
        }
        (named, to) => Ok(named.or(to)),
    }
}

/// A colon stands in every digest and in no tag.
fn parse(text: &str) -> Result<Wanted, Failure> {
    let malformed = |error: &dyn std::error::Error| Failure::usage(error.to_string());
    if text.contains(':') {
        let digest: Digest = text.parse().map_err(|error| malformed(&error))?;
        return Ok(Wanted::Digest(digest));
    }
    let tag: Tag = text.parse().map_err(|error| malformed(&error))?;
    Ok(Wanted::Tag(tag))
}
