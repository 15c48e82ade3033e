//! Amounts and times as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use thiserror::Error;

/// The units of a time, longest first, in seconds.
const TIMES: [(&str, i64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// The units of an amount.
const AMOUNTS: [(&str, u64); 9] = [
    ("", 1),
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
];

/// A time such as `12h`: a whole number and one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) SignedDuration);

/// A number of bytes or things: `1000`, `16GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount(pub(super) u64);

/// A text that is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum ValueParse {
    #[error("write a time as a number and a unit, `m`, `h`, `d` or `w`, such as `12h`")]
    Time,
    #[error("write an amount as a number, with `KiB`, `MiB` or `GiB` for bytes, such as `16GiB`")]
    Amount,
    #[error("it is too large")]
    TooLarge,
}

impl FromStr for Time {
    type Err = ValueParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, unit) = split(text).ok_or(ValueParse::Time)?;
        let (_, seconds) = TIMES
            .into_iter()
            .find(|(name, _)| *name == unit)
            .ok_or(ValueParse::Time)?;
        let number: i64 = number.parse().map_err(|_| ValueParse::TooLarge)?;
        let seconds = number.checked_mul(seconds).ok_or(ValueParse::TooLarge)?;
        Ok(Self(SignedDuration::from_secs(seconds)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds == 0 {
            return formatter.write_str("0d");
        }
        let whole = TIMES.into_iter().find(|(_, length)| seconds % length == 0);
        let (unit, length) = whole.unwrap_or(("s", 1));
        write!(formatter, "{}{unit}", seconds / length)
    }
}

impl FromStr for Amount {
    type Err = ValueParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, unit) = split(text).ok_or(ValueParse::Amount)?;
        let (_, size) = AMOUNTS
            .into_iter()
            .find(|(name, _)| *name == unit)
            .ok_or(ValueParse::Amount)?;
        let number: u64 = number.parse().map_err(|_| ValueParse::TooLarge)?;
        number.checked_mul(size).map(Self).ok_or(ValueParse::TooLarge)
    }
}

impl From<u64> for Amount {
    fn from(amount: u64) -> Self {
        Self(amount)
    }
}

/// Digits, and what stands behind them.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_unit() {
        for (text, seconds) in [
            ("0d", 0),
            ("90m", 5400),
            ("12h", 43_200),
            ("3d", 259_200),
            ("2w", 1_209_600),
            ("30s", 30),
        ] {
            assert_eq!(text.parse::<Time>().unwrap().0.as_secs(), seconds, "{text}");
        }
        for text in [
            "",
            "h",
            "12",
            "-1d",
            "1.5h",
            "1y",
            "1d2h",
            "9999999999999999999d",
            "9999999999999999w",
        ] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_is_shown_in_its_longest_whole_unit() {
        for text in ["0d", "12h", "3d", "2w", "90m", "31s"] {
            assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        }
        assert_eq!("14d".parse::<Time>().unwrap().to_string(), "2w");
    }

    #[test]
    fn amounts_are_plain_or_have_a_unit() {
        for (text, amount) in [
            ("512", 512),
            ("64 KiB", 65_536),
            ("16GiB", 17_179_869_184),
            ("2MB", 2_000_000),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().0, amount, "{text}");
        }
        for text in ["", "GiB", "-1", "1.5GiB", "1PB", "99999999999TiB"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
