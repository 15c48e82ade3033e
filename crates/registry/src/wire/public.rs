//! Requests to hosts that a stranger chose: never to this machine or a private network, whatever name leads there.

use std::net::SocketAddr;

use model::public_address::is_public;
use reqwest::Response;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, HeaderValue};
use thiserror::Error;
use url::Url;

use super::{Wire, location};
use crate::error::{ErrorKind, redacted};

/// An answer of such a host.
pub(crate) struct PublicAnswer {
    pub(crate) response: Response,
    /// Where it sends us on to, if it does.
    pub(crate) next: Option<Result<Url, url::ParseError>>,
}

impl Wire {
    /// Asks for a picture, without login and without a proxy: one would look up the name itself, and could be led into the network
    /// that it stands in.
    pub(crate) async fn get_public(&self, url: &Url) -> Result<PublicAnswer, ErrorKind> {
        let client = self.connections.for_public()?;
        self.counters.count_request();
        let request = client
            .get(url.clone())
            .header(ACCEPT, HeaderValue::from_static("image/webp,image/png,image/*"));
        let response = request.send().await.map_err(super::in_words)?;
        tracing::debug!(
            url = redacted(url),
            status = response.status().as_u16(),
            "asked for a picture"
        );
        let target = location(&response).filter(|_| response.status().is_redirection());
        let next = target.map(|target| url.join(target));
        Ok(PublicAnswer { response, next })
    }
}

/// Looks names up, and keeps of their addresses those on the public internet. What was looked up is what is connected to, so that a
/// name cannot lead elsewhere a moment later.
pub(super) struct PublicAddresses;

#[derive(Debug, Error)]
#[error("the name leads to no address on the public internet")]
struct NothingPublic;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NothingPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}
