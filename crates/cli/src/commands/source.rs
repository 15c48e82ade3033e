//! Where a REF leads: to a registry, or to images in files and engines.

use desktop::Desktop;
use model::Reference;
use registry::LocalSource;

use crate::context::{Context, reference, wait};
use crate::output::Output;
use crate::output::failure::Failure;

/// What a REF means.
pub(super) enum Source {
    /// Something in a registry.
    Registry(Reference),
    /// Something outside, and the use cases over it.
    Local(Box<Desktop>, Reference),
}

impl Source {
    pub(super) fn open(
        context: &Context,
        output: &Output,
        text: &str,
        taken_for: Option<&Reference>,
    ) -> Result<Self, Failure> {
        let Some(source) = LocalSource::parse(text) else {
            return Ok(Self::Registry(reference(text)?));
        };
        let desktop = context.desktop(output.listener())?;
        let opened = wait(desktop.over(&source, taken_for.cloned()))?;
        let (desktop, reference) = opened.map_err(|error| Failure::from(error).about(text))?;
        Ok(Self::Local(Box::new(desktop), reference))
    }
}

/// The value of `--as`, which needs one thing that it can be said of.
pub(super) fn taken_for(text: Option<&str>, references: &[String]) -> Result<Option<Reference>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    match references {
        [only] if LocalSource::parse(only).is_some() => Ok(Some(reference(text)?)),
        _ => Err(Failure::usage(
            "`--as` says what one file holds: oci:, oci-archive:, docker-archive: or docker-daemon:"
                .to_owned(),
        )),
    }
}
