//! What went wrong: where, while what was done, and of which kind.

mod kind;

use std::fmt;

use thiserror::Error;

pub use kind::{ErrorKind, Misconfigured, Missing, NetworkProblem};

/// A failed call. It says what was asked of whom, and never holds a query string or a secret.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Error(Box<Details>);

#[derive(Debug)]
struct Details {
    operation: Operation,
    subject: String,
    registry: String,
    url: Option<Box<str>>,
    endpoint: Option<Box<str>>,
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(operation: Operation, subject: String, registry: &str, fault: Fault) -> Self {
        Self(Box::new(Details {
            operation,
            subject,
            registry: registry.to_owned(),
            endpoint: fault.endpoint,
            url: fault.url,
            kind: fault.kind,
        }))
    }

    /// What happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What was being done.
    pub fn operation(&self) -> Operation {
        self.0.operation
    }

    /// What it was done to: a reference (`docker.io/acme/whale:1.2.0`), or a registry for its list of repositories.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The registry as references name it; empty where it is about a file.
    pub fn registry(&self) -> &str {
        &self.0.registry
    }

    /// Whose login counted, as `docker login` takes it: the endpoint that was asked, where that is not the registry itself.
    pub fn login_address(&self) -> &str {
        let endpoint = self.0.endpoint.as_deref().unwrap_or(&self.0.registry);
        match endpoint {
            crate::settings::DOCKER_HUB => &self.0.registry,
            endpoint => endpoint,
        }
    }

    /// The address that failed, without its query, or the path of a file; nothing where nothing was asked.
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }
}

impl fmt::Display for Details {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation, subject, ..
        } = self;
        match &self.url {
            Some(url) => write!(formatter, "{operation} {subject} ({url}): {}", self.kind),
            None => write!(formatter, "{operation} {subject}: {}", self.kind),
        }
    }
}

/// What was being done when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reading the list of tags.
    Tags,
    /// Asking for the digest of a tag.
    Head,
    /// Reading a manifest or an index.
    Document,
    /// Reading an image config.
    Config,
    /// Reading a blob.
    Blob,
    /// Bringing a blob.
    PushBlob,
    /// Bringing a manifest or an index.
    PushDocument,
    /// Reading the list of repositories.
    Repositories,
    /// Opening an image layout.
    Open,
    /// Writing an image layout.
    Write,
    /// Asking to be let in.
    Ping,
    /// Reading the settings, before anything is asked.
    Settings,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Tags => "cannot list the tags of",
            Self::Head => "cannot look up",
            Self::Document => "cannot read the manifest of",
            Self::Config => "cannot read the config of",
            Self::Blob => "cannot read a blob of",
            Self::PushBlob => "cannot push a blob to",
            Self::PushDocument => "cannot push",
            Self::Repositories => "cannot list the repositories of",
            Self::Open => "cannot open",
            Self::Write => "cannot write",
            Self::Ping => "cannot use",
            Self::Settings => "cannot read the settings of",
        })
    }
}

/// A failure inside this room, before a public method says what it was doing.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    /// Without its query.
    pub(crate) url: Option<Box<str>>,
    /// Host and port of the endpoint that was asked, wherever that sent us on to.
    pub(crate) endpoint: Option<Box<str>>,
}

impl Fault {
    /// A failure with a file; `path` stands where the address stands else.
    pub(crate) fn in_file(path: impl AsRef<camino::Utf8Path>, kind: impl Into<ErrorKind>) -> Self {
        Self {
            kind: kind.into(),
            url: Some(path.as_ref().as_str().into()),
            endpoint: None,
        }
    }

    pub(crate) fn at(url: &url::Url, kind: impl Into<ErrorKind>) -> Self {
        Self {
            kind: kind.into(),
            url: Some(redacted(url).into()),
            endpoint: None,
        }
    }
}

impl Fault {
    pub(crate) fn of_endpoint(mut self, base: &url::Url) -> Self {
        self.endpoint = Some(authority(base).into());
        self
    }

    /// Host and port of the address.
    pub(crate) fn host(&self) -> Option<String> {
        let url = url::Url::parse(self.url.as_deref()?).ok()?;
        Some(authority(&url))
    }
}

impl<Kind: Into<ErrorKind>> From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.into(),
            url: None,
            endpoint: None,
        }
    }
}

/// The host of a URL, with its port where that is not the usual one.
pub(crate) fn authority(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A URL without login, query and fragment: presigned addresses carry their secret in the query.
pub(crate) fn redacted(url: &url::Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // These two fail only for URLs that cannot hold a login.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_could_be_secret() {
        let url = url::Url::parse("https://user:word@cdn.example/blob?X-Amz-Signature=abc#d").unwrap();
        assert_eq!(redacted(&url), "https://cdn.example/blob");
    }

    #[test]
    fn an_error_says_what_was_asked_of_whom_and_what_happened() {
        let url = url::Url::parse("https://registry.example/v2/acme/whale/tags/list?n=1000").unwrap();
        let fault = Fault::at(
            &url,
            ErrorKind::Server {
                status: 502,
                after: None,
                said: None,
            },
        );
        let error = Error::new(
            Operation::Tags,
            "registry.example/acme/whale".to_owned(),
            "registry.example",
            fault,
        );
        assert_eq!(
            error.to_string(),
            "cannot list the tags of registry.example/acme/whale (https://registry.example/v2/acme/whale/tags/list): \
             the registry answers 502"
        );
    }
}
