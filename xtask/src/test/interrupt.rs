//! Ctrl-C and `kill`: the run ends, and only then do we, so that what we started is put away.

use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// How often a running child is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// Whether someone asked us to stop.
pub(super) struct Interrupt {
    /// Ctrl-C: a terminal tells the whole process group, so our children know already.
    typed: Arc<AtomicBool>,
    /// A signal to us alone, to be passed on.
    sent: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on these signals no longer end this process.
    pub(super) fn watch() -> anyhow::Result<Self> {
        let interrupt = Self {
            typed: Arc::default(),
            sent: Arc::default(),
        };
        for (signal, flag) in [
            (SIGINT, &interrupt.typed),
            (SIGTERM, &interrupt.sent),
            (SIGHUP, &interrupt.sent),
        ] {
            signal_hook::flag::register(signal, Arc::clone(flag)).context("cannot watch for signals")?;
        }
        Ok(interrupt)
    }

    /// Whether we were asked to stop.
    pub(super) fn happened(&self) -> bool {
        self.typed.load(Ordering::Relaxed) || self.sent.load(Ordering::Relaxed)
    }

    /// Waits for a child, and asks it to end as soon as we are asked to.
    pub(super) fn wait(&self, child: &mut Child) -> anyhow::Result<ExitStatus> {
        let mut told = false;
        loop {
            if let Some(status) = child.try_wait().context("cannot wait for a child")? {
                return Ok(status);
            }
            if !told && self.sent.load(Ordering::Relaxed) {
                told = true;
                kill_process(Pid::from_child(child), Signal::TERM).context("cannot stop a child")?;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_signal_to_us_is_passed_on_to_the_child() {
        let interrupt = Interrupt {
            typed: Arc::default(),
            sent: Arc::new(AtomicBool::new(true)),
        };
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert!(!interrupt.wait(&mut child).unwrap().success());
    }

    #[test]
    fn without_a_signal_the_child_ends_by_itself() {
        let interrupt = Interrupt {
            typed: Arc::default(),
            sent: Arc::default(),
        };
        let mut child = Command::new("true").spawn().unwrap();
        assert!(interrupt.wait(&mut child).unwrap().success());
        assert!(!interrupt.happened());
    }
}
