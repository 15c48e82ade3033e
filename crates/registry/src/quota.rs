//! The headers in which a registry says how often it may still be asked.
//!
//! Docker Hub writes `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600` (Docker's documentation, "Pull
//! usage and limits"). The IETF draft (draft-ietf-httpapi-ratelimit-headers-06) has the same two and `ratelimit-reset`,
//! each a number of which only the first is bare: `ratelimit-limit: 100, 100;w=60`.

use std::time::Duration;

use model::quota::Quota;
use reqwest::header::HeaderMap;

/// No number beyond this is believed. Any registry can claim more; for every decision it is the same.
const MOST: u64 = 1_000_000_000;
/// No window and no reset beyond a day is believed, so that no registry has itself left alone for ever.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What an answer says is left; `None` where it does not say so in a form that is understood.
pub(crate) fn stated(headers: &HeaderMap) -> Option<Quota> {
    let remaining = Item::first(headers, "ratelimit-remaining")?;
    let limit = Item::first(headers, "ratelimit-limit");
    let reset = Item::first(headers, "ratelimit-reset");
    let left = limit
        .as_ref()
        .map_or(remaining.number, |limit| limit.number.min(remaining.number));
    let window = limit.as_ref().and_then(|limit| limit.window).or(remaining.window);
    Some(Quota {
        left,
        limit: limit.map(|limit| limit.number),
        window: window.map(bounded),
        resets_in: reset.map(|reset| bounded(reset.number)),
    })
}

fn bounded(seconds: u64) -> Duration {
    Duration::from_secs(seconds).min(LONGEST)
}

/// A number with its window: `100;w=21600`.
struct Item {
    number: u64,
    window: Option<u64>,
}

impl Item {
    /// The first item of a list, which is the limit that is nearest to be reached.
    fn first(headers: &HeaderMap, name: &str) -> Option<Self> {
        let list = headers.get(name)?.to_str().ok()?;
        let mut parts = list.split(',').next()?.split(';').map(str::trim);
        let number = number(parts.next()?)?;
        let window = parts.find_map(|parameter| parameter.strip_prefix("w="));
        Some(Self {
            number,
            window: window.and_then(self::number),
        })
    }
}

/// Digits, and nothing else: no sign, no fraction. More of them than fit are simply very many.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(MOST).min(MOST))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read(limit: &'static str, remaining: &'static str, reset: &'static str) -> Option<Quota> {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("ratelimit-limit", limit),
            ("ratelimit-remaining", remaining),
            ("ratelimit-reset", reset),
        ] {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        stated(&headers)
    }

    fn quota(left: u64, limit: Option<u64>, window: Option<u64>, resets_in: Option<u64>) -> Quota {
        Quota {
            left,
            limit,
            window: window.map(Duration::from_secs),
            resets_in: resets_in.map(Duration::from_secs),
        }
    }

    #[test]
    fn both_forms_are_understood() {
        for (limit, remaining, reset, expected) in [
            (
                "100;w=21600",
                "76;w=21600",
                "",
                quota(76, Some(100), Some(21600), None),
            ),
            ("100", "76", "50", quota(76, Some(100), None, Some(50))),
            (
                "10, 10;w=1, 1000;w=3600",
                "9",
                "1",
                quota(9, Some(10), None, Some(1)),
            ),
            ("100; w=60", " 0 ", "", quota(0, Some(100), Some(60), None)),
            ("", "5;w=60", "", quota(5, None, Some(60), None)),
            (
                "100;comment=\"x\";w=60",
                "7",
                "",
                quota(7, Some(100), Some(60), None),
            ),
        ] {
            assert_eq!(
                read(limit, remaining, reset),
                Some(expected),
                "{limit} {remaining}"
            );
        }
    }

    #[test]
    fn what_no_registry_can_mean_is_bounded_or_not_believed() {
        let day = 24 * 3600;
        for (limit, remaining, reset, expected) in [
            ("100", "", "", None),
            ("100", "-1", "", None),
            ("100", "many", "", None),
            ("100", "1.5", "", None),
            ("100", "0x10", "", None),
            ("100", ";w=5", "", None),
            ("-5", "3", "-3", Some(quota(3, None, None, None))),
            ("100", "300", "", Some(quota(100, Some(100), None, None))),
            (
                "99999999999999999999999999",
                "88888888888888888888888888",
                "99999999999999999999",
                Some(quota(MOST, Some(MOST), None, Some(day))),
            ),
            (
                "1;w=18446744073709551616",
                "1",
                "",
                Some(quota(1, Some(1), Some(day), None)),
            ),
        ] {
            assert_eq!(
                read(limit, remaining, reset),
                expected,
                "{limit} {remaining} {reset}"
            );
        }
    }
}
