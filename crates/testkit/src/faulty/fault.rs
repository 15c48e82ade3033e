//! The faults.

use std::time::Duration;

use serde_json::json;

use super::exchange::{Delivery, Reply, Request};

/// A way in which a registry goes wrong. Each is one knob; several may meet the same request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// 429, with the time for which it wants to be left alone.
    TooManyRequests(RetryAfter),
    /// 503, with the time for which it wants to be left alone.
    Unavailable(RetryAfter),
    /// This status with nothing else: `500 Internal Server Error`.
    Status(&'static str),
    /// The connection is closed before any answer.
    HangUp,
    /// The connection is closed after this many bytes of the body; the head promises all of them.
    CutBody(usize),
    /// What a client sends reaches the registry for this many bytes only; then both connections are closed.
    BreakUpload(usize),
    /// This status to everything that brings something.
    RefuseBody(&'static str),
    /// Nothing comes after this many bytes of the body; the connection stays.
    StallBody(usize),
    /// The body comes byte by byte, with this pause before each.
    SlowBody(Duration),
    /// The body comes again and again, without a stated length.
    EndlessBody,
    /// `Range` is not looked at: the answer is 200 with everything.
    IgnoreRange,
    /// 206 with another range than the one that was asked for: `Content-Range` says this.
    ContentRange(String),
    /// 416 to every range.
    RefuseRange,
    /// These bytes instead of the body, with their own length.
    Body(Vec<u8>),
    /// `Content-Length` says this.
    ContentLength(u64),
    /// Nothing says how long the body is.
    Unsized,
    /// The header of this name, in lower case, says this.
    Header(&'static str, String),
    /// What stands at another path is answered.
    ServeInstead {
        /// A part of the path.
        from: &'static str,
        /// What stands in its place.
        to: String,
    },
    /// The list of tags is this one, in this order and in pages of this length, whatever `n` says.
    Listing {
        /// The tags in the registry's order.
        tags: Vec<String>,
        /// How many stand on a page.
        page: usize,
    },
    /// `Link` always leads to one page more.
    EndlessLink,
    /// `Link` leads to this address.
    LinkTo(String),
    /// 307 to this address.
    RedirectTo(String),
    /// 307 to where the request already is.
    RedirectLoop,
    /// 401 with this challenge, whatever login comes.
    Challenge(String),
}

/// The two forms of `Retry-After` (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date this many seconds (fewer than 60) after the answer's own `Date`.
    Date(u64),
    /// None.
    Unsaid,
}

impl Fault {
    pub(super) fn change_request(&self, request: &mut Request) {
        match self {
            Self::BreakUpload(length) => request.cut(*length),
            Self::IgnoreRange => request.remove_header("range"),
            Self::ServeInstead { from, to } => request.path = request.path.replace(from, to),
            _ => {}
        }
    }

    /// The answer in place of the honest registry's.
    pub(super) fn reply(&self, request: &Request) -> Option<Reply> {
        let has_range = request.header("range").is_some();
        match self {
            Self::TooManyRequests(after) => Some(resting("429 Too Many Requests", *after)),
            Self::Unavailable(after) => Some(resting("503 Service Unavailable", *after)),
            Self::Status(status) => Some(Reply::new(status, "")),
            Self::RefuseBody(status) if request.brings_something() => Some(Reply::new(status, "")),
            Self::RefuseRange if has_range => Some(Reply::new("416 Range Not Satisfiable", "")),
            Self::Listing { tags, page } => Some(listing(request, tags, *page)),
            Self::RedirectTo(target) => Some(with("307 Temporary Redirect", "location", target)),
            Self::RedirectLoop => Some(with("307 Temporary Redirect", "location", &request.path)),
            Self::Challenge(challenge) => Some(with("401 Unauthorized", "www-authenticate", challenge)),
            _ => None,
        }
    }

    pub(super) fn change_reply(&self, request: &Request, reply: &mut Reply) {
        match self {
            Self::Body(bytes) => {
                reply.headers.set("content-length", bytes.len().to_string());
                reply.body.clone_from(bytes);
            }
            Self::ContentLength(length) => reply.headers.set("content-length", length.to_string()),
            Self::Unsized => reply.headers.remove("content-length"),
            Self::Header(name, value) => reply.headers.set(name, value),
            Self::ContentRange(range) if request.header("range").is_some() => {
                "206 Partial Content".clone_into(&mut reply.status);
                reply.headers.set("content-range", range);
            }
            Self::EndlessLink => {
                let page: usize = request
                    .parameter("page")
                    .and_then(|page| page.parse().ok())
                    .unwrap_or(0);
                let path = request.path.split('?').next().unwrap_or_default();
                let link = format!("<{path}?page={}>; rel=\"next\"", page + 1);
                reply.headers.set("link", link);
            }
            Self::LinkTo(target) => reply.headers.set("link", format!("<{target}>; rel=\"next\"")),
            _ => {}
        }
    }

    pub(super) fn delivery(&self) -> Option<Delivery> {
        match self {
            Self::HangUp => Some(Delivery::HangUp),
            Self::CutBody(length) => Some(Delivery::Cut(*length)),
            Self::StallBody(length) => Some(Delivery::Stall(*length)),
            Self::SlowBody(pause) => Some(Delivery::Slow(*pause)),
            Self::EndlessBody => Some(Delivery::Endless),
            _ => None,
        }
    }
}

fn with(status: &str, header: &str, value: &str) -> Reply {
    let mut reply = Reply::new(status, "");
    reply.headers.set(header, value);
    reply
}

fn resting(status: &str, after: RetryAfter) -> Reply {
    let mut reply = Reply::new(status, "");
    match after {
        RetryAfter::Seconds(seconds) => reply.headers.set("retry-after", seconds.to_string()),
        RetryAfter::Date(seconds) => {
            // Both are read against each other only, so the day is of no importance.
            reply.headers.set("date", "Wed, 21 Oct 2015 07:28:00 GMT");
            let later = format!("Wed, 21 Oct 2015 07:28:{seconds:02} GMT");
            reply.headers.set("retry-after", later);
        }
        RetryAfter::Unsaid => {}
    }
    reply
}

/// The page behind the one that ends with `last`.
fn listing(request: &Request, tags: &[String], page: usize) -> Reply {
    let last = request.parameter("last");
    let start = tags.iter().position(|tag| Some(tag.as_str()) == last);
    let rest = &tags[start.map_or(0, |last| last + 1)..];
    let shown = &rest[..rest.len().min(page)];
    let mut reply = Reply::new("200 OK", json!({ "tags": shown }).to_string());
    if let Some(last) = shown.last().filter(|_| shown.len() < rest.len()) {
        let path = request.path.split('?').next().unwrap_or_default();
        reply
            .headers
            .set("link", format!("<{path}?last={last}>; rel=\"next\""));
    }
    reply
}
