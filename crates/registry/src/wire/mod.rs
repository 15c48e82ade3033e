//! HTTP: one request, its redirects, and the body of its answer within limits.

mod answer;
mod body;
mod certificate;
mod connections;
mod content;
mod metered;
mod post;
mod public;
mod redirect;
mod trouble;

use camino::Utf8PathBuf;
use reqwest::header::{ACCEPT, HeaderMap, LOCATION, RANGE};
use reqwest::{Method, Response};
use url::Url;

use crate::error::{ErrorKind, Fault, redacted};
use crate::secret::Secret;
use crate::usage::{Counters, Usage};
use crate::{Invalid, Limits, Retry, RetryListener};

pub(crate) use answer::{Envelope, refusal, retry_after, sent_at};
pub(crate) use body::{SizeLimit, Whole, read_start, read_whole};
pub(crate) use content::{Content, Outgoing};
pub(crate) use trouble::in_words;

use connections::{Connections, Sends};

/// Everything that sends requests; one for each [`Client`](crate::Client).
pub(crate) struct Wire {
    connections: Connections,
    limits: Limits,
    counters: Counters,
    on_retry: RetryListener,
}

/// One request as it is to be sent.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: Option<&'a str>,
    /// The first byte that is wanted; 0 is everything.
    pub(crate) start: u64,
    pub(crate) authorization: Option<&'a Authorization>,
    /// What it brings; requests that bring something follow no redirect.
    pub(crate) content: Option<Content>,
    /// The certificates to trust besides the system's.
    pub(crate) ca: Option<&'a Utf8PathBuf>,
    /// The socket of this machine that stands for the URL's host.
    pub(crate) socket: Option<&'a Utf8PathBuf>,
}

impl<'a> Ask<'a> {
    /// A plain question to whoever listens at `url`, or on `socket` in its place.
    pub(crate) fn get(url: Url, socket: Option<&'a Utf8PathBuf>) -> Self {
        Self {
            method: Method::GET,
            url,
            accept: None,
            start: 0,
            authorization: None,
            content: None,
            ca: None,
            socket,
        }
    }
}

/// What proves who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// RFC 7617.
    Basic { user: String, password: Secret },
    /// RFC 6750.
    Bearer(Secret),
}

/// The first answer that is no redirect.
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// Where it came from.
    pub(crate) url: Url,
    /// Whether it came from the host that was asked, and not from one that it sent us on to.
    pub(crate) from_origin: bool,
}

impl Wire {
    pub(crate) fn new(limits: Limits, on_retry: RetryListener) -> Self {
        Self {
            connections: Connections::new(limits.clone()),
            limits,
            counters: Counters::default(),
            on_retry,
        }
    }

    pub(crate) fn tell(&self, retry: Retry) {
        self.on_retry.tell(retry);
    }

    /// What was asked so far.
    pub(crate) fn usage(&self) -> Usage {
        self.counters.read()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Sends a request and follows its redirects; the authorization goes to the origin that it was meant for only.
    pub(crate) async fn send(&self, ask: Ask<'_>) -> Result<Answer, Fault> {
        let origin = ask.url.origin();
        let mut url = ask.url.clone();
        for _ in 0..=self.limits.redirects {
            let from_origin = url.origin() == origin;
            let response = self.send_once(&ask, &url, from_origin).await?;
            let Some(next) = redirect::target(&url, &response)? else {
                return Ok(Answer {
                    response,
                    url,
                    from_origin,
                });
            };
            if ask.content.is_some() {
                return Err(unfollowed(&url, &next, "what is brought is not sent on"));
            }
            url = next;
        }
        Err(unfollowed(
            &ask.url,
            &url,
            "there are more redirects than `limits.redirects`",
        ))
    }

    /// What went wrong before an answer came, and through which proxy, since that may be who failed.
    fn trouble(&self, url: &Url, error: reqwest::Error) -> ErrorKind {
        match (in_words(error), self.connections.proxy_of(url)) {
            (ErrorKind::Network { problem, cause }, Some(proxy)) => ErrorKind::Network {
                problem,
                cause: format!("{cause} (through the proxy `{proxy}`)"),
            },
            (kind, _) => kind,
        }
    }

    async fn send_once(&self, ask: &Ask<'_>, url: &Url, from_origin: bool) -> Result<Response, Fault> {
        let socket = ask.socket.filter(|_| from_origin);
        let sends = ask.content.as_ref().map_or(Sends::AtOnce, Content::sends);
        let client = self.connections.for_url(url, ask.ca, socket, sends)?;
        let mut request = client.request(ask.method.clone(), url.clone());
        if let Some(accept) = ask.accept {
            request = request.header(ACCEPT, accept);
        }
        if ask.start > 0 {
            request = request.header(RANGE, format!("bytes={}-", ask.start));
        }
        if let Some(content) = &ask.content {
            self.counters.count_sent(content.length());
            request = content.put_into(request).map_err(|kind| Fault::at(url, kind))?;
        }
        // Both mark the header as sensitive, so that no log of the HTTP library shows it.
        request = match ask.authorization.filter(|_| from_origin) {
            Some(Authorization::Basic { user, password }) => {
                request.basic_auth(user, Some(password.expose()))
            }
            Some(Authorization::Bearer(token)) => request.bearer_auth(token.expose()),
            None => request,
        };
        self.counters.count_request();
        let answer = request
            .send()
            .await
            .map_err(|error| Fault::at(url, self.trouble(url, error)))?;
        tracing::debug!(method = %ask.method, url = redacted(url), status = answer.status().as_u16(), "asked");
        self.counters.count_answer(&ask.method, url, &answer);
        Ok(metered::metered(answer, self.counters.bytes()))
    }
}

fn unfollowed(from: &Url, to: &Url, problem: &'static str) -> Fault {
    let target = redacted(to);
    Fault::at(from, ErrorKind::from(Invalid::Redirect { target, problem }))
}

/// Where an answer that is no redirect sends us on to, if it says so: an upload goes on there.
pub(crate) fn forwarded(answer: &Answer) -> Result<Option<Url>, Fault> {
    redirect::followed(&answer.url, &answer.response)
}

/// The text of a header, if it is there and printable.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The `Location` of a redirect.
fn location(response: &Response) -> Option<&str> {
    header(response.headers(), LOCATION.as_str())
}
