//! `outrigger hold` and `outrigger unhold`

use super::outcome::{self, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn run(
    context: &Context,
    output: &Output,
    extensions: &[String],
    held: bool,
) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    outcome::each(output, extensions, |text| {
        let reference = reference(text)?;
        wait(desktop.set_held(&reference, held))??;
        let id = &reference.id;
        let (word, sentence) = if held {
            ("held", "is held: no update moves it.")
        } else {
            ("unheld", "may move again.")
        };
        if !output.is_json() && !output.is_quiet() {
            output.line(&format!("{id} {sentence}"));
        }
        Ok(Done::plain(id.to_string(), word))
    })
}
