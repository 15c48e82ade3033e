//! The kinds of failure.

use std::time::Duration;

use model::text::quote;
use thiserror::Error;

use crate::login::Login;
use crate::{EndpointParse, Invalid};

/// The kinds of failure, as a caller has to tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ErrorKind {
    /// The registry answered 404.
    #[error("{missing}")]
    NotFound {
        /// What there is not.
        missing: Missing,
    },
    /// 401 or 403 although nothing is known to be wrong with the login: registries answer so for what is private as
    /// well as for what does not exist.
    #[error("it does not exist or needs a login ({login})")]
    HiddenOrMissing {
        /// 401 or 403.
        status: u16,
        /// The login that was tried.
        login: Login,
    },
    /// The registry or its token server does not accept this login.
    #[error("the login was refused ({login})")]
    LoginRefused {
        /// The login that was tried.
        login: Login,
    },
    /// There is a login, but the token server that asks for it may not get it (contract, "Configuration").
    #[error("the registry's token server {} may not get the login ({login}): {problem}", quote(.realm))]
    RealmNotTrusted {
        /// The token server's host, and its port if it is not the usual one.
        realm: String,
        /// The login that was kept back.
        login: Login,
        /// Which rule keeps it back, and the setting that allows it, if there is one.
        problem: &'static str,
    },
    /// 429: the registry wants to be left alone.
    #[error("the registry limits how often it may be asked{}", again(*.after))]
    RateLimited {
        /// How long from now on, where the registry says so.
        after: Option<Duration>,
    },
    /// No answer, or not a whole one.
    #[error("{problem}: {cause}")]
    Network {
        /// What kind of trouble.
        problem: NetworkProblem,
        /// The chain of causes in words.
        cause: String,
    },
    /// A status that a registry should not give here: 5xx, 400, 405, 406 …
    #[error("the registry answers {status}{}{}", said_more(.said.as_deref()), again(*.after))]
    Server {
        /// The HTTP status.
        status: u16,
        /// How long it wants to be left alone from now on, where it says so.
        after: Option<Duration>,
        /// The first error of the registry's envelope, made printable.
        said: Option<String>,
    },
    /// The answer is not what it should be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The answer goes over a limit.
    #[error("{what} over the limit of {limit} (`{setting}`)")]
    TooLarge {
        /// What is too large or too many: `the manifest is`, `there are more tags than`.
        what: &'static str,
        /// The limit; bytes where a size is meant.
        limit: u64,
        /// The setting that holds it.
        setting: &'static str,
    },
    /// A file cannot be read or written.
    #[error("{cause}")]
    File {
        /// What the system says, or why it was not tried.
        cause: String,
    },
    /// Nothing was asked because the settings say so.
    #[error("nothing is asked of a registry while offline")]
    Offline,
    /// The settings do not allow to ask.
    #[error(transparent)]
    Configuration(#[from] Misconfigured),
}

/// What a 404 is about, as far as the registry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Missing {
    /// `NAME_UNKNOWN`: no such repository.
    #[error("there is no such repository")]
    Repository,
    /// `MANIFEST_UNKNOWN`, `MANIFEST_BLOB_UNKNOWN`, `BLOB_UNKNOWN`: the repository has no such tag or digest.
    #[error("the repository has no such tag or digest")]
    Content,
    /// No such file or folder.
    #[error("there is no such file or folder")]
    File,
    /// The engine of this machine has no such image.
    #[error("the engine has no such image")]
    Image,
    /// The registry does not say.
    #[error("there is no such repository, tag or digest")]
    Unsaid,
}

/// The kinds of trouble on the way to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NetworkProblem {
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused,
    /// The name has no address.
    #[error("the name cannot be resolved")]
    Dns,
    /// The server's certificate is of an authority that is not known here: often that of a network which looks into TLS.
    #[error("the certificate is not trusted")]
    UnknownIssuer,
    /// TLS could not be agreed on: a certificate that has expired or is for another host, or a server that does not speak it.
    #[error("no secure connection")]
    Tls,
    /// No connection, or no further byte, within the limits.
    #[error("no answer in time")]
    Timeout,
    /// Bytes come, but fewer than the limits ask for.
    #[error("too slow")]
    Slow,
    /// The connection broke after it stood.
    #[error("the connection broke")]
    Broken,
    /// The connection failed in another way: no route, an unusable proxy.
    #[error("no connection")]
    Unreachable,
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Misconfigured {
    /// The registry's name is no address.
    #[error(transparent)]
    Address(#[from] EndpointParse),
    /// The file of certificates cannot be read or holds none.
    #[error("certificates of `ca = \"{path}\"`: {problem}")]
    Certificates {
        /// The file.
        path: String,
        /// Why not.
        problem: String,
    },
    /// The system offers no certificates to trust, so that no TLS connection can be checked.
    #[error("the certificates of this system cannot be used: {problem}")]
    SystemCertificates {
        /// Why not; most often the package `ca-certificates` is missing.
        problem: String,
    },
    /// `realm` is not a host.
    #[error("`realm = {}` is not a host with an optional port", quote(.realm))]
    Realm {
        /// The setting.
        realm: String,
    },
}

fn again(after: Option<Duration>) -> String {
    after.map_or_else(String::new, |after| {
        format!("; again in {} seconds", after.as_secs().max(1))
    })
}

fn said_more(said: Option<&str>) -> String {
    said.map_or_else(String::new, |said| format!(" ({said})"))
}
