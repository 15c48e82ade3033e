//! When a user of the command line is reminded of updates that wait.

use jiff::{SignedDuration, Timestamp};

/// How long after a reminder there is no other.
pub const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// Whether a reminder is due at `now`, where the last one was given at `reminded_at`. A clock that was set back must neither silence
/// them for longer than the pause, nor make them come at each command.
pub fn is_due(reminded_at: Option<Timestamp>, now: Timestamp) -> bool {
    reminded_at.is_none_or(|reminded_at| now.duration_since(reminded_at).abs() >= PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_reminder_a_day() {
        let noon: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        for (reminded_at, due) in [
            (None, true),
            (Some("2026-11-30T11:59:59Z"), false),
            (Some("2026-11-29T12:00:01Z"), false),
            (Some("2026-11-29T12:00:00Z"), true),
            (Some("2026-12-01T11:59:59Z"), false),
            (Some("2026-12-01T12:00:00Z"), true),
        ] {
            let at = reminded_at.map(|at| at.parse().unwrap());
            assert_eq!(is_due(at, noon), due, "{reminded_at:?}");
        }
    }
}
