//! Which findings deserve a look, and which stop somebody.

use jiff::SignedDuration;

use super::{AllowListFound, Answer, Check, Configuration, HomeFolder, KeptLogin, Skipped};

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

impl Check {
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
    use crate::checkup::Complaint;

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
