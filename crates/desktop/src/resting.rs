//! Registries that are left alone for a while: those that say 429, or 503 with a time, until their time, and those that do
//! not answer, for the rest of a scan.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::verdict::{Reason, ReasonCode};
use registry::ErrorKind;

use crate::Desktop;
use crate::error::{Cause, Error};

/// How long a registry that says 429 without a time is left alone, in seconds.
const LEFT_ALONE: i64 = 15 * 60;
/// The longest that a registry's own word is believed, in seconds.
const LONGEST: i64 = 24 * 3600;
/// After how many repositories that got no answer a registry is left alone for the rest of a scan.
const SILENCES: u32 = 2;

/// What one scan came to know of registries that do not answer: how often, by name.
#[derive(Debug, Default)]
pub(crate) struct Silences(Mutex<BTreeMap<String, u32>>);

impl Silences {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        // The map is whole after every change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desktop {
    /// Why `registry` is not asked now, if it is left alone.
    pub(crate) fn is_resting(&self, registry: &str, silences: &Silences) -> Option<Reason> {
        let until = self
            .memory()
            .postponed(registry)
            .filter(|until| *until > self.now());
        if let Some(until) = until {
            let until = until.strftime("%H:%M UTC");
            let message = format!("{registry} asked to be left alone, and is until {until}");
            return Some(Reason::new(ReasonCode::RateLimited, message));
        }
        if silences
            .lock()
            .get(registry)
            .is_some_and(|count| *count >= SILENCES)
        {
            let message =
                format!("{registry} did not answer a moment ago, and is not asked again in this scan");
            return Some(Reason::new(ReasonCode::Network, message));
        }
        None
    }

    /// Takes note of a failure that says something about the whole registry.
    pub(crate) fn note_failure(&self, registry: &str, error: &Error, silences: &Silences) {
        let Cause::Registry(cause) = error.cause() else {
            return;
        };
        match cause.kind() {
            ErrorKind::RateLimited { after: None } => self.postpone(registry, LEFT_ALONE),
            ErrorKind::RateLimited { after: Some(after) }
            | ErrorKind::Server {
                after: Some(after), ..
            } => {
                let seconds = i64::try_from(after.as_secs()).unwrap_or(LONGEST);
                self.postpone(registry, seconds.clamp(1, LONGEST));
            }
            ErrorKind::Network { .. } => *silences.lock().entry(registry.to_owned()).or_default() += 1,
            _ => {}
        }
    }

    fn postpone(&self, registry: &str, seconds: i64) {
        let until: Result<Timestamp, _> = self.now().checked_add(SignedDuration::from_secs(seconds));
        // A day from now is out of the range of time stamps only for a clock that is far off.
        if let Ok(until) = until {
            self.memory().postpone(registry, until);
        }
    }
}
