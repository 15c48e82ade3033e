//! Scans of other processes: the file in which they remember what they found tells of them.

use std::time::Duration;

use camino::Utf8Path;

/// How long to wait once something was written: a scan writes many times before it ends.
const SETTLE: Duration = Duration::from_secs(2);

/// Calls `then` a while after what scans remember was written, for ever. Where the system cannot tell, nothing is noticed.
#[cfg(target_os = "linux")]
pub(super) async fn notice(home: &Utf8Path, then: impl Fn()) {
    match Watch::new(home) {
        Ok(watch) => {
            while let Ok(is_it) = watch.next().await {
                if is_it {
                    tokio::time::sleep(SETTLE).await;
                    // What came meanwhile is seen by the same look.
                    let _ = watch.drain();
                    then();
                }
            }
            tracing::warn!("scans of the command line are no longer noticed");
        }
        Err(error) => tracing::warn!(%error, "scans of the command line are not noticed"),
    }
    std::future::pending::<()>().await;
}

/// Elsewhere such a scan is seen with the next look.
#[cfg(not(target_os = "linux"))]
pub(super) async fn notice(_home: &Utf8Path, _then: impl Fn()) {
    std::future::pending::<()>().await;
}

/// A watch on the home folder itself: the file may be replaced, or not be there yet.
#[cfg(target_os = "linux")]
struct Watch(tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>);

#[cfg(target_os = "linux")]
impl Watch {
    fn new(home: &Utf8Path) -> std::io::Result<Self> {
        use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
        let watch = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        add_watch(&watch, home.as_str(), WatchFlags::MODIFY | WatchFlags::MOVED_TO)?;
        Ok(Self(crate::descriptor::awaited(watch)?))
    }

    /// Waits until something was written; whether it is the file.
    async fn next(&self) -> std::io::Result<bool> {
        let mut ready = self.0.readable().await?;
        let is_it = self.drain();
        ready.clear_ready();
        is_it
    }

    /// Takes all that is told by now; whether the file is in it.
    fn drain(&self) -> std::io::Result<bool> {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        let mut is_it = false;
        loop {
            match reader.next() {
                // Too much at once is everything.
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => is_it = true,
                Ok(event) => {
                    let name = event.file_name().map(std::ffi::CStr::to_bytes);
                    is_it |= name == Some(store::FACTS_FILE.as_bytes());
                }
                Err(rustix::io::Errno::AGAIN) => return Ok(is_it),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
