//! Where registries are, and how they may be spoken to.

use std::collections::BTreeMap;
use std::str::FromStr;

use camino::Utf8PathBuf;
use model::text::quote;
use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::{Host, Url};

use crate::{Limits, RetryListener};

/// Where Docker Hub's registry is, for which logins are kept under the name `docker.io`.
pub(crate) const DOCKER_HUB: &str = "registry-1.docker.io";

/// What a [`Client`](crate::Client) is told once.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What differs for single registries, by the name that stands in references (`docker.io`, `localhost:5000`).
    pub registries: BTreeMap<String, RegistrySettings>,
    /// The bounds on what a registry may do.
    pub limits: Limits,
    /// Nothing is asked of anybody: every call ends with [`ErrorKind::Offline`](crate::ErrorKind::Offline).
    pub offline: bool,
    /// The folder of Docker's `config.json`. Without it `DOCKER_CONFIG`, else `.docker` in the user's home.
    pub docker_config: Option<Utf8PathBuf>,
    /// Where the Docker Engine listens, as its own client has it: `unix:///run/docker.sock`, `tcp://127.0.0.1:2375`. Without it
    /// `DOCKER_HOST`, else the usual socket.
    pub docker_host: Option<String>,
    /// Who is told before a registry is asked again.
    pub on_retry: RetryListener,
}

/// The settings of one registry (contract, "Configuration").
#[derive(Debug, Clone, Default)]
pub struct RegistrySettings {
    /// What stands in for the registry, tried in this order. Empty: the registry's own address.
    pub endpoints: Vec<Endpoint>,
    /// A PEM file of certificates to trust for this registry, besides those of the system.
    pub ca: Option<Utf8PathBuf>,
    /// The host of a token server, with its port if it is not 443, that may get this registry's login although it
    /// shares no registrable domain with the endpoint.
    pub realm: Option<String>,
}

/// The address of something that answers for a registry: `https://mirror.example/hub`, `unix:///run/registry.sock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    /// The socket that is spoken to, where it is not the host of `url`.
    socket: Option<Utf8PathBuf>,
}

impl Endpoint {
    /// Reads an address: a scheme, a host, perhaps a port and a path that comes before `/v2/`.
    ///
    /// Plain `http` is for loopback addresses (127.0.0.0/8, `::1`, `localhost`); elsewhere it needs `insecure`.
    /// On Unix `unix:///…` is a socket of this machine, spoken to over plain `http` as `localhost`.
    ///
    /// # Errors
    ///
    /// When it is no such address, or holds a login, a query or a fragment.
    pub fn new(text: &str, insecure: bool) -> Result<Self, EndpointParse> {
        let fail = |problem| EndpointParse {
            text: text.to_owned(),
            problem,
        };
        let mut url = Url::parse(text).map_err(|_| fail("write it as `https://host[:port][/path]`"))?;
        // What stands there may be secret, so these two messages do not repeat the text.
        let hide = |problem| EndpointParse {
            text: format!("{}://…", url.scheme()),
            problem,
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(hide(
                "a login does not belong into an address; use `docker login`",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(hide("it has a query or a fragment"));
        }
        match url.scheme() {
            #[cfg(unix)]
            "unix" => {
                return Self::of_socket(&url).ok_or_else(|| fail("write it as `unix:///path/to/socket`"));
            }
            "https" => {}
            "http" if insecure || is_loopback(&url) => {}
            "http" => {
                return Err(fail(
                    "`http` is for loopback addresses; elsewhere it needs `insecure = true`",
                ));
            }
            _ => return Err(fail("its scheme is neither `https` nor `http`")),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, socket: None })
    }

    /// `unix:///path`; a host in it would be one more place to look for a file.
    #[cfg(unix)]
    fn of_socket(url: &Url) -> Option<Self> {
        if url.host().is_some() || !url.path().starts_with('/') {
            return None;
        }
        let path = percent_decode_str(url.path()).decode_utf8().ok()?;
        let url = Url::parse("http://localhost").ok()?;
        Some(Self {
            url,
            socket: Some(Utf8PathBuf::from(path.into_owned())),
        })
    }

    /// The registry's own address: `docker.io` is spoken to at `registry-1.docker.io`, loopback over `http`.
    pub(crate) fn of_registry(registry: &str) -> Result<Self, EndpointParse> {
        let host = match registry {
            model::reference::DEFAULT_REGISTRY => DOCKER_HUB,
            other => other,
        };
        Self::new(&format!("http://{host}"), false).or_else(|_| Self::new(&format!("https://{host}"), false))
    }

    /// The socket to send to, where it is not the URL's host.
    pub(crate) fn socket(&self) -> Option<&Utf8PathBuf> {
        self.socket.as_ref()
    }

    /// The address as a URL without a slash at its end (a URL without a path keeps its one slash).
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Endpoint {
    type Err = EndpointParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text, false)
    }
}

/// A text that is not the address of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not the address of an endpoint: {problem}", quote(.text))]
pub struct EndpointParse {
    text: String,
    problem: &'static str,
}

/// Whether a URL stays on this machine, by its host as written; no name but `localhost` is looked up for this.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_spoken_to_over_tls_unless_it_is_on_this_machine() {
        for (registry, address) in [
            ("docker.io", "https://registry-1.docker.io/"),
            ("registry.example", "https://registry.example/"),
            ("registry.example:8443", "https://registry.example:8443/"),
            ("10.0.0.1:5000", "https://10.0.0.1:5000/"),
            ("localhost.example:5000", "https://localhost.example:5000/"),
            ("localhost:5000", "http://localhost:5000/"),
            ("127.9.9.9:5000", "http://127.9.9.9:5000/"),
            ("[::1]:5000", "http://[::1]:5000/"),
        ] {
            assert_eq!(Endpoint::of_registry(registry).unwrap().url().as_str(), address);
        }
    }

    #[test]
    fn plain_http_elsewhere_has_to_be_asked_for() {
        assert!(Endpoint::new("http://mirror.example", false).is_err());
        assert!(Endpoint::new("http://mirror.example", true).is_ok());
        assert!(Endpoint::new("http://127.0.0.1:5000", false).is_ok());
    }

    #[test]
    fn an_address_holds_no_login_and_nothing_behind_its_path() {
        for text in [
            "https://user:hunter2@mirror.example",
            "https://mirror.example?x=hunter2&y",
            "ftp://mirror.example",
            "mirror.example",
            "unix://host/run/x",
            "unix:run/x",
        ] {
            assert!(Endpoint::new(text, true).is_err(), "{text}");
        }
        for text in [
            "https://user:hunter2@mirror.example",
            "https://mirror.example?x=hunter2",
        ] {
            let error = Endpoint::new(text, false).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_address_may_be_a_socket_of_this_machine() {
        let endpoint = Endpoint::new("unix:///run/my%20registry.sock", false).unwrap();
        assert_eq!(endpoint.url().as_str(), "http://localhost/");
        assert_eq!(endpoint.socket().unwrap(), "/run/my registry.sock");
    }

    #[test]
    fn an_address_may_have_a_path_before_the_api() {
        let endpoint = Endpoint::new("https://mirror.example/hub/", false).unwrap();
        assert_eq!(endpoint.url().as_str(), "https://mirror.example/hub");
    }
}
