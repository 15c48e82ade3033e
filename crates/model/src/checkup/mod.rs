//! The surroundings of a desktop, and what of them deserves a look: values and their verdicts. Finding them out is for the
//! rooms above, and so are the words.

mod verdict;

use jiff::SignedDuration;

pub use verdict::{MOST_SKEW, Verdict, least_skew};

/// What is wrong, in the words of whoever found it, and what to do where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What happened, where and why.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// One thing that was looked at, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// The home folder.
    HomeFolder {
        /// Its path.
        path: String,
        /// How it was found.
        state: HomeFolder,
    },
    /// Who may enter the home folder.
    Permissions {
        /// Its path.
        path: String,
        /// The lower nine bits of its mode.
        mode: u32,
        /// Whether it belongs to the user that asks.
        is_own: bool,
    },
    /// What is left for this user on the home folder's file system, in bytes.
    FreeSpace(u64),
    /// The configuration.
    Configuration {
        /// Its file.
        file: String,
        /// How it was found.
        state: Configuration,
    },
    /// What may be installed.
    AllowList(AllowListFound),
    /// A registry that something installed or allowed comes from. There is one such check for each.
    Registry {
        /// Its name in references.
        registry: String,
        /// What came of asking it.
        answer: Answer,
    },
    /// Nothing installed or allowed comes from any registry yet.
    NoRegistry,
    /// The login that Docker's configuration keeps for an endpoint of a registry. There is one such check for each.
    Credentials {
        /// The registry's name in references.
        registry: String,
        /// What came of looking for it.
        login: KeptLogin,
        /// Whether the registry lets nobody in without one.
        is_needed: bool,
    },
    /// Docker's configuration keeps no login for any of the registries, or it was not looked for one.
    NoCredentials(Option<Skipped>),
    /// The clock of this machine.
    Clock {
        /// How far it is ahead of the registry's that agrees best; `None` where no registry told the time.
        ahead: Option<SignedDuration>,
        /// How far in the future the newest generation was installed, by this clock.
        future: Option<SignedDuration>,
    },
    /// This many extensions are installed and can be told.
    Activations(usize),
    /// Something is installed and cannot be told. There is one such check for each.
    BrokenActivation {
        /// What `rm` takes to remove it.
        name: String,
        /// The file, and what is wrong with it.
        problem: String,
    },
    /// This many generations seem whole.
    Generations(usize),
    /// The files of a generation are not there. There is one such check for each.
    MissingGeneration {
        /// The extension.
        id: String,
        /// Which release it is.
        version: String,
        /// Whether it is the one in use.
        is_current: bool,
    },
    /// What nothing references, in bytes.
    Garbage(u64),
    /// The cache of layers, in bytes.
    BlobCache {
        /// What it holds.
        bytes: u64,
        /// What it may hold.
        limit: u64,
    },
}

/// How a home folder was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeFolder {
    /// It is not there, and can be made.
    New,
    /// It can be read and written.
    Usable,
    /// It can only be read, because a later program demands it.
    ReadOnly(String),
    /// It cannot be read or written, or not be made.
    Unusable(String),
}

/// How a configuration was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configuration {
    /// There is no file: defaults hold.
    Defaults,
    /// It can be understood.
    Read,
    /// It cannot be used. Every other command stops there.
    Broken(String),
}

/// How the allow-list was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowListFound {
    /// It can be understood.
    Read {
        /// Its file.
        file: String,
        /// How many patterns it has.
        patterns: usize,
    },
    /// None is configured: everything is allowed.
    NotConfigured,
    /// Which it is is not known, because the configuration is broken.
    Unknown,
    /// It is configured, and cannot be used. Every other command stops there.
    Broken(String),
}

/// What came of asking a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was not asked.
    Skipped(Skipped),
    /// It answers.
    Reached {
        /// The address that answered.
        endpoint: String,
        /// Where the login comes from that it took; `None` where none was needed.
        login: Option<String>,
    },
    /// It answers, and lets only those in who have a login.
    LoginWanted(Complaint),
    /// It answers, and wants to be left alone for now.
    Limited(Complaint),
    /// It does not answer as a registry, or refuses the login.
    Failed(Complaint),
}

/// Why registries were not asked, nor helpers for their logins run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It was asked for. Helpers may use the network too.
    Offline,
    /// The configuration is broken: what stands in for a registry is not known, and its own address may be none that anybody
    /// wants to be asked.
    BrokenConfiguration,
}

/// What came of looking for a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptLogin {
    /// There is one, from here.
    Found(String),
    /// One may exist, but cannot be had, for this reason.
    Unavailable(String),
}

impl Check {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::HomeFolder { .. } => "home-folder",
            Self::Permissions { .. } => "permissions",
            Self::FreeSpace(_) => "free-space",
            Self::Configuration { .. } => "configuration",
            Self::AllowList(_) => "allow-list",
            Self::Registry { .. } | Self::NoRegistry => "registry",
            Self::Credentials { .. } | Self::NoCredentials(_) => "credentials",
            Self::Clock { .. } => "clock",
            Self::Activations(_) | Self::BrokenActivation { .. } => "activations",
            Self::Generations(_) | Self::MissingGeneration { .. } => "generations",
            Self::Garbage(_) => "garbage",
            Self::BlobCache { .. } => "blob-cache",
        }
    }
}
