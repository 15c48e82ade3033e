//! Fetching pictures that labels name: addresses that a stranger chose, so that only the public internet is asked.

use bytes::Bytes;
use model::picture::{NoPicture, PictureKind};
use model::public_address::is_public;
use reqwest::StatusCode;
use std::net::IpAddr;
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;
use url::{Host, Url};

use crate::error::{ErrorKind, authority};
use crate::wire::{SizeLimit, Wire, read_whole};

/// How long all of it may take, redirects and the body included.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest picture, in bytes.
const LARGEST: u64 = 8 * 1024 * 1024;
/// How many redirects are followed.
const REDIRECTS: usize = 3;

/// The address of a picture: `https`, without a login, on a host that may be public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureAddress(Url);

/// Why an address is not asked for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PictureAddressParse {
    /// It is no URL with a host.
    #[error("it is no address")]
    Form,
    /// It is not `https`.
    #[error("only `https` is asked")]
    Unencrypted,
    /// There are no logins for pictures.
    #[error("it holds a login")]
    Login,
    /// It is an address of this machine or of a private network.
    #[error("it is not on the public internet")]
    Private,
}

/// A picture that was fetched.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What its bytes say that it is.
    pub kind: PictureKind,
    /// All of it, at most 8 MiB.
    pub bytes: Bytes,
}

/// Why there is no picture. It names the host alone: what else an address holds may be long, or somebody's secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unpictured {
    /// The settings say that nothing is asked.
    #[error("nothing is asked of {host} while offline")]
    Offline {
        /// Host and port.
        host: String,
    },
    /// A redirect leads where nothing is asked.
    #[error("{host} sends on to an address that is not asked: {problem}")]
    Redirect {
        /// Host and port.
        host: String,
        /// What is wrong with it.
        problem: PictureAddressParse,
    },
    /// There are too many redirects.
    #[error("{host} sends on more than {REDIRECTS} times")]
    Redirects {
        /// Host and port of the first one.
        host: String,
    },
    /// The answer is not one of success.
    #[error("{host} answers {status}")]
    Answered {
        /// Host and port.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// It did not come in time.
    #[error("{host} does not send it within {} seconds", PATIENCE.as_secs())]
    Late {
        /// Host and port.
        host: String,
    },
    /// There was no answer, or not a whole one.
    #[error("cannot ask {host}: {kind}")]
    Unasked {
        /// Host and port.
        host: String,
        /// What happened.
        kind: ErrorKind,
    },
    /// It is larger than pictures may be.
    #[error("what {host} sends has more than {} MiB", LARGEST >> 20)]
    TooLarge {
        /// Host and port.
        host: String,
    },
    /// What came is not to be shown.
    #[error("what {host} sends is not shown: {problem}")]
    NoPicture {
        /// Host and port.
        host: String,
        /// Why.
        problem: NoPicture,
    },
}

impl PictureAddress {
    /// Reads an address. Where a name leads is found out when it is asked.
    ///
    /// # Errors
    ///
    /// [`PictureAddressParse`] where nothing may be asked of it.
    pub fn new(text: &str) -> Result<Self, PictureAddressParse> {
        let url = Url::parse(text).map_err(|_| PictureAddressParse::Form)?;
        Self::of(url)
    }

    fn of(url: Url) -> Result<Self, PictureAddressParse> {
        if url.scheme() != "https" {
            return Err(PictureAddressParse::Unencrypted);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PictureAddressParse::Login);
        }
        // Names are judged by what they lead to, numbers here: no name is looked up for them.
        let number = match url.host() {
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            None => return Err(PictureAddressParse::Form),
        };
        if number.is_some_and(|address| !is_public(address)) {
            return Err(PictureAddressParse::Private);
        }
        Ok(Self(url))
    }

    /// Host and port.
    pub fn host(&self) -> String {
        authority(&self.0)
    }

    /// Where a page would link to.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) async fn fetch(&self, wire: &Wire) -> Result<Picture, Unpictured> {
        timeout(PATIENCE, self.follow(wire))
            .await
            .unwrap_or_else(|_| Err(Unpictured::Late { host: self.host() }))
    }

    async fn follow(&self, wire: &Wire) -> Result<Picture, Unpictured> {
        let mut address = self.clone();
        for _ in 0..=REDIRECTS {
            let host = address.host();
            let unasked = |kind| Unpictured::Unasked {
                host: host.clone(),
                kind,
            };
            let answer = wire.get_public(&address.0).await.map_err(unasked)?;
            if let Some(next) = answer.next {
                let next = next.map_err(|_| PictureAddressParse::Form).and_then(Self::of);
                address = next.map_err(|problem| Unpictured::Redirect { host, problem })?;
                continue;
            }
            let status = answer.response.status();
            if status != StatusCode::OK {
                let status = status.as_u16();
                return Err(Unpictured::Answered { host, status });
            }
            let size = SizeLimit {
                what: "the picture is",
                limit: LARGEST,
                setting: "",
            };
            return match read_whole(answer.response, &size, wire.limits()).await {
                Ok(bytes) => match PictureKind::of_whole(&bytes) {
                    Ok(kind) => Ok(Picture { kind, bytes }),
                    Err(problem) => Err(Unpictured::NoPicture { host, problem }),
                },
                Err(ErrorKind::TooLarge { .. }) => Err(Unpictured::TooLarge { host }),
                Err(kind) => Err(unasked(kind)),
            };
        }
        Err(Unpictured::Redirects { host: self.host() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_asked_over_tls_alone() {
        for (address, expected) in [
            ("https://pictures.example/a.png?b=c", Ok("pictures.example")),
            ("https://pictures.example:8443/a.png", Ok("pictures.example:8443")),
            ("https://1.1.1.1/a.png", Ok("1.1.1.1")),
            (
                "http://pictures.example/a.png",
                Err(PictureAddressParse::Unencrypted),
            ),
            (
                "https://me:word@pictures.example/",
                Err(PictureAddressParse::Login),
            ),
            ("https://127.0.0.1/a.png", Err(PictureAddressParse::Private)),
            ("https://2130706433/a.png", Err(PictureAddressParse::Private)),
            ("https://0x7f.1/a.png", Err(PictureAddressParse::Private)),
            (
                "https://169.254.169.254/latest/meta-data",
                Err(PictureAddressParse::Private),
            ),
            ("https://[::1]/a.png", Err(PictureAddressParse::Private)),
            (
                "https://[::ffff:10.0.0.1]/a.png",
                Err(PictureAddressParse::Private),
            ),
            ("file:///etc/passwd", Err(PictureAddressParse::Unencrypted)),
            ("data:image/png;base64,", Err(PictureAddressParse::Unencrypted)),
            ("pictures.example/a.png", Err(PictureAddressParse::Form)),
        ] {
            let read = PictureAddress::new(address).map(|address| address.host());
            assert_eq!(read, expected.map(str::to_owned), "{address}");
        }
    }
}
