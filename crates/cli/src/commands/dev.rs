//! `outrigger dev`

use std::time::Duration;

use author::{Build, BuildOptions, Compression, Layers};
use camino::{Utf8Path, Utf8PathBuf};
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use registry::{EntryName, LayoutWriter, LocalSource};
use tokio::sync::mpsc;

use super::outcome::{self, Asking};
use crate::context::{Context, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

/// How long nothing may happen after a file was closed or came to its name: it is whole, and others may be saved with it.
const WHOLE: Duration = Duration::from_millis(10);
/// How long nothing may happen after any other change: editors write a file in several steps.
const SETTLED: Duration = Duration::from_millis(30);

pub(super) fn run(context: &Context, output: &Output, folder: &str, force: bool) -> Result<Exit, Failure> {
    let folder = Utf8Path::new(folder);
    let workshop = Workshop::new(context, output, folder, force)?;
    wait(workshop.work())?
}

/// Builds into a layout of its own, and installs from there.
struct Workshop<'a> {
    context: &'a Context,
    output: &'a Output,
    folder: &'a Utf8Path,
    asking: Asking<'a>,
    layout: LayoutWriter,
    layers: Layers,
    /// Holds the layout, and removes it at the end.
    _scratch: tempfile::TempDir,
}

impl<'a> Workshop<'a> {
    fn new(
        context: &'a Context,
        output: &'a Output,
        folder: &'a Utf8Path,
        force: bool,
    ) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::failed(format!("no temporary folder can be made: {error}"))
        };
        let scratch = tempfile::tempdir().map_err(|error| failed(&error))?;
        let path = Utf8PathBuf::from_path_buf(scratch.path().join("layout"));
        let path = path.map_err(|path| failed(&path.display()))?;
        Ok(Self {
            context,
            output,
            folder,
            asking: Asking::repeatedly(output, force),
            layout: LayoutWriter::open(&path)?,
            layers: Layers::default(),
            _scratch: scratch,
        })
    }

    /// Goes on until somebody interrupts it. What cannot be built or installed is said, and the next change is waited for.
    async fn work(mut self) -> Result<Exit, Failure> {
        // Before the first build, so that no change falls between the two.
        let mut changes = Changes::below(self.folder)?;
        loop {
            if let Err(failure) = self.round().await {
                self.output.fail(&failure);
            }
            self.output
                .note(&style::dim("Waiting for changes; Ctrl-C ends it."));
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
                more = changes.next() => if !more { return Ok(Exit::Done) },
            }
        }
    }

    async fn round(&mut self) -> Result<(), Failure> {
        let settings = self.context.settings()?;
        let options = BuildOptions {
            tag: None,
            compression: Compression::None,
            plugin_dialect: false,
            // A desktop takes no other.
            platform: settings.host.image_platforms(None).into_iter().next(),
            time: None,
        };
        let build = Build::read(self.folder, options)?;
        let releases = build
            .write_again(&settings.registry, &self.layout, &mut self.layers)
            .await?;
        let Some(EntryName::Reference(reference)) = releases.into_iter().next().map(|release| release.name)
        else {
            return Err(
                Failure::usage("outrigger.toml does not say which extension this is".to_owned())
                    .help("add `repository = \"acme/whale\"`"),
            );
        };
        let words = format!("oci:{}:{reference}", self.layout.folder());
        // The words begin with what they have to.
        let Some(source) = LocalSource::parse(&words) else {
            return Err(Failure::failed(format!("{words} cannot be read again")));
        };
        let desktop = self.context.desktop(self.output.listener())?;
        let (desktop, reference) = desktop.over(&source, Some(reference)).await?;
        let installation = desktop.install(&reference, &self.asking.consent()).await?;
        outcome::tell(self.output, "Switched", &installation);
        Ok(())
    }
}

/// Changes of files below a folder.
struct Changes {
    /// Of each, how long nothing more may happen until it counts as saved.
    receiver: mpsc::UnboundedReceiver<Duration>,
    /// Watches as long as it lives.
    _watcher: notify::RecommendedWatcher,
}

impl Changes {
    fn below(folder: &Utf8Path) -> Result<Self, Failure> {
        let failed = |error: notify::Error| Failure::failed(format!("{folder} cannot be watched: {error}"));
        let (sender, receiver) = mpsc::unbounded_channel();
        let told = move |event: notify::Result<Event>| {
            // What went wrong may have hidden a change.
            if let Some(pause) = event.map_or(Some(SETTLED), |event| pause(event.kind)) {
                // Nobody listens any more at the end.
                let _ = sender.send(pause);
            }
        };
        let mut watcher = notify::recommended_watcher(told).map_err(failed)?;
        watcher
            .watch(folder.as_std_path(), RecursiveMode::Recursive)
            .map_err(failed)?;
        Ok(Self {
            receiver,
            _watcher: watcher,
        })
    }

    /// Waits for a change, and until all that belongs to it was written. False where nothing can come any more.
    async fn next(&mut self) -> bool {
        let Some(mut pause) = self.receiver.recv().await else {
            return false;
        };
        while let Ok(Some(next)) = tokio::time::timeout(pause, self.receiver.recv()).await {
            pause = next;
        }
        true
    }
}

/// How long nothing may happen after such an event; `None` where nothing was changed by it. Where a system does not tell that a
/// file was closed, what was written to it comes last.
fn pause(kind: EventKind) -> Option<Duration> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) | EventKind::Modify(ModifyKind::Name(_)) => {
            Some(WHOLE)
        }
        EventKind::Access(_) => None,
        _ => Some(SETTLED),
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, RenameMode};

    use super::*;

    #[test]
    fn what_was_written_is_waited_for_until_it_is_closed() {
        let whole = [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
        ];
        let unfinished = [
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
        ];
        assert_eq!(whole.map(pause), [Some(WHOLE); 2]);
        assert_eq!(unfinished.map(pause), [Some(SETTLED); 2]);
    }

    #[test]
    fn reading_is_no_change() {
        let read = [
            EventKind::Access(AccessKind::Open(AccessMode::Read)),
            EventKind::Access(AccessKind::Close(AccessMode::Read)),
        ];
        assert_eq!(read.map(pause), [None; 2]);
    }
}
