//! What commands with several arguments share: all are tried, the highest exit code wins.

use desktop::{Consent, Installation, Outcome, Question};
use model::permissions::Level;
use serde::Serialize;
use std::io::{IsTerminal as _, Write as _};

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
        Outcome::Switched { from } => format!("{} {id} from {from} to {version}", style::good(switched)),
    });
}

/// Tries `work` on every item, says each failure, and prints the one JSON document.
pub(crate) fn each<T>(
    output: &Output,
    items: &[T],
    mut work: impl FnMut(&T) -> Result<Done, Failure>,
) -> Result<Exit, Failure> {
    let mut done = Vec::new();
    let mut worst: Option<Failure> = None;
    for item in items {
        match work(item) {
            Ok(result) => done.push(result),
            Err(failure) => {
                // The last failure is said at the end, by whoever prints the exit.
                if let Some(earlier) = worst.take() {
                    let (told, kept) = if failure.exit() > earlier.exit() {
                        (earlier, failure)
                    } else {
                        (failure, earlier)
                    };
                    output.fail(&told);
                    worst = Some(kept);
                } else {
                    worst = Some(failure);
                }
            }
        }
    }
    if output.is_json() {
        output.json(&serde_json::json!({ "results": done, "warnings": output.warnings() }));
    }
    worst.map_or(Ok(Exit::Done), Err)
}

/// Whoever can say yes: `--force`, the person at the terminal, or nobody.
pub(crate) fn consent(force: bool, ask: &(dyn Fn(&Question<'_>) -> bool + Send + Sync)) -> Consent<'_> {
    if force {
        Consent::Given
    } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        Consent::Ask(ask)
    } else {
        Consent::NobodyToAsk
    }
}

/// Asks on the terminal, after saying what the extension will be able to do; of an update, what is new.
pub(crate) fn ask(output: &Output, question: &Question<'_>) -> bool {
    output.pause(|| {
        let mut stderr = anstream::stderr();
        let heading = style::bold(&question.reference.to_string());
        let (lines, more, prompt) = match question.agreed {
            Some(agreed) => (
                question.permissions.beyond(agreed),
                "more than the installed release",
                "Update to it?",
            ),
            None => (question.permissions.lines(), "this", "Install it?"),
        };
        // Where stderr is closed nobody can answer, and no answer is no.
        let _ = if lines.is_empty() {
            writeln!(stderr, "{heading} asks for nothing in particular.")
        } else {
            writeln!(stderr, "{heading} will be able to do {more}:")
        };
        for line in lines {
            let level = match line.level {
                Level::High => style::bad("high  "),
                Level::Medium => style::notable("medium"),
                Level::Low => style::dim("low   "),
            };
            let _ = writeln!(stderr, "  {level}  {}", line.text);
        }
        let _ = write!(stderr, "{prompt} [y/N] ");
        let _ = stderr.flush();
        let mut answer = String::new();
        // An input that cannot be read is no yes.
        std::io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    })
}
