//! The pools of connections: one for each combination of trust and proxying that is used, made when it is used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8PathBuf;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Client, ClientBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use url::Url;

use super::certificate::NamingVerifier;
use super::in_words;
use super::public::PublicAddresses;
use crate::Limits;
use crate::error::{ErrorKind, Misconfigured};
use crate::settings::is_loopback;

/// HTTP/2 windows: large enough for 1 Gbit/s over 15 ms on one stream, small enough for a bound on memory.
const STREAM_WINDOW: u32 = 2 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;

/// What makes two addresses need different pools.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Route {
    /// Certificates are loaded only where they are needed: a machine without any can still speak to itself.
    tls: bool,
    /// Never through a proxy.
    loopback: bool,
    ca: Option<Utf8PathBuf>,
    /// A socket in place of any host.
    socket: Option<Utf8PathBuf>,
    sends: Sends,
}

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sends {
    /// In one piece, after which an answer is due.
    AtOnce,
    /// As it comes. That takes its time, and who sends it watches over that.
    Stream,
}

pub(super) struct Connections {
    limits: Limits,
    pools: Mutex<HashMap<Route, Client>>,
    /// The pool for hosts that a stranger chose.
    public: Mutex<Option<Client>>,
    /// What the environment says of proxies, read as the HTTP library reads it.
    proxies: Matcher,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            pools: Mutex::default(),
            public: Mutex::default(),
            proxies: Matcher::from_env(),
        }
    }

    /// The pool for `url`, whose server may also show a certificate from `ca`, and listens on `socket` if there is one. Where a
    /// stream is sent, nothing here bounds the time until an answer begins.
    pub(super) fn for_url(
        &self,
        url: &Url,
        ca: Option<&Utf8PathBuf>,
        socket: Option<&Utf8PathBuf>,
        sends: Sends,
    ) -> Result<Client, ErrorKind> {
        let tls = url.scheme() == "https";
        let route = Route {
            tls,
            loopback: is_loopback(url),
            ca: ca.filter(|_| tls).cloned(),
            socket: socket.cloned(),
            sends,
        };
        // Nothing that is done under the lock can leave the map half changed.
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = pools.get(&route) {
            return Ok(client.clone());
        }
        let client = self.build(&route)?;
        pools.insert(route, client.clone());
        Ok(client)
    }

    /// Host and port of the proxy through which `url` is asked, if there is one.
    pub(super) fn proxy_of(&self, url: &Url) -> Option<String> {
        if is_loopback(url) {
            return None;
        }
        let used = self.proxies.intercept(&url.as_str().parse().ok()?)?;
        let (host, port) = (used.uri().host()?, used.uri().port_u16());
        Some(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }

    /// The pool for hosts that a stranger chose: it connects only to the public internet, over TLS, and through no proxy.
    pub(super) fn for_public(&self) -> Result<Client, ErrorKind> {
        // Nothing that is done under the lock can leave it half made.
        let mut kept = self.public.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*kept {
            return Ok(client.clone());
        }
        let route = Route {
            tls: true,
            loopback: false,
            ca: None,
            socket: None,
            sends: Sends::AtOnce,
        };
        let builder = self.begin(&route)?.no_proxy().https_only(true);
        let resolver = Arc::new(PublicAddresses);
        let client = builder.dns_resolver(resolver).build().map_err(in_words)?;
        Ok(kept.insert(client).clone())
    }

    fn begin(&self, route: &Route) -> Result<ClientBuilder, ErrorKind> {
        Ok(Client::builder()
            .user_agent(concat!("outrigger/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.limits.connect_time)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .tls_backend_preconfigured(tls_config(route)?))
    }

    fn build(&self, route: &Route) -> Result<Client, ErrorKind> {
        let mut builder = self.begin(route)?;
        if route.sends == Sends::AtOnce {
            builder = builder.read_timeout(self.limits.idle_time);
        }
        if route.loopback {
            builder = builder.no_proxy();
        }
        #[cfg(unix)]
        if let Some(socket) = &route.socket {
            builder = builder.unix_socket(socket.as_std_path());
        }
        builder.build().map_err(in_words)
    }
}

/// TLS with this program's own choice of provider, so that nothing process-wide has to be set up before.
fn tls_config(route: &Route) -> Result<ClientConfig, Misconfigured> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?;
    let mut config = if route.tls {
        let extra = route
            .ca
            .as_ref()
            .map(certificates)
            .transpose()?
            .unwrap_or_default();
        let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(|error| unusable(&error))?;
        builder
            .dangerous() // the way to hand over any verifier; this is the platform's own
            .with_custom_certificate_verifier(Arc::new(NamingVerifier::new(verifier)))
            .with_no_client_auth()
    } else {
        builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn unusable(error: &rustls::Error) -> Misconfigured {
    Misconfigured::SystemCertificates {
        problem: error.to_string(),
    }
}

/// The certificates in a PEM file; at least one.
fn certificates(path: &Utf8PathBuf) -> Result<Vec<CertificateDer<'static>>, Misconfigured> {
    let fail = |problem: String| Misconfigured::Certificates {
        path: path.to_string(),
        problem,
    };
    let pem = fs_err::read(path).map_err(|error| fail(error.to_string()))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| fail(error.to_string()))?;
    if found.is_empty() {
        return Err(fail("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_a_mistake_in_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("ca.pem")).unwrap();
        let missing = certificates(&path).unwrap_err().to_string();
        assert!(missing.contains("ca.pem"), "{missing}");
        fs_err::write(&path, "nothing here").unwrap();
        let empty = certificates(&path).unwrap_err().to_string();
        assert!(empty.contains("there is no certificate in it"), "{empty}");
    }

    #[test]
    fn pools_are_shared_where_trust_and_proxying_are_the_same() {
        let connections = Connections::new(Limits::default());
        for url in [
            "http://localhost:1/",
            "http://127.0.0.1:2/",
            "http://mirror.example/",
        ] {
            connections
                .for_url(&Url::parse(url).unwrap(), None, None, Sends::AtOnce)
                .unwrap();
        }
        assert_eq!(connections.pools.lock().unwrap().len(), 2);
    }
}
