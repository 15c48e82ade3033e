//! The surroundings of a desktop, and what of them deserves a look: values and their verdicts. Finding them out is for the
//! rooms above, and so are the words.

use jiff::SignedDuration;

/// From this difference on, a clock is worth a warning: certificates and tokens begin to be refused about there.
pub const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// With less free space than this, in bytes, an install is likely to fail.
const LITTLE_SPACE: u64 = 1_000_000_000;
/// With less than this, nothing can be expected to work.
const NO_SPACE: u64 = 50_000_000;
/// From this many bytes on, garbage is worth a word.
const MUCH_GARBAGE: u64 = 100_000_000;

/// What a check came to, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and deserves a look.
    Warning,
    /// Something does not work.
    Problem,
}

impl Verdict {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

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

    /// Whether it is as it should be.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::HomeFolder { state, .. } => state.verdict(),
            Self::Permissions { mode, is_own, .. } => permissions(*mode, *is_own),
            Self::FreeSpace(bytes) => match *bytes {
                ..NO_SPACE => Verdict::Problem,
                NO_SPACE..LITTLE_SPACE => Verdict::Warning,
                LITTLE_SPACE.. => Verdict::Ok,
            },
            Self::Configuration { state, .. } => problem_if(matches!(state, Configuration::Broken(_))),
            Self::AllowList(found) => found.verdict(),
            Self::Registry { answer, .. } => answer.verdict(),
            Self::Credentials { login, is_needed, .. } => match login {
                KeptLogin::Found(_) => Verdict::Ok,
                KeptLogin::Unavailable(_) if *is_needed => Verdict::Problem,
                KeptLogin::Unavailable(_) => Verdict::Warning,
            },
            Self::Clock { ahead, future } => {
                let is_off = ahead.is_some_and(|ahead| ahead.abs() > MOST_SKEW);
                let is_behind = future.is_some_and(|future| future > MOST_SKEW);
                warning_if(is_off || is_behind)
            }
            Self::BrokenActivation { .. } => Verdict::Problem,
            Self::MissingGeneration { is_current, .. } => {
                if *is_current {
                    Verdict::Problem
                } else {
                    Verdict::Warning
                }
            }
            Self::Garbage(bytes) => warning_if(*bytes >= MUCH_GARBAGE),
            Self::NoRegistry
            | Self::NoCredentials(_)
            | Self::Activations(_)
            | Self::Generations(_)
            | Self::BlobCache { .. } => Verdict::Ok,
        }
    }
}

impl HomeFolder {
    fn verdict(&self) -> Verdict {
        match self {
            Self::New | Self::Usable => Verdict::Ok,
            Self::ReadOnly(_) => Verdict::Warning,
            Self::Unusable(_) => Verdict::Problem,
        }
    }
}

impl AllowListFound {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Read { patterns, .. } => warning_if(*patterns == 0),
            Self::NotConfigured | Self::Unknown => Verdict::Warning,
            Self::Broken(_) => Verdict::Problem,
        }
    }
}

impl Answer {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Skipped(Skipped::Offline) | Self::Reached { .. } => Verdict::Ok,
            Self::Skipped(Skipped::BrokenConfiguration) | Self::LoginWanted(_) | Self::Limited(_) => {
                Verdict::Warning
            }
            Self::Failed(_) => Verdict::Problem,
        }
    }
}

/// Who can write there can replace the programs that this user runs; who can read there sees what is installed.
fn permissions(mode: u32, is_own: bool) -> Verdict {
    if mode & 0o022 != 0 || mode & 0o700 != 0o700 {
        Verdict::Problem
    } else {
        warning_if(mode & 0o077 != 0 || !is_own)
    }
}

/// How far a clock is ahead of the one that agrees with it best: a registry whose own clock is wrong says nothing about
/// ours, as long as another agrees.
pub fn least_skew(ahead: impl IntoIterator<Item = SignedDuration>) -> Option<SignedDuration> {
    ahead.into_iter().min_by_key(|ahead| ahead.abs())
}

fn warning_if(deserves_it: bool) -> Verdict {
    if deserves_it {
        Verdict::Warning
    } else {
        Verdict::Ok
    }
}

fn problem_if(is_one: bool) -> Verdict {
    if is_one { Verdict::Problem } else { Verdict::Ok }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Ok, Problem, Warning};
    use super::*;

    fn complaint() -> Complaint {
        Complaint {
            message: "it is broken".to_owned(),
            help: None,
        }
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_a_problem_and_one_that_they_can_read_a_warning() {
        for (mode, is_own, verdict) in [
            (0o700, true, Ok),
            (0o700, false, Warning),
            (0o750, true, Warning),
            (0o704, true, Warning),
            (0o711, true, Warning),
            (0o720, true, Problem),
            (0o702, true, Problem),
            (0o777, false, Problem),
            (0o500, true, Problem),
        ] {
            let path = String::new();
            let check = Check::Permissions { path, mode, is_own };
            assert_eq!(check.verdict(), verdict, "{mode:o} {is_own}");
        }
    }

    #[test]
    fn little_space_is_a_warning_and_none_a_problem() {
        for (bytes, verdict) in [
            (0, Problem),
            (NO_SPACE - 1, Problem),
            (NO_SPACE, Warning),
            (LITTLE_SPACE - 1, Warning),
            (LITTLE_SPACE, Ok),
            (u64::MAX, Ok),
        ] {
            assert_eq!(Check::FreeSpace(bytes).verdict(), verdict, "{bytes}");
        }
    }

    #[test]
    fn a_clock_may_be_five_minutes_off() {
        let minutes = |minutes: Option<i64>| minutes.map(SignedDuration::from_mins);
        for (ahead, future, verdict) in [
            (None, None, Ok),
            (Some(5), None, Ok),
            (Some(-5), Some(5), Ok),
            (Some(6), None, Warning),
            (Some(-6), None, Warning),
            (Some(0), Some(6), Warning),
            (None, Some(-6), Ok),
        ] {
            let (ahead, future) = (minutes(ahead), minutes(future));
            let check = Check::Clock { ahead, future };
            assert_eq!(check.verdict(), verdict, "{ahead:?} {future:?}");
        }
    }

    #[test]
    fn one_registry_that_agrees_is_enough_for_the_clock() {
        let seconds = |all: &[i64]| least_skew(all.iter().copied().map(SignedDuration::from_secs));
        assert_eq!(seconds(&[]), None);
        assert_eq!(seconds(&[7200, -3, 900]), Some(SignedDuration::from_secs(-3)));
    }

    #[test]
    fn a_helper_that_fails_is_a_problem_only_where_a_login_is_needed() {
        for (login, is_needed, verdict) in [
            (KeptLogin::Found("store".to_owned()), true, Ok),
            (KeptLogin::Unavailable("it hangs".to_owned()), false, Warning),
            (KeptLogin::Unavailable("it hangs".to_owned()), true, Problem),
        ] {
            let registry = "r.example".to_owned();
            let check = Check::Credentials {
                registry,
                login,
                is_needed,
            };
            assert_eq!(check.verdict(), verdict, "{check:?}");
        }
    }

    #[test]
    fn what_stops_commands_is_a_problem_and_what_only_deserves_a_look_is_none() {
        let text = String::new;
        let home = |state| Check::HomeFolder { path: text(), state };
        let configuration = |state| Check::Configuration { file: text(), state };
        let registry = |answer| Check::Registry {
            registry: text(),
            answer,
        };
        let list = |patterns| AllowListFound::Read {
            file: text(),
            patterns,
        };
        let reached = Answer::Reached {
            endpoint: text(),
            login: None,
        };
        let missing = |is_current| Check::MissingGeneration {
            id: text(),
            version: text(),
            is_current,
        };
        let broken = Check::BrokenActivation {
            name: text(),
            problem: text(),
        };
        for (check, verdict) in [
            (home(HomeFolder::New), Ok),
            (home(HomeFolder::Usable), Ok),
            (home(HomeFolder::ReadOnly(text())), Warning),
            (home(HomeFolder::Unusable(text())), Problem),
            (configuration(Configuration::Defaults), Ok),
            (configuration(Configuration::Read), Ok),
            (configuration(Configuration::Broken(text())), Problem),
            (Check::AllowList(list(1)), Ok),
            (Check::AllowList(list(0)), Warning),
            (Check::AllowList(AllowListFound::NotConfigured), Warning),
            (Check::AllowList(AllowListFound::Unknown), Warning),
            (Check::AllowList(AllowListFound::Broken(text())), Problem),
            (registry(Answer::Skipped(Skipped::Offline)), Ok),
            (registry(Answer::Skipped(Skipped::BrokenConfiguration)), Warning),
            (registry(reached), Ok),
            (registry(Answer::LoginWanted(complaint())), Warning),
            (registry(Answer::Limited(complaint())), Warning),
            (registry(Answer::Failed(complaint())), Problem),
            (Check::Activations(0), Ok),
            (broken, Problem),
            (Check::Generations(3), Ok),
            (missing(true), Problem),
            (missing(false), Warning),
            (Check::Garbage(MUCH_GARBAGE - 1), Ok),
            (Check::Garbage(MUCH_GARBAGE), Warning),
        ] {
            assert_eq!(check.verdict(), verdict, "{check:?}");
        }
    }
}
