//! Telling the user of updates: what and when is decided in `model::notices`; here it is looked for, told and remembered.
//!
//! Nothing is asked again and again: a look follows what happens, and an alarm is set only where something waits for the end of
//! quiet hours.

mod document;
mod kept;
mod look;
mod ways;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use model::ExtensionId;
use model::notices::Notice;
use store::{ServiceFile, ServiceRoom};
use tokio::sync::Notify;

use self::kept::Kept;
use self::look::Look;
use crate::alarm;
use crate::events::{Events, News, Next};
use crate::problem::Problem;
use crate::use_cases::UseCases;

pub(crate) use document::NoticeDocument;
pub(crate) use kept::Sent;
pub(crate) use ways::{Outcome, Screen, Way};

/// An extension that was updated without being asked for. Versions are those that `model::installed::Generation::version` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AutomaticallyUpdated {
    /// The extension.
    pub(crate) id: ExtensionId,
    /// The version before.
    pub(crate) from: String,
    /// The version that is installed now.
    pub(crate) to: String,
}

/// The updates that automatic updates came to and did not take: of each extension the newest version. It asks for more, say, or cannot be
/// fetched.
pub(crate) type Left = BTreeMap<ExtensionId, String>;

/// The notices of one run of the service.
#[derive(Debug)]
pub(crate) struct Notices {
    use_cases: UseCases,
    room: Arc<ServiceRoom>,
    events: Arc<Events>,
    screen: Screen,
    kept: Mutex<Kept>,
    updated: Mutex<Vec<AutomaticallyUpdated>>,
    left: Mutex<Left>,
    last_test: Mutex<Vec<Outcome>>,
    wake: Notify,
}

impl Notices {
    pub(crate) fn new(use_cases: UseCases, room: Arc<ServiceRoom>, events: Arc<Events>) -> Self {
        let kept = room
            .document(ServiceFile::Told)
            .inspect_err(|error| tracing::warn!(%error, "what was told is forgotten"))
            .ok()
            .flatten()
            .unwrap_or_default();
        Self {
            use_cases,
            room,
            events,
            screen: Screen::default(),
            kept: Mutex::new(kept),
            updated: Mutex::default(),
            left: Mutex::default(),
            last_test: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Tells that extensions were updated without being asked for, and of updates that were left: now, or at the end of quiet
    /// hours. Returns at once.
    pub(crate) fn after_automatic_updates(&self, updated: Vec<AutomaticallyUpdated>, left: Left) {
        locked(&self.updated).extend(updated);
        locked(&self.left).extend(left);
        self.wake.notify_one();
    }

    /// The last notices, the newest first.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        locked(&self.kept).sent().cloned().collect()
    }

    /// Sends a notice to try the ways that are configured, also in quiet hours; says what came of each.
    pub(crate) async fn test(&self) -> Result<Vec<Outcome>, Problem> {
        let look = self.look(Vec::new()).await?;
        let outcomes = ways::tell(&look, &self.screen, &Notice::test()).await;
        locked(&self.last_test).clone_from(&outcomes);
        Ok(outcomes)
    }

    /// What came of the last test; nothing where there was none.
    pub(crate) fn last_test(&self) -> Vec<Outcome> {
        locked(&self.last_test).clone()
    }

    /// Looks whenever something may be new, for ever.
    pub(crate) async fn run(&self) {
        let mut mark = self.events.now();
        loop {
            let again = self.look_and_tell().await;
            loop {
                tokio::select! {
                    next = self.events.after(mark) => {
                        let is_change = matches!(next, Next::Missed(_) | Next::News(_, News::Changed));
                        let (Next::News(next, _) | Next::Missed(next)) = next;
                        mark = next;
                        if is_change {
                            break;
                        }
                    }
                    () = self.wake.notified() => break,
                    () = until(again, self.now()) => break,
                }
            }
        }
    }

    /// Tells what is new, and says when to look again.
    async fn look_and_tell(&self) -> Option<Timestamp> {
        let updated = std::mem::take(&mut *locked(&self.updated));
        let look = match self.look(updated.clone()).await {
            Ok(look) => look,
            Err(problem) => {
                tracing::warn!(%problem, "nobody is told of updates");
                locked(&self.updated).splice(..0, updated);
                return None;
            }
        };
        let memory = locked(&self.kept).memory.clone();
        let decision = memory.decide(look.known.clone(), &look.rules(), &self.now());
        // Remembered before it is told: on a full disk nobody is told the same again and again.
        self.keep(|kept| kept.memory = decision.memory);
        for notice in decision.notices {
            let outcomes = ways::tell(&look, &self.screen, &notice).await;
            let sent = Sent::new((self.use_cases.clock)(), notice, &outcomes);
            self.keep(|kept| kept.push(sent));
        }
        decision.again
    }

    async fn look(&self, updated: Vec<AutomaticallyUpdated>) -> Result<Look, Problem> {
        let use_cases = self.use_cases.clone();
        let left = locked(&self.left).clone();
        crate::service::blocking(move || Look::at(&use_cases, updated, &left)).await
    }

    fn keep(&self, change: impl FnOnce(&mut Kept)) {
        let mut kept = locked(&self.kept);
        let before = kept.clone();
        change(&mut kept);
        if *kept == before {
            return;
        }
        if let Err(error) = self.room.write_document(ServiceFile::Told, &*kept) {
            tracing::warn!(%error, "what was told will be forgotten");
        }
    }

    fn now(&self) -> Zoned {
        (self.use_cases.clock)().to_zoned(TimeZone::system())
    }
}

/// Waits for a time, if there is one.
async fn until(time: Option<Timestamp>, now: Zoned) {
    match time {
        Some(time) => alarm::until(time, now.timestamp()).await,
        None => std::future::pending().await,
    }
}

/// What is kept is whole after every change.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
