//! Posting to an address that is no registry: whoever listens there wants to hear of something.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use crate::error::ErrorKind;
use crate::settings::is_loopback;
use crate::wire::Wire;

/// How long all of it may take, the connection included: nobody waits for what comes back.
const PATIENCE: Duration = Duration::from_secs(10);

/// An address that is posted to. Whoever knows it may post there as well, so what is printed of it is only where it leads.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook(Url);

/// A text that is no such address. It does not repeat the text, in which a secret may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebhookParse {
    /// It is no URL with a host.
    #[error("write it as `https://host[:port]/path`")]
    Form,
    /// Plain `http` to another machine.
    #[error("`http` is for loopback addresses; elsewhere it has to be `https`")]
    Unencrypted,
    /// There are no logins for webhooks.
    #[error("a login does not belong into an address")]
    Login,
}

/// Why nothing was delivered; it says where to and no more of the address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undelivered {
    /// The settings say that nothing is sent.
    #[error("nothing is posted to {origin} while offline")]
    Offline {
        /// Scheme, host and port.
        origin: String,
    },
    /// The answer is not one of success; a redirect is none, since it is not followed.
    #[error("{origin} answers {status}")]
    Answered {
        /// Scheme, host and port.
        origin: String,
        /// The HTTP status.
        status: u16,
    },
    /// There was no answer in time.
    #[error("{origin} does not answer within {} seconds", PATIENCE.as_secs())]
    Late {
        /// Scheme, host and port.
        origin: String,
    },
    /// There was no answer.
    #[error("cannot post to {origin}: {kind}")]
    Unsent {
        /// Scheme, host and port.
        origin: String,
        /// What happened.
        kind: ErrorKind,
    },
}

impl Webhook {
    /// Reads an address: `https://…`, or `http://…` on loopback.
    ///
    /// # Errors
    ///
    /// When it is another address, or holds a login.
    pub fn new(text: &str) -> Result<Self, WebhookParse> {
        let url = Url::parse(text).map_err(|_| WebhookParse::Form)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookParse::Login);
        }
        match url.scheme() {
            "https" if url.has_host() => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err(WebhookParse::Unencrypted),
            _ => Err(WebhookParse::Form),
        }
    }

    /// Posts JSON once; what comes back is not read, and no redirect is followed.
    pub(crate) async fn post(&self, wire: &Wire, json: Bytes) -> Result<(), Undelivered> {
        let origin = self.to_string();
        match timeout(PATIENCE, wire.post(&self.0, json)).await {
            Ok(Ok(status)) if status.is_success() => Ok(()),
            Ok(Ok(status)) => Err(Undelivered::Answered {
                origin,
                status: status.as_u16(),
            }),
            Ok(Err(kind)) => Err(Undelivered::Unsent { origin, kind }),
            Err(_) => Err(Undelivered::Late { origin }),
        }
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Webhook({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_posted_to_over_tls_alone() {
        for (address, expected) in [
            ("https://hooks.example/a?b=c", Ok("https://hooks.example")),
            ("https://hooks.example:8443/a", Ok("https://hooks.example:8443")),
            ("http://127.0.0.1:9000/a", Ok("http://127.0.0.1:9000")),
            ("http://localhost/a", Ok("http://localhost")),
            ("http://hooks.example/hunter2", Err(WebhookParse::Unencrypted)),
            ("http://10.0.0.1/hunter2", Err(WebhookParse::Unencrypted)),
            ("https://me:hunter2@hooks.example/", Err(WebhookParse::Login)),
            ("ftp://hooks.example/hunter2", Err(WebhookParse::Form)),
            ("file:///etc/hunter2", Err(WebhookParse::Form)),
            ("hooks.example/hunter2", Err(WebhookParse::Form)),
            ("", Err(WebhookParse::Form)),
        ] {
            let read = Webhook::new(address);
            assert!(!format!("{read:?}").contains("hunter2"));
            let printed = read.map(|webhook| webhook.to_string());
            assert_eq!(printed, expected.map(str::to_owned), "{address}");
        }
    }
}
