//! Text in XML.

/// A text as the content of an element. What XML cannot hold at all becomes U+FFFD: paths with control characters are no use.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(character),
            // A carriage return as such would be read as a line feed.
            '\r' => escaped.push_str("&#13;"),
            _ if character.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
