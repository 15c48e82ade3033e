//! What others change while the service runs, the command line above all: seen by the system's notes about files, and told to
//! whoever listens. Nothing is asked for again and again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use notify::event::ModifyKind;
use notify::{Event, EventKind, RecursiveMode, Watcher};
use store::Stamp;
use tokio::sync::watch;

use crate::events::News;
use crate::problem::Problem;
use crate::service::Service;
use crate::use_cases::UseCases;

/// How long to wait for what belongs to the same change, so that a scan that writes a lot is told of a few times a second.
const SETTLED: Duration = Duration::from_millis(100);

/// Watches for ever. Where the system gives no notes, pages are as old as when they were asked for.
pub(crate) async fn run(service: &Service) {
    if let Err(error) = go_on(service).await {
        tracing::warn!(%error, "changes by other programs are not seen");
    }
}

async fn go_on(service: &Service) -> notify::Result<()> {
    let (sender, mut changes) = watch::channel(());
    let gone = Gone::default();
    let mut watcher = notify::recommended_watcher({
        let gone = gone.clone();
        move |event: notify::Result<Event>| {
            // Reading is no change. What went wrong may have hidden one.
            if event.as_ref().map_or(true, |event| !event.kind.is_access()) {
                gone.note(event.ok());
                sender.send_replace(());
            }
        }
    })?;
    let mut known = BTreeSet::new();
    let mut before = None;
    let mut is_first = true;
    loop {
        let (now, folders) = match look(service).await {
            Ok((stamp, folders)) => (Some(stamp), folders),
            Err(problem) => {
                tracing::debug!(%problem, "what is configured cannot be read");
                (None, BTreeSet::new())
            }
        };
        if !is_first && now != before {
            service.events().tell(News::Changed);
        }
        (before, is_first) = (now, false);
        gone.forget(&mut watcher, &mut known);
        if watch_too(&mut watcher, &mut known, folders) {
            // Something may have changed between the look and the watch.
            continue;
        }
        if changes.changed().await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(SETTLED).await;
        // What comes after the look that follows is another change.
        changes.mark_unchanged();
    }
}

/// What lost its name since somebody last looked. A watch stays with the folder that it was begun for, also where another one has
/// its name by now.
#[derive(Debug, Clone, Default)]
struct Gone(Arc<Mutex<BTreeSet<PathBuf>>>);

impl Gone {
    fn note(&self, event: Option<Event>) {
        let is_gone = |event: &Event| {
            matches!(
                event.kind,
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
            )
        };
        if let Some(event) = event.filter(is_gone) {
            self.paths().extend(event.paths);
        }
    }

    /// Ends the watches of folders that lost their names.
    fn forget(&self, watcher: &mut impl Watcher, known: &mut BTreeSet<Utf8PathBuf>) {
        let gone = std::mem::take(&mut *self.paths());
        known.retain(|folder| {
            let stays = !gone.contains(folder.as_std_path());
            if !stays {
                let _ = watcher.unwatch(folder.as_std_path()); // it ended by itself where the folder is no more
            }
            stays
        });
    }

    fn paths(&self) -> std::sync::MutexGuard<'_, BTreeSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How everything stands that is shown, and the folders in which that would change.
async fn look(service: &Service) -> Result<(Stamp, BTreeSet<Utf8PathBuf>), Problem> {
    let store = service.store().clone();
    let look = move |use_cases: &UseCases| {
        let files = use_cases.files()?;
        let paths: Vec<_> = files.iter().map(Utf8PathBuf::as_path).collect();
        let folders = files.iter().filter_map(|file| file.parent());
        let folders = folders.map(Utf8Path::to_owned).chain(store.places_of_change());
        Ok((store.stamp(&paths), folders.collect()))
    };
    service.with_files(look).await
}

/// Watches the folders among these that are there and are not watched yet; says whether there were any.
fn watch_too(
    watcher: &mut impl Watcher,
    known: &mut BTreeSet<Utf8PathBuf>,
    folders: BTreeSet<Utf8PathBuf>,
) -> bool {
    let mut has_more = false;
    for folder in folders {
        if !folder.is_dir() {
            known.remove(&folder);
        } else if !known.contains(&folder) {
            match watcher.watch(folder.as_std_path(), RecursiveMode::NonRecursive) {
                Ok(()) => has_more = true,
                Err(error) => tracing::warn!(%error, %folder, "changes by other programs in it are not seen"),
            }
            known.insert(folder);
        }
    }
    has_more
}
