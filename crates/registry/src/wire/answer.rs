//! What an answer that is no success means.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use model::text::printable;
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use super::header;
use crate::error::{ErrorKind, Missing};
use crate::login::Login;

/// The errors in a registry's answer (distribution-spec, "Error Codes"). Empty where it is something else.
#[derive(Default, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    errors: Vec<EnvelopeEntry>,
}

#[derive(Deserialize)]
struct EnvelopeEntry {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Envelope {
    pub(crate) fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn missing(&self) -> Missing {
        let known = self.errors.iter().find_map(|error| match error.code.as_str() {
            "NAME_UNKNOWN" => Some(Missing::Repository),
            "MANIFEST_UNKNOWN" | "MANIFEST_BLOB_UNKNOWN" | "BLOB_UNKNOWN" => Some(Missing::Content),
            _ => None,
        });
        known.unwrap_or(Missing::Unsaid)
    }

    /// The first error in words that can be shown.
    fn said(&self) -> Option<String> {
        let error = self.errors.first()?;
        let words = format!("{} {}", error.code, error.message);
        Some(printable(&words, 200)).filter(|words| !words.is_empty())
    }
}

/// The meaning of a status that is no success. `after` is from [`retry_after`].
pub(crate) fn refusal(
    status: StatusCode,
    envelope: &Envelope,
    after: Option<Duration>,
    login: &Login,
) -> ErrorKind {
    match status {
        StatusCode::NOT_FOUND => ErrorKind::NotFound {
            missing: envelope.missing(),
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::HiddenOrMissing {
            status: status.as_u16(),
            login: login.clone(),
        },
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited { after },
        other => ErrorKind::Server {
            status: other.as_u16(),
            after,
            said: envelope.said(),
        },
    }
}

/// How long the registry wants to be left alone (RFC 9110, 10.2.3), from now on. A date is measured against the
/// answer's own `Date`, so that no clock of ours takes part; a date without that says nothing.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let wanted = header(response.headers(), "retry-after")?.trim();
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    between(header(response.headers(), "date")?, wanted)
}

/// When an answer was made, by the clock of whoever made it (RFC 9110, 6.6.1).
pub(crate) fn sent_at(headers: &HeaderMap) -> Option<Timestamp> {
    date(header(headers, "date")?)
}

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text.trim()).ok()
}

fn between(from: &str, to: &str) -> Option<Duration> {
    let span = date(to)?.duration_since(date(from)?);
    Some(Duration::try_from(span).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> ErrorKind {
        let status = StatusCode::from_u16(status).unwrap();
        refusal(status, &Envelope::parse(body.as_bytes()), None, &Login::None)
    }

    #[test]
    fn a_404_says_what_is_missing_where_the_registry_says_it() {
        for (body, missing) in [
            (
                r#"{"errors":[{"code":"NAME_UNKNOWN","message":"x","detail":{}}]}"#,
                Missing::Repository,
            ),
            (r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#, Missing::Content),
            (r#"{"errors":[{"code":"UNSUPPORTED"}]}"#, Missing::Unsaid),
            (r#"{"errors":null}"#, Missing::Unsaid),
            ("<html>", Missing::Unsaid),
            ("", Missing::Unsaid),
        ] {
            assert_eq!(kind(404, body), ErrorKind::NotFound { missing }, "{body}");
        }
    }

    #[test]
    fn what_the_registry_says_is_made_printable() {
        let body = r#"{"errors":[{"code":"UNKNOWN","message":"disk\u001b[2J full"}]}"#;
        let ErrorKind::Server { said: Some(said), .. } = kind(500, body) else {
            panic!("no words");
        };
        assert_eq!(said, "UNKNOWN disk\\u{1b}[2J full");
    }

    #[test]
    fn a_date_to_retry_after_counts_from_the_answers_own_date() {
        let from = "Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(
            between(from, "Wed, 21 Oct 2015 07:30:00 GMT"),
            Some(Duration::from_secs(120))
        );
        assert_eq!(
            between(from, "Wed, 21 Oct 2015 07:00:00 GMT"),
            Some(Duration::ZERO)
        );
        assert_eq!(between(from, "soon"), None);
    }
}
