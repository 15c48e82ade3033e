//! `outrigger rm`

use super::outcome::{self, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

pub(super) fn run(context: &Context, output: &Output, extensions: &[String]) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    outcome::each(output, extensions, |text| {
        let reference = reference(text)?;
        let removed = wait(desktop.remove(&reference))??;
        let id = reference.id.to_string();
        if output.is_quiet() && removed && !output.is_json() {
            output.line(&id);
        } else if removed && !output.is_json() {
            output.line(&format!("{} {id}", style::good("Removed")));
        } else if !removed {
            output.note(&format!(
                "{reference} is not the installed release; nothing is removed."
            ));
        }
        Ok(Done::plain(id, if removed { "removed" } else { "unchanged" }))
    })
}
