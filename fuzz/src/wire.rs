//! What a registry answers.

use crate::parts;

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// A manifest or an index, its media type, and a config.
pub fn document(input: &[u8]) -> bool {
    let [document, content_type, config] = parts(input);
    let content_type = Some(text(content_type)).filter(|stated| !stated.is_empty());
    registry::fuzzing::document(document, content_type, config)
}

/// Headers and body of a page of tags or repositories.
pub fn list(input: &[u8]) -> bool {
    let [head, body] = parts(input);
    registry::fuzzing::list(text(head), body)
}

/// An endpoint, the headers of its 401, and a token server's answer.
pub fn login(input: &[u8]) -> bool {
    let [endpoint, head, answer] = parts(input);
    registry::fuzzing::login(text(endpoint), text(head), answer)
}

/// A status, headers and body of a refusal.
pub fn refused(input: &[u8]) -> bool {
    let [status, head, body] = parts(input);
    let status = text(status).parse().unwrap_or(500);
    registry::fuzzing::refused(status, text(head), body)
}
