//! Foreign text in messages: bounded, on one line, without control characters.

use std::borrow::Cow;

/// The longest piece of a foreign text that a message repeats, in characters.
const QUOTED: usize = 120;

/// Puts a foreign text into back-ticks, with control characters escaped and the rest cut off, so
/// that it can stand in a message or a table.
pub fn quote(text: &str) -> String {
    format!("`{}`", printable(text, QUOTED))
}

/// The text on one line: white space folded, control and direction-changing characters escaped, and
/// cut to `limit` characters with an ellipsis. One that needs no change is handed back as it came.
pub fn printable<'a>(text: impl Into<Cow<'a, str>>, limit: usize) -> String {
    let text = text.into();
    // Nearly every text of a table is one of these.
    if text.len() <= limit && is_plain(&text) {
        return text.into_owned();
    }
    shown(&text, limit)
}

/// Whether a text needs no change: printable ASCII, and single blanks between words.
fn is_plain(text: &str) -> bool {
    // Every byte, also behind one that does not do: so several are looked at in one step.
    let is_printable = text
        .bytes()
        .fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    let has_two_blanks = || text.as_bytes().windows(2).any(|pair| pair == b"  ");
    is_printable && !(text.starts_with(' ') || text.ends_with(' ') || has_two_blanks())
}

fn shown(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (count, character) in folded.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        if is_unsafe(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// The text with its lines as they are, but without the characters that steer: control characters other than line ends and
/// tabs, and those that change the direction of text.
pub fn without_controls(text: &str) -> String {
    let stays = |character: &char| matches!(character, '\n' | '\t') || !is_unsafe(*character);
    text.chars().filter(stays).collect()
}

/// Control characters steer terminals; bidirectional controls make a text read as another one
/// ("Trojan Source", CVE-2021-42574).
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A number of bytes for people, in the units of 1000 that disks and links are sold in.
pub fn size(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut rest = count as f64 / 1000.0;
    let mut unit = 0;
    while rest >= 999.5 && unit + 1 < UNITS.len() {
        rest /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(rest < 99.95);
    format!("{rest:.decimals$} {}", UNITS[unit])
}

/// A duration of so many milliseconds for people, in the unit that fits.
pub fn took(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..120_000 => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
        _ => format!("{} min", milliseconds / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_on_one_line_and_cannot_steer_a_terminal() {
        assert_eq!(quote("a\n  b\x1b[31m"), "`a b\\u{1b}[31m`");
        assert_eq!(quote("\u{202e}evil"), "`\\u{202e}evil`");
        assert_eq!(printable("whale watching", 5), "whale…");
        assert_eq!(printable("whale", 5), "whale");
    }

    proptest::proptest! {
        #[test]
        fn a_text_that_needs_no_change_is_told_apart(text in "[ a~\\t\u{e9}]{0,6}", limit in 0_usize..8) {
            proptest::prop_assert_eq!(printable(&text, limit), shown(&text, limit));
        }
    }

    #[test]
    fn sizes_are_told_in_three_digits() {
        let told = [0, 999, 1000, 1_234_567, 99_950, 999_999, 12_345_678_900].map(size);
        assert_eq!(
            told,
            ["0 B", "999 B", "1.0 kB", "1.2 MB", "100 kB", "1.0 MB", "12.3 GB"]
        );
    }

    #[test]
    fn a_duration_is_told_in_the_unit_that_fits() {
        let told = [0, 999, 1000, 61_250, 119_999, 120_000, 3_600_000].map(took);
        assert_eq!(
            told,
            ["0 ms", "999 ms", "1.0 s", "61.2 s", "119.9 s", "2 min", "60 min"]
        );
    }

    #[test]
    fn a_text_of_several_lines_keeps_them_and_loses_what_steers() {
        assert_eq!(
            without_controls("a\r\n\tb\u{202e}c\x1b[31m\u{2066}"),
            "a\n\tbc[31m"
        );
    }
}
