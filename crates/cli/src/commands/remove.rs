//! `outrigger rm`

use super::outcome::{self, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

pub(super) fn run(context: &Context, output: &Output, extensions: &[String]) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    outcome::each(output, extensions, |text| {
        // No reference holds a plus; the names of files do, and `ls` shows them where it can show no id.
        if text.contains('+') {
            wait(desktop.remove_named(text))??;
            tell(output, text);
            return Ok(Done::plain(text.clone(), "removed"));
        }
        let reference = reference(text)?;
        let removed = wait(desktop.remove(&reference))??;
        let id = reference.id.to_string();
        if removed {
            tell(output, &id);
        } else {
            output.note(&format!(
                "{reference} is not the installed release; nothing is removed."
            ));
        }
        Ok(Done::plain(id, if removed { "removed" } else { "unchanged" }))
    })
}

fn tell(output: &Output, removed: &str) {
    if output.is_json() {
        return;
    }
    if output.is_quiet() {
        output.line(removed);
    } else {
        output.line(&format!("{} {removed}", style::good("Removed")));
    }
}
