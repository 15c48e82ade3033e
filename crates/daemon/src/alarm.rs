//! Waiting for a time of the clock, without looking at it again and again.
//!
//! A timer of the process stands still while the machine sleeps, and does not notice a clock that is set. On Linux the
//! system wakes this at the time itself, also where that came while the machine slept, and whenever the clock is set. Whoever waits looks at
//! the clock again afterwards: it may be too early.

use jiff::Timestamp;

/// Waits until `time`, or until the clock was set.
#[cfg(target_os = "linux")]
pub(crate) async fn until(time: Timestamp, now: Timestamp) {
    if let Err(error) = timer(time).await {
        tracing::warn!(%error, "the system gives no timer");
        sleep(time, now).await;
    }
}

#[cfg(target_os = "linux")]
#[expect(
    deprecated,
    reason = "what takes its place is unsafe, because it trusts that a descriptor stays valid; this one is owned"
)]
async fn timer(time: Timestamp) -> std::io::Result<()> {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    let never = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let once = Itimerspec {
        it_interval: never,
        it_value: Timespec {
            // A time of 0 would be none at all.
            tv_sec: time.as_second().max(1),
            tv_nsec: time.subsec_nanosecond().max(0).into(),
        },
    };
    let timer = timerfd_create(
        TimerfdClockId::Realtime,
        TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
    )?;
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&timer, flags, &once)?;
    // It becomes readable at its time and where the clock was set; which of both it was, the clock tells.
    let timer = tokio::io::unix::AsyncFd::new(timer)?;
    timer.readable().await.map(drop)
}

/// Waits until `time`, or for an hour: then whoever waits looks at the clock.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn until(time: Timestamp, now: Timestamp) {
    sleep(time, now).await;
}

async fn sleep(time: Timestamp, now: Timestamp) {
    const LONGEST: std::time::Duration = std::time::Duration::from_secs(3600);
    let span = std::time::Duration::try_from(time.duration_since(now)).unwrap_or_default();
    tokio::time::sleep(span.min(LONGEST)).await;
}
