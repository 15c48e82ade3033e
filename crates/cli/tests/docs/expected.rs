//! Comparing what a page shows with what a command printed.

use std::sync::LazyLock;

use regex::Regex;

/// A line that stands for any number of lines.
const ANY_LINES: &str = "...";
/// A part of a line that stands for any text.
const ANY_TEXT: &str = "[..]";

/// What differs from run to run or from machine to machine, and does not matter to a reader. It is replaced on both sides.
static VARYING: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\bsha256([:-])[0-9a-f]{64}\b", "sha256$1[digest]"),
        (r"\bsha256-[0-9a-f]{8}…", "sha256-[digest]…"),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\b\d{4}-\d\d-\d\d( \d\d:\d\d)?", "[date]"),
        (r#"[^\s"'`]*/outrigger-demo-[A-Za-z0-9]{6}\b"#, "[demo]"),
        (r"\b\d+(\.\d+)? (B|kB|MB|GB|TB)\b", "[size]"),
        (r"\b(\d+ ms|\d+\.\d s)\b", "[duration]"),
        (r#""durationMs": \d+"#, r#""durationMs": [duration]"#),
        (r#""downloadSize": \d+"#, r#""downloadSize": [size]"#),
        (r#""requests": \d+"#, r#""requests": [count]"#),
        (r"\blinux/(amd64|arm64)\b", "[platform]"),
    ]
    .map(|(pattern, replacement)| (Regex::new(pattern).unwrap(), replacement))
    .into()
});

/// Whether what was printed is what the page shows.
pub(crate) fn is_as_shown(shown: &str, printed: &str) -> bool {
    let shown = normal(shown);
    let printed = normal(printed);
    let shown: Vec<&str> = shown.lines().collect();
    let printed: Vec<&str> = printed.lines().collect();
    lines_match(&shown, &printed)
}

fn normal(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
    VARYING
        .iter()
        .fold(lines.join("\n"), |text, (pattern, replacement)| {
            pattern.replace_all(&text, *replacement).into_owned()
        })
}

fn lines_match(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if *first == ANY_LINES => {
            (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && lines_match(rest, others)),
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    match shown.split_once(ANY_TEXT) {
        None => shown == printed,
        Some((before, after)) => printed.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| line_matches(after, &rest[at..]))
        }),
    }
}

#[test]
fn only_what_varies_may_differ() {
    let shown = "Installed whale 1.0.0 at 2026-01-01T00:00:00Z";
    assert!(is_as_shown(
        shown,
        "Installed whale 1.0.0 at 2027-02-03T04:05:06.7Z\n"
    ));
    assert!(!is_as_shown(
        shown,
        "Installed whale 1.0.1 at 2026-01-01T00:00:00Z\n"
    ));
    assert!(!is_as_shown("a", "a\nb"));
    assert!(!is_as_shown("a\nb", "a"));
}

#[test]
fn dots_stand_for_lines_and_brackets_for_text() {
    assert!(is_as_shown("a\n...\nd", "a\nb\nc\nd"));
    assert!(is_as_shown("a\n...\nd", "a\nd"));
    assert!(!is_as_shown("a\n...\nd", "a\nb"));
    assert!(is_as_shown("a [..] c", "a b b c"));
    assert!(!is_as_shown("a [..] c", "a b d"));
}
