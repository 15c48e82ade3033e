//! What went wrong in a use case: in which phase, with what, why, and what to do.

use std::fmt;
use std::io;

use camino::Utf8PathBuf;
use model::metadata::MetadataParse;
use model::reference::Reference;
use model::rollback::NoDestination;
use model::verdict::{Reason, ReasonCode};
use model::{Digest, ExtensionId, ImagePath, Tag};
use registry::{ErrorKind as RegistryKind, NetworkProblem, Operation, Unselected};

use crate::words::{Code, Kind, Phase};

/// A failed use case.
#[derive(Debug)]
pub struct Error {
    phase: Phase,
    reference: Option<String>,
    cause: Box<Cause>,
}

/// Why it failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The registry.
    Registry(registry::Error),
    /// The content of a layer, or of the image as a whole.
    Content(archive::Error),
    /// The home folder.
    Store(store::Error),
    /// Policy or host refuse, with every reason.
    Refused(Vec<Reason>),
    /// A setting means nothing to the room that it is for.
    Configuration(store::configuration::ConfigurationError),
    /// What stands in for a registry is no address.
    Endpoint(registry::EndpointParse),
    /// The address that notices are posted to cannot be used.
    Webhook(registry::WebhookParse),
    /// Every registry was asked, and none answered.
    NothingReached,
    /// It is not installed.
    NotInstalled(Reference),
    /// Nothing is installed whose files have this name.
    NothingNamed(String),
    /// There is no such generation to go back to.
    NoGeneration(NoDestination),
    /// Files of a generation are gone or changed.
    GenerationDamaged {
        /// The extension.
        id: ExtensionId,
        /// The generation's folder.
        path: Utf8PathBuf,
    },
    /// The repository has no tag that could be installed.
    NoRelease(ExtensionId),
    /// A tag that was written beside a digest points to another one.
    TagIsElsewhere {
        /// What was written.
        written: Digest,
        /// Where the tag points.
        found: Digest,
    },
    /// Nothing of a source outside of registries can be taken.
    Unselected {
        /// The source as it was written.
        source: String,
        /// Why.
        problem: Unselected,
    },
    /// Something is to be published, and nobody says under which tag.
    NoTag(ExtensionId),
    /// A version is published already, as another release.
    TagTaken {
        /// The tag.
        tag: Tag,
        /// What it points to.
        found: Digest,
    },
    /// The metadata is unusable.
    Metadata(MetadataParse),
    /// The image has no metadata.
    NoMetadata,
    /// The metadata names a file that the image lacks.
    NamedFileMissing(ImagePath),
    /// An index points to another index.
    NestedIndex(Digest),
    /// The user said no.
    Declined,
    /// There is a question, and nobody to answer it.
    NobodyToAsk,
    /// A task of this program ended without an answer.
    Interrupted(String),
}

impl Error {
    pub(crate) fn new(phase: Phase, cause: Cause) -> Self {
        Self {
            phase,
            reference: None,
            cause: Box::new(cause),
        }
    }

    /// A failure of the wire or of an image layout, in the words of the use cases: for who reads images beside them.
    pub fn from_registry(phase: Phase, error: registry::Error) -> Self {
        Self::new(phase, Cause::Registry(error))
    }

    pub(crate) fn refused(reasons: Vec<Reason>) -> Self {
        Self::new(Phase::Policy, Cause::Refused(reasons))
    }

    /// The same error, said of `reference`, unless it says so already.
    #[must_use]
    pub(crate) fn about(mut self, reference: &impl fmt::Display) -> Self {
        self.reference.get_or_insert_with(|| reference.to_string());
        self
    }

    /// What was being done.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What it was done to, in normal form.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Why it failed.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Which kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.code().kind()
    }

    /// The stable word of the failure.
    pub fn code(&self) -> Code {
        match &*self.cause {
            Cause::Registry(error) => registry_code(error.kind()),
            Cause::Content(error) if error.is_about_content() => Code::InvalidContent,
            Cause::Content(archive::Error::Sink(_)) | Cause::Store(_) => Code::Store,
            Cause::Content(_) => Code::ReadFailed,
            // A refusal has reasons; without one there would be nothing to tell but that it failed.
            Cause::Refused(reasons) => reasons.first().map_or(Code::Failed, |reason| reason.code.into()),
            Cause::Configuration(_) | Cause::Endpoint(_) | Cause::Webhook(_) => Code::Configuration,
            Cause::NothingReached => Code::Unreachable,
            Cause::NotInstalled(_) | Cause::NothingNamed(_) => Code::NotInstalled,
            Cause::NoGeneration(_) => Code::NoGeneration,
            Cause::GenerationDamaged { .. } => Code::Damaged,
            Cause::NoRelease(_) => Code::NoRelease,
            Cause::TagIsElsewhere { .. } => Code::TagElsewhere,
            Cause::Unselected { problem, .. } => unselected_code(problem),
            Cause::NoTag(_) => Code::Usage,
            Cause::TagTaken { .. } => Code::TagTaken,
            Cause::Metadata(_) => Code::InvalidMetadata,
            Cause::NoMetadata => Code::NoMetadata,
            Cause::NamedFileMissing(_) => Code::MissingFile,
            Cause::NestedIndex(_) => Code::InvalidContent,
            Cause::Declined => Code::Declined,
            Cause::NobodyToAsk => Code::NobodyToAsk,
            Cause::Interrupted(_) => Code::Interrupted,
        }
    }

    /// What the user can do, where something is known to help.
    pub fn help(&self) -> Option<String> {
        if is_disk_full(self) {
            return Some("free some space where the home folder is; nothing was changed".to_owned());
        }
        match &*self.cause {
            Cause::Registry(error) => registry_help(error),
            Cause::Refused(reasons) => reasons.iter().find_map(|reason| refusal_help(reason.code)),
            Cause::NothingReached => {
                Some("look at the reasons above; `outrigger config show` shows the endpoints".to_owned())
            }
            Cause::NotInstalled(_) | Cause::NothingNamed(_) => Some("`outrigger ls` shows what is installed".to_owned()),
            Cause::NoGeneration(_) => Some(
                "`outrigger install EXT:TAG` fetches a release that is not kept; `store.generations` says how many are"
                    .to_owned(),
            ),
            Cause::GenerationDamaged { id, .. } => Some(format!(
                "`outrigger verify {id} --repair` fetches its files again"
            )),
            Cause::NoRelease(id) => Some(format!(
                "releases are tags such as `1.2.0`; install another tag by its name: `outrigger install {id}:TAG`"
            )),
            Cause::Unselected { source, problem } => unselected_help(source, problem),
            Cause::NoTag(id) => Some(format!("say which release it is: `{id}:1.2.0`")),
            Cause::TagTaken { .. } => Some(
                "publish it under a new version; `--move-tag` takes this one away from those who have it".to_owned(),
            ),
            Cause::NobodyToAsk => Some("pass `--force` to install without the question".to_owned()),
            Cause::Content(archive::Error::Limit { bound, .. }) => Some(raise(bound.setting())),
            Cause::Metadata(error) => Some(error.setting().map_or_else(authors, raise)),
            Cause::NoMetadata | Cause::NamedFileMissing(_) | Cause::NestedIndex(_) => Some(authors()),
            Cause::Content(error) => error.is_about_content().then(authors),
            Cause::Store(_)
            | Cause::Configuration(_)
            | Cause::Endpoint(_)
            | Cause::Webhook(_)
            | Cause::TagIsElsewhere { .. }
            | Cause::Declined
            | Cause::Interrupted(_) => None,
        }
    }
}

/// Whether a full disk, or a quota that is used up, is behind an error.
fn is_disk_full(error: &Error) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<io::Error>()
            && matches!(
                io.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            )
        {
            return true;
        }
        next = cause.source();
    }
    false
}

fn unselected_code(problem: &Unselected) -> Code {
    match problem {
        Unselected::Empty => Code::InvalidContent,
        Unselected::NoSuchName { .. } => Code::NotFound,
        Unselected::Unnamed | Unselected::Several { .. } => Code::Usage,
    }
}

fn unselected_help(source: &str, problem: &Unselected) -> Option<String> {
    match problem {
        Unselected::Unnamed => {
            Some("say which one it is, and which release: `--as acme/whale:1.2.0`".to_owned())
        }
        Unselected::Several { .. } => Some(format!("say which is meant: `{source}:NAME`")),
        Unselected::Empty | Unselected::NoSuchName { .. } => None,
    }
}

fn authors() -> String {
    "only the extension's author can mend this".to_owned()
}

fn raise(setting: &str) -> String {
    format!("if you trust its author, raise `{setting}` in the configuration")
}

fn registry_code(kind: &RegistryKind) -> Code {
    match kind {
        RegistryKind::Offline => Code::Offline,
        RegistryKind::File { .. } => Code::ReadFailed,
        RegistryKind::Configuration(_) => Code::Configuration,
        other => registry_reason(other).into(),
    }
}

/// How a registry's failure appears among the reasons of a finding.
pub(crate) fn registry_reason(kind: &RegistryKind) -> ReasonCode {
    match kind {
        RegistryKind::NotFound { .. } => ReasonCode::NotFound,
        RegistryKind::HiddenOrMissing { .. }
        | RegistryKind::LoginRefused { .. }
        | RegistryKind::RealmNotTrusted { .. } => ReasonCode::Login,
        RegistryKind::RateLimited { .. } => ReasonCode::RateLimited,
        RegistryKind::Network { .. } | RegistryKind::Offline => ReasonCode::Network,
        RegistryKind::Server { .. } | RegistryKind::Configuration(_) => ReasonCode::Server,
        RegistryKind::Invalid(_) | RegistryKind::TooLarge { .. } | RegistryKind::File { .. } => {
            ReasonCode::Invalid
        }
    }
}

fn registry_help(error: &registry::Error) -> Option<String> {
    let registry = error.registry();
    match error.kind() {
        RegistryKind::NotFound { .. } if error.operation() == Operation::Open => {
            Some("check the path".to_owned())
        }
        RegistryKind::NotFound { .. } if error.operation() == Operation::Blob => Some(
            "the registry has lost a part of this release: another release may be whole, or its author can push it again"
                .to_owned(),
        ),
        RegistryKind::NotFound { .. } => {
            Some("check the spelling; `outrigger search` shows what is offered".to_owned())
        }
        RegistryKind::HiddenOrMissing { .. } | RegistryKind::LoginRefused { .. } => {
            let address = error.login_address();
            Some(format!("if it is private, log in with `docker login {address}`"))
        }
        RegistryKind::RealmNotTrusted { realm, .. } => Some(format!(
            "if that server is yours, set `realm = \"{realm}\"` under `[registry.\"{registry}\"]`"
        )),
        RegistryKind::Network {
            problem: NetworkProblem::UnknownIssuer,
            ..
        } => Some(format!(
            "if it is the authority of your company or network, put its certificate into a PEM file and set \
             `ca = \"FILE\"` under `[registry.\"{registry}\"]`, or add it to those of the system"
        )),
        RegistryKind::Network { .. } => Some(format!(
            "check the address and your network; a mirror is set with `endpoint` under `[registry.\"{registry}\"]`, a proxy with HTTPS_PROXY"
        )),
        RegistryKind::TooLarge { setting, .. } => Some(raise(setting)),
        RegistryKind::Offline => Some("leave out `--offline`".to_owned()),
        RegistryKind::RateLimited { .. } | RegistryKind::Server { .. } => Some("try again later".to_owned()),
        RegistryKind::Invalid(_) | RegistryKind::File { .. } | RegistryKind::Configuration(_) => None,
    }
}

fn refusal_help(code: ReasonCode) -> Option<String> {
    match code {
        ReasonCode::NotAllowed => Some(
            "`outrigger allow ls` shows what is allowed; who looks after this desktop can add to it"
                .to_owned(),
        ),
        ReasonCode::ApiVersion => {
            Some("`outrigger show REF --all-versions` shows which releases fit this desktop".to_owned())
        }
        ReasonCode::Held => Some("`outrigger unhold` lets it move again".to_owned()),
        ReasonCode::RolledBack => Some("`outrigger update EXT --to TAG` takes it again".to_owned()),
        ReasonCode::PreRelease => {
            Some("install one by its tag, or set `policy.pre-releases = true`".to_owned())
        }
        ReasonCode::MinimumAge => Some("wait, or install the release by its tag".to_owned()),
        _ => None,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.cause {
            Cause::Registry(error) => error.fmt(formatter),
            Cause::Content(error) => error.fmt(formatter),
            Cause::Store(error) => error.fmt(formatter),
            Cause::Refused(reasons) => {
                let messages: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
                formatter.write_str(&messages.join("; "))
            }
            Cause::Configuration(error) => error.fmt(formatter),
            Cause::Endpoint(problem) => problem.fmt(formatter),
            Cause::Webhook(problem) => write!(formatter, "the address of the webhook: {problem}"),
            Cause::NothingReached => formatter.write_str("no repository could be reached"),
            Cause::NotInstalled(reference) => write!(formatter, "{reference} is not installed"),
            Cause::NothingNamed(name) => write!(formatter, "nothing is installed under the name {name}"),
            Cause::NoGeneration(problem) => problem.fmt(formatter),
            Cause::GenerationDamaged { path, .. } => {
                write!(formatter, "its files in {path} are not all there")
            }
            Cause::NoRelease(id) => {
                write!(
                    formatter,
                    "{id} has no tag that is a version, and no tag `latest`"
                )
            }
            Cause::TagIsElsewhere { written, found } => {
                write!(formatter, "the tag points to {found}, not to {written}")
            }
            Cause::NoTag(id) => write!(formatter, "no tag is said for {id}"),
            Cause::TagTaken { found, .. } => {
                write!(formatter, "this version is published already, as {found}")
            }
            Cause::Unselected { source, problem } => write!(formatter, "{source}: {problem}"),
            Cause::Metadata(error) => error.fmt(formatter),
            Cause::NoMetadata => {
                formatter.write_str("the image has no `/metadata.json`: it is not an extension")
            }
            Cause::NamedFileMissing(path) => {
                write!(formatter, "the metadata names `{path}`, which the image lacks")
            }
            Cause::NestedIndex(digest) => write!(formatter, "the index points to another index ({digest})"),
            Cause::Declined => formatter.write_str("declined; nothing was changed"),
            Cause::NobodyToAsk => formatter
                .write_str("this needs a yes, and there is no terminal to ask on; nothing was changed"),
            Cause::Interrupted(what) => write!(formatter, "{what} was interrupted"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.cause {
            Cause::Registry(error) => error.source(),
            Cause::Content(error) => error.source(),
            Cause::Store(error) => error.source(),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::new(Phase::Store, Cause::Store(error))
    }
}

/// The reference of an id, for messages.
pub(crate) fn reference_of(id: &ExtensionId, tag: Option<&model::Tag>) -> Reference {
    Reference {
        id: id.clone(),
        tag: tag.cloned(),
        digest: None,
    }
}
