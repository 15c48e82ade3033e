//! Times and counts in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How long ago `then` is: exact where it matters, a date where it is long ago.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(then).as_mins();
    match minutes {
        ..1 => "just now".to_owned(),
        1..60 => format!("{} ago", count(minutes, "minute")),
        60..1440 => format!("{} ago", count(minutes / 60, "hour")),
        1440..2880 => "yesterday".to_owned(),
        2880..43_200 => format!("{} ago", count(minutes / 1440, "day")),
        _ => format!("on {}", day(then)),
    }
}

/// The day of a time where the service runs.
pub(crate) fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system())
        .strftime("%-d %B %Y")
        .to_string()
}

/// The time of day where the service runs.
pub(crate) fn time_of_day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%H:%M").to_string()
}

/// A number with its unit, in the plural where there is not just one.
pub(crate) fn count(number: impl Into<i128>, unit: &str) -> String {
    let number: i128 = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", grouped(number))
}

/// A number with its digits in groups of three, a narrow blank between them.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_people_would() {
        let now: Timestamp = "2026-06-10T12:00:00Z".parse().unwrap();
        let told = [
            "2026-06-10T12:05:00Z",
            "2026-06-10T11:59:30Z",
            "2026-06-10T11:59:00Z",
            "2026-06-10T09:30:00Z",
            "2026-06-09T08:00:00Z",
            "2026-06-01T12:00:00Z",
        ]
        .map(|then| ago(then.parse().unwrap(), now));
        assert_eq!(
            told,
            [
                "just now",
                "just now",
                "1 minute ago",
                "2 hours ago",
                "yesterday",
                "9 days ago"
            ]
        );
        assert!(ago("2026-01-02T12:00:00Z".parse().unwrap(), now).starts_with("on "));
    }

    #[test]
    fn numbers_are_grouped_and_units_counted() {
        assert_eq!(count(1, "extension"), "1 extension");
        assert_eq!(count(0, "extension"), "0 extensions");
        assert_eq!(
            count(1_234_567, "extension"),
            "1\u{202f}234\u{202f}567 extensions"
        );
    }
}
