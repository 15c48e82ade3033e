//! What commands with several arguments share: all are tried, the highest exit code wins.

use desktop::{Consent, Installation, Outcome, Question};
use model::permissions::{Level, Permissions};
use serde::Serialize;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

/// One result in JSON.
#[derive(Serialize)]
pub(crate) struct Done {
    id: String,
    version: Option<String>,
    outcome: &'static str,
    from: Option<String>,
}

impl Done {
    /// A result without a version.
    pub(crate) fn plain(id: String, outcome: &'static str) -> Self {
        Self {
            id,
            version: None,
            outcome,
            from: None,
        }
    }
}

impl From<&Installation> for Done {
    fn from(installation: &Installation) -> Self {
        let (outcome, from) = match &installation.outcome {
            Outcome::Unchanged => ("unchanged", None),
            Outcome::Installed => ("installed", None),
            Outcome::Switched { from } => ("switched", Some(from.clone())),
        };
        Self {
            id: installation.id.to_string(),
            version: Some(installation.version.clone()),
            outcome,
            from,
        }
    }
}

/// Tells of an install or update; `switched` is the word for one release in place of another.
pub(crate) fn tell(output: &Output, switched: &str, installation: &Installation) {
    let Installation { id, version, outcome } = installation;
    if output.is_json() {
        return;
    }
    if output.is_quiet() {
        output.line(&id.to_string());
        return;
    }
    output.line(&match outcome {
        Outcome::Unchanged => format!("{id} {version} is installed already."),
        Outcome::Installed => format!("{} {id} {version}", style::good("Installed")),
        Outcome::Switched { from } if from == version => {
            format!("{} {id} {version} anew", style::good("Installed"))
        }
        Outcome::Switched { from } => format!("{} {id} from {from} to {version}", style::good(switched)),
    });
}

/// Tries `work` on every item, says each failure, and prints the one JSON document. The highest exit code wins; of
/// equal ones, the first.
pub(crate) fn each<T>(
    output: &Output,
    items: &[T],
    mut work: impl FnMut(&T) -> Result<Done, Failure>,
) -> Result<Exit, Failure> {
    let mut results = Vec::new();
    let mut worst: Option<Failure> = None;
    for item in items {
        let failure = match work(item) {
            Ok(done) => {
                results.push(serde_json::json!(done));
                continue;
            }
            Err(failure) => failure,
        };
        results.push(failure.document());
        worst = Some(match worst {
            None => failure,
            // The worst is said at the end, by whoever prints the exit; the others now.
            Some(worst) if failure.exit() > worst.exit() => {
                output.fail(&worst);
                failure
            }
            Some(worst) => {
                output.fail(&failure);
                worst
            }
        });
    }
    if output.is_json() {
        output.json(&serde_json::json!({ "results": results, "warnings": output.warnings() }));
    }
    worst.map_or(Ok(Exit::Done), Err)
}

/// What is done with a question: it is asked, or where the answer was given beforehand, only told.
pub(crate) struct Asking<'a> {
    force: bool,
    ask: Box<dyn Fn(&Question<'_>) -> bool + Send + Sync + 'a>,
    tell: Box<dyn Fn(&Question<'_>) + Send + Sync + 'a>,
    has_terminal: bool,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(output: &'a Output, force: bool) -> Self {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self {
            force,
            ask: Box::new(|question| ask(output, question)),
            tell: Box::new(|question| {
                for line in told(question) {
                    output.note(&line);
                }
            }),
            // A program that wants JSON is not asked, even where it has a terminal.
            has_terminal: is_terminal && !output.is_json(),
        }
    }

    /// The same for who installs one extension again and again: what was agreed to is neither asked nor told again.
    pub(crate) fn repeatedly(output: &'a Output, force: bool) -> Self {
        let once = Self::new(output, force);
        let (answered, told) = (Agreed::default(), Agreed::default());
        Self {
            ask: Box::new(move |question| {
                answered.covers(question) || answered.note(question, (once.ask)(question))
            }),
            tell: Box::new(move |question| {
                if !told.covers(question) {
                    (once.tell)(question);
                    told.note(question, true);
                }
            }),
            ..once
        }
    }

    /// Whoever can say yes: `--force`, the person at the terminal, or nobody.
    pub(crate) fn consent(&self) -> Consent<'_> {
        match (self.force, self.has_terminal) {
            (true, _) => Consent::Given(&*self.tell),
            (false, true) => Consent::Ask(&*self.ask),
            (false, false) => Consent::NobodyToAsk,
        }
    }
}

/// What was agreed to last.
#[derive(Default)]
struct Agreed(Mutex<Option<Permissions>>);

impl Agreed {
    /// Whether nothing goes beyond it.
    fn covers(&self, question: &Question<'_>) -> bool {
        let agreed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let beyond = |agreed| question.permissions.beyond(agreed);
        agreed.as_ref().is_some_and(|agreed| beyond(agreed).is_empty())
    }

    fn note(&self, question: &Question<'_>, is_agreed: bool) -> bool {
        if is_agreed {
            let mut agreed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *agreed = Some(question.permissions.clone());
        }
        is_agreed
    }
}

/// What an extension will be able to do, line by line; of an update, what is new.
fn told(question: &Question<'_>) -> Vec<String> {
    let heading = style::bold(&question.reference.to_string());
    let (lines, more) = match question.agreed {
        Some(agreed) => (
            question.permissions.beyond(agreed),
            "more than the installed release",
        ),
        None => (question.permissions.lines(), "this"),
    };
    if lines.is_empty() {
        return vec![format!("{heading} asks for nothing in particular.")];
    }
    let told = lines.into_iter().map(|line| {
        let level = match line.level {
            Level::High => style::bad("high  "),
            Level::Medium => style::notable("medium"),
            Level::Low => style::dim("low   "),
        };
        format!("  {level}  {}", line.text)
    });
    std::iter::once(format!("{heading} will be able to do {more}:"))
        .chain(told)
        .collect()
}

/// Asks on the terminal.
fn ask(output: &Output, question: &Question<'_>) -> bool {
    output.pause(|| {
        let mut stderr = anstream::stderr();
        let prompt = if question.agreed.is_some() {
            "Update to it?"
        } else {
            "Install it?"
        };
        // Where stderr is closed nobody can answer, and no answer is no.
        let _ = writeln!(stderr, "{}", told(question).join("\n"));
        let _ = write!(stderr, "{prompt} [y/N] ");
        let _ = stderr.flush();
        let mut answer = String::new();
        // An input that cannot be read is no yes.
        std::io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    })
}
