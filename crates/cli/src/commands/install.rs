//! `outrigger install`

use desktop::Question;

use super::outcome::{self, Done};
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
    let ask = |question: &Question<'_>| outcome::ask(output, question);
    let consent = outcome::consent(force, &ask);
    outcome::each(output, references, |text| {
        let reference = reference(text)?;
        let installation = wait(desktop.install(&reference, &consent))??;
        outcome::tell(output, "Switched", &installation);
        Ok(Done::from(&installation))
    })
}
