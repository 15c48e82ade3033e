//! When the service scans next: a function from what is remembered to a time.
//!
//! A first scan comes a few minutes after the start, so that starting a machine is not slowed down; later ones as often as
//! configured. A scan in which nothing was reached is tried again sooner, each time later than the time before. What another process
//! scanned counts as well. Times of machines are spread by a fraction that each run draws once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long after the start the first scan comes, at the earliest, where nothing is configured.
pub const FIRST: SignedDuration = SignedDuration::from_mins(2);
/// The pause after the first scan in a row in which nothing was reached; it doubles with each.
const RETRY: SignedDuration = SignedDuration::from_mins(5);
/// The part of the interval by which scans of machines are spread.
const SPREAD_PART: i32 = 10;

/// What is remembered of scans, also over restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanLog {
    /// When the last one ended, however.
    pub ended_at: Option<Timestamp>,
    /// How many in a row reached nothing.
    #[serde(default)]
    pub failures: u32,
}

/// How a run of the service scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How often.
    pub every: SignedDuration,
    /// How long after the start the first one comes, at the earliest; at the latest after twice that.
    pub first: SignedDuration,
    /// When this run started.
    pub started_at: Timestamp,
    /// What this run drew, in thousandths: from 0 to 999.
    pub spread: u16,
}

impl ScanLog {
    /// The log after a scan that ended at `now`.
    #[must_use]
    pub fn after(self, is_reached: bool, now: Timestamp) -> Self {
        Self {
            ended_at: Some(now),
            failures: if is_reached {
                0
            } else {
                self.failures.saturating_add(1)
            },
        }
    }

    /// The log where a scan ended at `ended_at` that somebody else has made, and that reached something.
    #[must_use]
    pub fn beside(self, ended_at: Option<Timestamp>) -> Self {
        if ended_at > self.ended_at {
            Self {
                ended_at,
                failures: 0,
            }
        } else {
            self
        }
    }
}

impl Timing {
    /// When the next scan is due. It may be over already: then now, as after a sleep of the machine.
    pub fn due(&self, log: ScanLog, now: Timestamp) -> Timestamp {
        // A clock that was set back must not put a scan off: neither the start nor the last one lies ahead.
        let started_at = self.started_at.min(now);
        let first = later(started_at, self.first + self.part_of(self.first));
        let Some(ended_at) = log.ended_at else {
            return first;
        };
        later(ended_at.min(now), self.pause(log.failures)).max(first)
    }

    fn pause(&self, failures: u32) -> SignedDuration {
        let whole = self.every + self.part_of(self.every / SPREAD_PART);
        let Some(doublings) = failures.checked_sub(1) else {
            return whole;
        };
        let factor = 1_i32.checked_shl(doublings.min(30)).unwrap_or(i32::MAX);
        let pause = RETRY.checked_mul(factor).unwrap_or(whole);
        (pause + self.part_of(pause / SPREAD_PART)).min(whole)
    }

    fn part_of(&self, span: SignedDuration) -> SignedDuration {
        span.checked_mul(i32::from(self.spread.min(999)))
            .map_or(SignedDuration::ZERO, |span| span / 1000)
    }
}

/// Times end before the year 10000.
fn later(time: Timestamp, span: SignedDuration) -> Timestamp {
    time.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn timing(spread: u16) -> Timing {
        Timing {
            every: SignedDuration::from_hours(12),
            first: FIRST,
            started_at: at(100 * HOUR),
            spread,
        }
    }

    fn log(ended_at: i64, failures: u32) -> ScanLog {
        ScanLog {
            ended_at: Some(at(ended_at)),
            failures,
        }
    }

    /// Seconds from now until the next scan, where the service started at hour 100.
    fn wait(log: ScanLog, now: i64) -> i64 {
        timing(0).due(log, at(now)).as_second() - now
    }

    #[test]
    fn the_first_scan_comes_minutes_after_the_start() {
        let start = 100 * HOUR;
        assert_eq!(wait(ScanLog::default(), start), 120);
        assert_eq!(
            timing(500).due(ScanLog::default(), at(start)).as_second() - start,
            180
        );
        // One that was missed while the machine was off is made up for, but not at once.
        assert_eq!(wait(log(10 * HOUR, 0), start), 120);
    }

    #[test]
    fn later_scans_come_as_often_as_configured() {
        assert_eq!(wait(log(100 * HOUR, 0), 100 * HOUR), 12 * HOUR);
        assert_eq!(wait(log(99 * HOUR, 0), 100 * HOUR), 11 * HOUR);
        assert_eq!(
            timing(500).due(log(100 * HOUR, 0), at(100 * HOUR)),
            at(112 * HOUR + 6 * HOUR / 10)
        );
    }

    #[test]
    fn after_a_sleep_it_is_due_at_once() {
        assert!(wait(log(101 * HOUR, 0), 150 * HOUR) <= 0);
    }

    #[test]
    fn what_reached_nothing_is_tried_again_later_each_time() {
        let now = 200 * HOUR;
        let waits = [1, 2, 3, 4, 9, 40].map(|failures| wait(log(now, failures), now) / 60);
        assert_eq!(waits, [5, 10, 20, 40, 720, 720]);
        let log = ScanLog::default().after(false, at(1)).after(false, at(2));
        assert_eq!((log.failures, log.after(true, at(3)).failures), (2, 0));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_scans() {
        assert_eq!(wait(log(9000 * HOUR, 0), 200 * HOUR), 12 * HOUR);
        // The start itself may lie ahead then.
        assert_eq!(wait(ScanLog::default(), 50 * HOUR), 120);
    }

    #[test]
    fn what_somebody_else_scanned_counts() {
        let own = log(100 * HOUR, 3);
        assert_eq!(own.beside(Some(at(101 * HOUR))), log(101 * HOUR, 0));
        assert_eq!(own.beside(Some(at(99 * HOUR))), own);
        assert_eq!(own.beside(None), own);
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_interval_and_its_spread(
            ended_at in proptest::option::of(0_i64..1 << 33),
            failures in 0_u32..100,
            started_at in 0_i64..1 << 33,
            waited in 0_i64..1 << 20,
            every in 60_i64..1 << 24,
            spread in 0_u16..2000,
        ) {
            let timing = Timing { every: SignedDuration::from_secs(every), first: FIRST, started_at: at(started_at), spread };
            let log = ScanLog { ended_at: ended_at.map(at), failures };
            let now = at(started_at + waited);
            let due = timing.due(log, now);
            let longest = SignedDuration::from_secs(every + every / 10 + 1).max(FIRST + FIRST);
            prop_assert!(due.duration_since(now) <= longest);
            prop_assert!(due >= at(started_at + 120), "never before the first minutes are over");
        }
    }
}
