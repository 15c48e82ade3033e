//! `outrigger doctor`

use jiff::SignedDuration;
use model::checkup::{
    AllowListFound, Answer, Check, Configuration, HomeFolder, KeptLogin, MOST_SKEW, Skipped, Verdict,
};
use model::text::{self, printable};
use serde_json::json;

use crate::arguments::Global;
use crate::context::{doctor, wait};
use crate::exit::Exit;
use crate::output::failure::{Failure, LONGEST};
use crate::output::{Output, style};

/// As wide as the longest name of a check.
const NAME: usize = 13;
/// As wide as the longest verdict.
const VERDICT: usize = 7;

pub(super) fn run(global: &Global, output: &Output) -> Result<Exit, Failure> {
    let checks = wait(doctor(global)?.examine())?;
    if output.is_json() {
        let checks: Vec<_> = checks
            .iter()
            .map(|check| {
                let (message, help) = words(check);
                json!({
                    "check": check.name(),
                    "verdict": check.verdict().as_str(),
                    "message": printable(&message, LONGEST),
                    "help": help,
                })
            })
            .collect();
        output.json(&json!({ "checks": checks }));
    } else {
        print(output, &checks);
    }
    let count = |wanted| checks.iter().filter(|check| check.verdict() == wanted).count();
    match (count(Verdict::Problem), count(Verdict::Warning)) {
        (0, 0) => output.note(&style::good("Everything is as it should be.")),
        (0, 1) => output.note("There is 1 warning, and no problem."),
        (0, warnings) => output.note(&format!("There are {warnings} warnings, and no problem.")),
        (1, _) => return Err(Failure::failed("there is 1 problem".to_owned())),
        (problems, _) => return Err(Failure::failed(format!("there are {problems} problems"))),
    }
    Ok(Exit::Done)
}

/// A table of what was looked at; whoever wants quiet sees only what is not as it should be.
fn print(output: &Output, checks: &[Check]) {
    let is_shown = |check: &&Check| !output.is_quiet() || check.verdict() != Verdict::Ok;
    let mut shown = checks.iter().filter(is_shown).peekable();
    if shown.peek().is_some() {
        output.line(&format!("{:<NAME$}  {:<VERDICT$}  MESSAGE", "CHECK", "VERDICT"));
    }
    for check in shown {
        let verdict = check.verdict();
        let word = format!("{:<VERDICT$}", verdict.as_str());
        let word = match verdict {
            Verdict::Ok => style::good(&word),
            Verdict::Warning => style::notable(&word),
            Verdict::Problem => style::bad(&word),
        };
        let (message, help) = words(check);
        let message = printable(&message, LONGEST);
        output.line(&format!("{:<NAME$}  {word}  {message}", check.name()));
        if let Some(help) = help {
            let help = printable(&help, LONGEST);
            output.line(&format!("{:<NAME$}  {:<VERDICT$}  help: {help}", "", ""));
        }
    }
}

/// A sentence about what was found, and where it is not as it should be, what to do next.
fn words(check: &Check) -> (String, Option<String>) {
    match check {
        Check::HomeFolder { path, state } => home(path, state),
        Check::Permissions { path, mode, is_own } => permissions(path, *mode, *is_own, check.verdict()),
        Check::FreeSpace(bytes) => {
            let message = format!("{} are free where the home folder is", text::size(*bytes));
            let help = "make room there; `outrigger gc --dry-run` tells what can be freed here";
            (message, help_unless_ok(check, help))
        }
        Check::Configuration { file, state } => configuration(file, state),
        Check::AllowList(found) => allow_list(found),
        Check::Registry { registry, answer } => self::registry(registry, answer),
        Check::NoRegistry => ok("nothing is installed yet, and no allow-list names a registry"),
        Check::Credentials { registry, login, .. } => credentials(registry, login),
        Check::NoCredentials(None) => ok("Docker's configuration keeps no login for these registries"),
        Check::NoCredentials(Some(reason)) => ok(&format!("not looked for, {}", because(*reason))),
        Check::Clock { ahead, future } => (clock(*ahead, *future), {
            help_unless_ok(check, "set the clock of this machine, or let the network set it")
        }),
        Check::Activations(1) => ok("1 extension is installed"),
        Check::Activations(count) => ok(&format!("{count} extensions are installed")),
        Check::BrokenActivation { name, problem } => (
            problem.clone(),
            Some(format!(
                "`outrigger rm {name}` removes it, and it can be installed again"
            )),
        ),
        Check::Generations(1) => ok("1 generation is there"),
        Check::Generations(count) => ok(&format!("{count} generations are there")),
        Check::MissingGeneration {
            id,
            version,
            is_current,
        } => {
            let which = if *is_current {
                "in use"
            } else {
                "kept to go back to"
            };
            (
                format!("files of {id} {version}, which is {which}, are missing"),
                Some(format!("`outrigger verify {id} --repair` fetches them again")),
            )
        }
        Check::Garbage(0) => ok("there is nothing to free"),
        Check::Garbage(bytes) => (
            format!("{} can be freed", text::size(*bytes)),
            help_unless_ok(check, "`outrigger gc` frees it"),
        ),
        Check::BlobCache { bytes, limit } => ok(&format!(
            "layers of {} are kept, and at most {}",
            text::size(*bytes),
            text::size(*limit)
        )),
    }
}

fn ok(message: &str) -> (String, Option<String>) {
    (message.to_owned(), None)
}

fn help_unless_ok(check: &Check, help: &str) -> Option<String> {
    (check.verdict() != Verdict::Ok).then(|| help.to_owned())
}

fn home(path: &str, state: &HomeFolder) -> (String, Option<String>) {
    let elsewhere = "mend that, or name another folder with `--home` or OUTRIGGER_HOME";
    match state {
        HomeFolder::New => ok(&format!("{path} is not there yet, and can be made")),
        HomeFolder::Usable => ok(&format!("{path} can be read and written")),
        HomeFolder::ReadOnly(problem) => (problem.clone(), Some("update this program".to_owned())),
        HomeFolder::Unusable(problem) => (problem.clone(), Some(elsewhere.to_owned())),
    }
}

fn permissions(path: &str, mode: u32, is_own: bool, verdict: Verdict) -> (String, Option<String>) {
    let others = match mode {
        _ if mode & 0o700 != 0o700 => "its owner may not do everything there",
        _ if mode & 0o022 != 0 => "other users can change what is installed",
        _ if mode & 0o077 != 0 => "other users can look into it",
        _ => "only its owner can enter it",
    };
    let message = if is_own {
        format!("{others} (mode {mode:04o})")
    } else {
        format!("it belongs to another user than the one who runs this; {others} (mode {mode:04o})")
    };
    let help = match verdict {
        Verdict::Ok => None,
        _ if mode == 0o700 => Some("run this as the folder's owner".to_owned()),
        _ => Some(format!("`chmod 700 {path}`")),
    };
    (message, help)
}

fn configuration(file: &str, state: &Configuration) -> (String, Option<String>) {
    match state {
        Configuration::Defaults => ok(&format!("there is no {file}, so defaults hold")),
        Configuration::Read => ok(&format!("{file} can be understood")),
        Configuration::Broken(problem) => (
            problem.clone(),
            Some(
                "mend it: no other command works until then, and what is told here rests on defaults"
                    .to_owned(),
            ),
        ),
    }
}

fn allow_list(found: &AllowListFound) -> (String, Option<String>) {
    let help = |text: &str| Some(text.to_owned());
    match found {
        AllowListFound::Read { file, patterns: 0 } => (
            format!("{file} is empty, which admits nothing"),
            help("`outrigger allow add PATTERN` adds to it"),
        ),
        AllowListFound::Read { file, patterns: 1 } => ok(&format!("{file} has 1 pattern")),
        AllowListFound::Read { file, patterns } => ok(&format!("{file} has {patterns} patterns")),
        AllowListFound::NotConfigured => (
            "none is configured: every repository may be installed".to_owned(),
            help("`outrigger allow add PATTERN --create` begins one"),
        ),
        AllowListFound::Unknown => (
            "which one it is is not known, because the configuration is broken".to_owned(),
            help("mend the configuration"),
        ),
        AllowListFound::Broken(problem) => (
            problem.clone(),
            help("mend it, or what `policy.allow-list` names: no other command works until then"),
        ),
    }
}

fn registry(registry: &str, answer: &Answer) -> (String, Option<String>) {
    match answer {
        Answer::Skipped(reason) => (
            format!("{registry} was not asked, {}", because(*reason)),
            (*reason == Skipped::BrokenConfiguration).then(|| "mend the configuration".to_owned()),
        ),
        Answer::Reached {
            endpoint,
            login: None,
        } => ok(&format!("{registry} answers at {endpoint}, without a login")),
        Answer::Reached {
            endpoint,
            login: Some(login),
        } => ok(&format!(
            "{registry} answers at {endpoint}, with the login of {login}"
        )),
        Answer::LoginWanted(complaint) => (
            format!("{registry} answers, and lets nobody in without a login"),
            complaint.help.clone(),
        ),
        Answer::Limited(complaint) | Answer::Failed(complaint) => {
            let help = complaint.help.clone();
            let general = || Some("`outrigger config show` shows what is set for it".to_owned());
            (complaint.message.clone(), help.or_else(general))
        }
    }
}

fn because(reason: Skipped) -> &'static str {
    match reason {
        Skipped::Offline => "because of `--offline`",
        Skipped::BrokenConfiguration => "because the broken configuration may name another address",
    }
}

fn credentials(registry: &str, login: &KeptLogin) -> (String, Option<String>) {
    match login {
        KeptLogin::Found(place) => ok(&format!("{registry} has a login: {place}")),
        KeptLogin::Unavailable(reason) => (
            format!("{registry}: {reason}"),
            Some("try the helper as `docker pull` would, or log in again with `docker login`".to_owned()),
        ),
    }
}

fn clock(ahead: Option<SignedDuration>, future: Option<SignedDuration>) -> String {
    if let Some(future) = future.filter(|future| *future > MOST_SKEW) {
        return format!("by this clock, something was installed {} from now", span(future));
    }
    match ahead {
        None => "no registry told the time to compare with".to_owned(),
        Some(ahead) if ahead.abs() <= MOST_SKEW => "it agrees with that of the registries".to_owned(),
        Some(ahead) if ahead.is_positive() => {
            format!("it is {} ahead of that of the registries", span(ahead))
        }
        Some(ahead) => format!("it is {} behind that of the registries", span(ahead)),
    }
}

/// How long, in the largest unit that fits: whether a clock is 3 or 4 minutes into its hour helps nobody.
fn span(time: SignedDuration) -> String {
    let minutes = time.as_mins().unsigned_abs();
    match (minutes / (24 * 60), minutes / 60) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) => format!("{hours} h"),
        (days, _) => format!("{days} d"),
    }
}
