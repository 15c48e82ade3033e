//! The hours of the day in which nobody is told anything.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, Zoned};
use thiserror::Error;

/// Hours of the local day, from a time up to another one, which may lie on the next day: `22:00-07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    until: Time,
}

/// A text that names no such hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QuietParse {
    /// It is not two times of a day.
    #[error("write two times of a day, such as `22:00-07:00`")]
    Form,
    /// They begin when they end.
    #[error("they begin when they end; set `show = \"off\"` to be shown nothing")]
    Empty,
}

impl Quiet {
    /// Whether a time of the local day is one of these hours. Their end is not.
    pub fn covers(self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }

    /// When these hours end next, seen from `now`, whose time zone decides.
    pub fn end_after(self, now: &Zoned) -> Timestamp {
        let today = now.date();
        // Where a clock is set back, a time of the day comes twice.
        let ends = [Some(today), today.tomorrow().ok()]
            .into_iter()
            .flatten()
            .flat_map(|day| self.ends_of(day, now));
        ends.into_iter()
            .find(|end| *end > now.timestamp())
            .unwrap_or(Timestamp::MAX)
    }

    fn ends_of(self, day: Date, now: &Zoned) -> Vec<Timestamp> {
        let ambiguous = || now.time_zone().to_ambiguous_zoned(day.to_datetime(self.until));
        let both = [ambiguous().earlier(), ambiguous().later()];
        let mut ends: Vec<_> = both.into_iter().flatten().map(|end| end.timestamp()).collect();
        ends.sort();
        ends
    }
}

impl FromStr for Quiet {
    type Err = QuietParse;

    fn from_str(text: &str) -> Result<Self, QuietParse> {
        let (from, until) = text.split_once('-').ok_or(QuietParse::Form)?;
        let (from, until) = (time(from)?, time(until)?);
        if from == until {
            return Err(QuietParse::Empty);
        }
        Ok(Self { from, until })
    }
}

/// `7:00` or `07:00`.
fn time(text: &str) -> Result<Time, QuietParse> {
    let (hour, minute) = text.trim().split_once(':').ok_or(QuietParse::Form)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || hour.len() > 2 || !is_number(minute) || minute.len() != 2 {
        return Err(QuietParse::Form);
    }
    let (hour, minute) = (hour.parse(), minute.parse());
    let (hour, minute) = (
        hour.map_err(|_| QuietParse::Form)?,
        minute.map_err(|_| QuietParse::Form)?,
    );
    Time::new(hour, minute, 0, 0).map_err(|_| QuietParse::Form)
}

impl fmt::Display for Quiet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        let (hour, minute) = (from.hour(), from.minute());
        write!(
            formatter,
            "{hour:02}:{minute:02}-{:02}:{:02}",
            until.hour(),
            until.minute()
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn quiet(text: &str) -> Quiet {
        text.parse().unwrap()
    }

    #[test]
    fn hours_may_cross_midnight() {
        for (hours, time, expected) in [
            ("22:00-07:00", (21, 59), false),
            ("22:00-07:00", (22, 0), true),
            ("22:00-07:00", (0, 0), true),
            ("22:00-07:00", (6, 59), true),
            ("22:00-07:00", (7, 0), false),
            ("09:00-17:30", (12, 0), true),
            ("09:00-17:30", (17, 30), false),
            ("09:00-17:30", (8, 0), false),
        ] {
            let time_of_day = Time::new(time.0, time.1, 0, 0).unwrap();
            assert_eq!(quiet(hours).covers(time_of_day), expected, "{hours} {time:?}");
        }
    }

    #[test]
    fn what_is_no_pair_of_times_is_refused() {
        for text in [
            "",
            "22:00",
            "22-7",
            "24:00-07:00",
            "22:60-07:00",
            "22:0-07:00",
            "+2:00-07:00",
            "022:00-07:00",
            "22:00-07:00-08:00",
            "22:00–07:00",
        ] {
            assert_eq!(text.parse::<Quiet>(), Err(QuietParse::Form), "{text}");
        }
        assert_eq!("07:00-7:00".parse::<Quiet>(), Err(QuietParse::Empty));
        assert_eq!(quiet(" 22:00 - 7:05 ").to_string(), "22:00-07:05");
    }

    #[test]
    fn the_end_is_found_also_where_a_clock_is_set() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (hours, now, end) in [
            ("22:00-07:00", "2026-06-10T23:00:00Z", "2026-06-11T05:00:00Z"),
            ("22:00-07:00", "2026-06-10T21:00:00Z", "2026-06-11T05:00:00Z"),
            // Half past two is not there, and then is there twice.
            ("22:00-02:30", "2026-03-29T00:10:00Z", "2026-03-29T00:30:00Z"),
            ("22:00-02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            ("22:00-02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            let found = quiet(hours).end_after(&now.to_zoned(zone.clone()));
            assert_eq!(found.to_string(), end, "{hours} at {now}");
        }
    }

    proptest! {
        #[test]
        fn hours_end_within_a_day_and_are_over_then(from in 0_i8..24, until in 0_i8..24, second in 0_i64..1 << 32) {
            prop_assume!(from != until);
            let quiet = quiet(&format!("{from:02}:00-{until:02}:00"));
            let now = Timestamp::from_second(second).unwrap().to_zoned(TimeZone::UTC);
            let end = quiet.end_after(&now);
            prop_assert!(end > now.timestamp());
            prop_assert!(end.duration_since(now.timestamp()) <= SignedDuration::from_hours(24));
            prop_assert!(!quiet.covers(end.to_zoned(TimeZone::UTC).time()));
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in ".{0,20}") {
            let _ = text.parse::<Quiet>();
        }
    }
}
