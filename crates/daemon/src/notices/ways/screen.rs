//! Showing a notice on the desktop: over D-Bus on Linux and its relatives, the native way elsewhere (untried there).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::notices::{Notice, NoticeKind};
use notify_rust::Notification;

use super::super::locked;

/// How long whoever shows notices may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The name under which notices are shown.
const NAME: &str = "Outrigger";

/// The desktop that shows notices, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// The number that the last notice of a kind got: the next one takes its place.
    last: Mutex<BTreeMap<NoticeKind, u32>>,
    /// Whether the last notice was not shown, which is logged once.
    is_failing: AtomicBool,
}

/// Why a notice was not shown.
#[derive(Debug)]
enum Unshown {
    /// There is no desktop, as on a machine without a screen.
    NoDesktop,
    /// It was not shown, for this reason.
    Failed(String),
}

impl Screen {
    /// Shows a notice in the place of the last one of its kind.
    pub(super) async fn show(&self, notice: &Notice) -> Result<(), String> {
        let before = locked(&self.last).get(&notice.kind).copied();
        let shown = tokio::time::timeout(PATIENCE, show(notice, before)).await;
        let late = |_| Unshown::Failed("whoever shows notices does not answer".to_owned());
        match shown.map_err(late).flatten() {
            Ok(number) => {
                self.is_failing.store(false, Ordering::Relaxed);
                locked(&self.last).extend(number.map(|number| (notice.kind, number)));
                Ok(())
            }
            Err(unshown) => Err(self.told(unshown)),
        }
    }

    /// Logs a failure, if the one before was none.
    fn told(&self, unshown: Unshown) -> String {
        let is_news = !self.is_failing.swap(true, Ordering::Relaxed);
        match unshown {
            Unshown::NoDesktop => {
                if is_news {
                    tracing::info!("there is no desktop to show notices on");
                }
                "there is no desktop to show it on".to_owned()
            }
            Unshown::Failed(problem) => {
                if is_news {
                    tracing::warn!(problem, "a notice was not shown");
                } else {
                    tracing::debug!(problem, "again a notice was not shown");
                }
                problem
            }
        }
    }
}

/// A notice as the system's libraries take it.
fn notification(notice: &Notice) -> Notification {
    let mut notification = Notification::new();
    notification.appname(NAME).summary(&notice.title);
    notification
}

/// Shows it; answers its number. Connects for this notice alone: nothing of it stays open.
#[cfg(all(unix, not(target_os = "macos")))]
async fn show(notice: &Notice, before: Option<u32>) -> Result<Option<u32>, Unshown> {
    use notify_rust::{Hint, Urgency};
    if !has_session_bus() {
        return Err(Unshown::NoDesktop);
    }
    let mut notification = notification(notice);
    notification
        .body(&escaped(&notice.body))
        .hint(Hint::Category("x-outrigger.updates".to_owned()))
        .urgency(Urgency::Low);
    if let Some(number) = before {
        notification.id(number);
    }
    match notification.show_async().await {
        Ok(shown) => Ok(Some(shown.id())),
        Err(error) => Err(unshown(&error)),
    }
}

/// The libraries of the others block, and give no number that could be used again.
#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn show(notice: &Notice, _before: Option<u32>) -> Result<Option<u32>, Unshown> {
    let mut notification = notification(notice);
    notification.body(&notice.body);
    let failed = |error: &dyn std::fmt::Display| Unshown::Failed(error.to_string());
    let shown = tokio::task::spawn_blocking(move || notification.show().map(drop)).await;
    shown
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    Ok(None)
}

/// Whether the session has a bus: one that is named, or the usual one of the user.
#[cfg(all(unix, not(target_os = "macos")))]
fn has_session_bus() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let usual =
        || set("XDG_RUNTIME_DIR").is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists());
    set("DBUS_SESSION_BUS_ADDRESS").is_some() || usual()
}

/// A session without a program that shows notices, as that of a user who is not there, is no failure.
#[cfg(all(unix, not(target_os = "macos")))]
fn unshown(error: &notify_rust::error::Error) -> Unshown {
    let said = error.to_string();
    let nobody = ["ServiceUnknown", "NameHasNoOwner"];
    if nobody.iter().any(|name| said.contains(name)) {
        Unshown::NoDesktop
    } else {
        Unshown::Failed(said)
    }
}

/// Those who show notices may read the body as markup. They are not to find any.
#[cfg(all(unix, not(target_os = "macos")))]
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
#[cfg(all(unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn a_body_holds_no_markup() {
        assert_eq!(
            escaped("<a href=\"x\">&amp;</a>"),
            "&lt;a href=\"x\"&gt;&amp;amp;&lt;/a&gt;"
        );
    }
}
