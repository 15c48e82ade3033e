//! `outrigger install`

use super::outcome::{self, Asking, Done};
use super::source::{self, Source};
use crate::context::{Context, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn run(
    context: &Context,
    output: &Output,
    references: &[String],
    taken_for: Option<&str>,
    force: bool,
) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    let asking = Asking::new(output, force);
    let taken_for = source::taken_for(taken_for, references)?;
    outcome::each(output, references, |text| {
        let source = Source::open(context, output, text, taken_for.as_ref())?;
        // Lives until the user was told: what was there before is cleared away when it goes.
        let (desktop, reference) = match &source {
            Source::Registry(reference) => (&desktop, reference),
            Source::Local(desktop, reference) => (&**desktop, reference),
        };
        let installation = wait(desktop.install(reference, &asking.consent()))??;
        outcome::tell(output, "Switched", &installation);
        Ok(Done::from(&installation))
    })
}
