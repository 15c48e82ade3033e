//! `outrigger install`

use super::outcome::{self, Asking, Done};
use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn run(
    context: &Context,
    output: &Output,
    references: &[String],
    force: bool,
) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    let asking = Asking::new(output, force);
    outcome::each(output, references, |text| {
        let reference = reference(text)?;
        let installation = wait(desktop.install(&reference, &asking.consent()))??;
        outcome::tell(output, "Switched", &installation);
        Ok(Done::from(&installation))
    })
}
