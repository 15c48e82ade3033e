//! What happens, for whoever looks on: a bounded ring that a client can go on in where it was cut off.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::jobs::{JobDocument, JobId};

/// How many events are kept. Of a job only the last one is, since each tells it whole.
const KEPT: usize = 256;

/// Something to tell.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// A job came forward.
    Job(Box<JobDocument>),
    /// What is installed, offered or allowed may be another now: ask again.
    Changed,
}

/// Where a client stands in the stream: written `RUN-NUMBER`, so that a number of an earlier run is no number of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    run: i64,
    number: u64,
}

impl Mark {
    /// A place in no stream.
    pub(crate) const UNKNOWN: Self = Self { run: 0, number: 0 };
}

/// All events of this run of the service.
#[derive(Debug)]
pub(crate) struct Events {
    run: i64,
    ring: Mutex<Ring>,
    last: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    /// The number of the newest event that is gone without one that says the same.
    lost: u64,
    kept: VecDeque<(u64, News)>,
}

/// What a client is told next.
#[derive(Debug)]
pub(crate) enum Next {
    /// An event, and where the client stands after it.
    News(Mark, News),
    /// Some events are no longer kept: whatever the client knows may be old.
    Missed(Mark),
}

impl Events {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            run: now.as_millisecond(),
            ring: Mutex::default(),
            last: watch::Sender::new(0),
        }
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, news: News) {
        let mut ring = self.ring();
        ring.push(news);
        // Under the lock, so that the number never goes back.
        self.last.send_replace(ring.last);
    }

    /// Where the stream is now.
    pub(crate) fn now(&self) -> Mark {
        self.mark(self.ring().last)
    }

    /// Follows the stream from `mark` on.
    pub(crate) async fn after(&self, mark: Mark) -> Next {
        let mut last = self.last.subscribe();
        loop {
            last.mark_unchanged();
            if let Some(next) = self.next(mark) {
                return next;
            }
            // The sender lives as long as `self`.
            let _ = last.changed().await;
        }
    }

    fn next(&self, mark: Mark) -> Option<Next> {
        let ring = self.ring();
        if mark.run != self.run || mark.number > ring.last || mark.number < ring.lost {
            return Some(Next::Missed(self.mark(ring.last)));
        }
        let next = ring.kept.iter().find(|(number, _)| *number > mark.number)?;
        Some(Next::News(self.mark(next.0), next.1.clone()))
    }

    fn mark(&self, number: u64) -> Mark {
        Mark {
            run: self.run,
            number,
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // The ring is whole after every change.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, news: News) {
        self.last += 1;
        self.kept.retain(|(_, earlier)| !says_all_of(&news, earlier));
        self.kept.push_back((self.last, news));
        if self.kept.len() > KEPT
            && let Some((number, _)) = self.kept.pop_front()
        {
            self.lost = number;
        }
    }
}

/// Whether whoever hears `later` need not have heard `earlier`.
fn says_all_of(later: &News, earlier: &News) -> bool {
    let job = |news: &News| match news {
        News::Job(job) => Some(job.id),
        News::Changed => None::<JobId>,
    };
    job(later) == job(earlier)
}

impl std::fmt::Display for Mark {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}", self.run, self.number)
    }
}

impl std::str::FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (run, number) = text.rsplit_once('-').ok_or(())?;
        Ok(Self {
            run: run.parse().map_err(|_| ())?,
            number: number.parse().map_err(|_| ())?,
        })
    }
}
