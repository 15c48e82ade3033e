//! Findings while they are gathered.

use model::Platform;
use model::text::printable;

use super::Rule;
use crate::report::{Diagnostic, Location};

/// The longest message, in characters.
const LONGEST: usize = 500;
/// The most findings of one rule: nobody reads more, and foreign content could make millions.
const MOST: usize = 50;

#[derive(Default)]
pub(super) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Adds a finding, and hands it out for what else is known of it.
    pub(super) fn add(&mut self, rule: &'static Rule, message: impl AsRef<str>) -> Finding<'_> {
        self.0.push(Diagnostic {
            rule,
            severity: rule.severity,
            message: printable(message.as_ref(), LONGEST),
            help: None,
            location: None,
            platform: None,
        });
        Finding(self.0.last_mut())
    }

    /// The list, in which what was found in the images of all platforms stands once.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        let mut list: Vec<Diagnostic> = Vec::new();
        for found in self.0 {
            let same = |other: &&mut Diagnostic| {
                other.rule == found.rule && other.message == found.message && other.location == found.location
            };
            if let Some(other) = list.iter_mut().rev().take(2 * MOST).find(same) {
                other.platform = other
                    .platform
                    .take()
                    .filter(|platform| Some(platform) == found.platform.as_ref());
            } else if list.iter().filter(|other| other.rule == found.rule).count() < MOST {
                list.push(found);
            }
        }
        list
    }
}

/// A finding that was just added.
pub(super) struct Finding<'a>(Option<&'a mut Diagnostic>);

impl Finding<'_> {
    pub(super) fn at(mut self, location: Option<Location>) -> Self {
        if let Some(found) = &mut self.0 {
            found.location = location;
        }
        self
    }

    pub(super) fn help(mut self, help: impl AsRef<str>) -> Self {
        if let Some(found) = &mut self.0 {
            found.help = Some(printable(help.as_ref(), LONGEST));
        }
        self
    }

    pub(super) fn on(mut self, platform: Option<&Platform>) -> Self {
        if let Some(found) = &mut self.0 {
            found.platform = platform.cloned();
        }
        self
    }
}
