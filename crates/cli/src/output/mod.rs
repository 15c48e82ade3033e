//! Everything that is printed.

pub(crate) mod cost;
pub(crate) mod failure;
pub(crate) mod progress;
pub(crate) mod style;
pub(crate) mod table;

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use desktop::Listener;
use model::event::Event;
use model::text::printable;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::Global;
use crate::exit::Exit;
use failure::Failure;
use progress::Progress;

/// Where results, notes and progress of one run go.
pub(crate) struct Output {
    is_json: bool,
    is_quiet: bool,
    pub(crate) is_verbose: bool,
    progress: Progress,
    warnings: Arc<Mutex<Vec<String>>>,
    /// Why a result could not be written.
    unwritten: Mutex<Option<std::io::Error>>,
    /// Where the JSON document goes that would otherwise be printed.
    document: Option<Mutex<Value>>,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        if global.no_color {
            anstream::ColorChoice::Never.write_global();
        }
        let shows_progress = !global.is_json() && !global.quiet && std::io::stderr().is_terminal();
        Self {
            is_json: global.is_json(),
            is_quiet: global.quiet,
            is_verbose: global.verbose > 0,
            progress: Progress::new(shows_progress),
            warnings: Arc::default(),
            unwritten: Mutex::default(),
            document: None,
        }
    }

    /// The output of a command that is one step of another: its JSON document is kept for the whole.
    pub(crate) fn part(&self) -> Self {
        Self {
            is_json: self.is_json,
            is_quiet: self.is_quiet,
            is_verbose: self.is_verbose,
            progress: self.progress.clone(),
            warnings: Arc::default(),
            unwritten: Mutex::default(),
            document: Some(Mutex::default()),
        }
    }

    /// The document that was kept.
    pub(crate) fn into_document(self) -> Value {
        self.document
            .map(|kept| kept.into_inner().unwrap_or_else(PoisonError::into_inner))
            .unwrap_or_default()
    }

    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Draws events as they come: bars for layers, a line for each warning.
    pub(crate) fn listener(&self) -> Listener {
        let progress = self.progress.clone();
        let warnings = Arc::clone(&self.warnings);
        let (is_json, is_quiet) = (self.is_json, self.is_quiet);
        Arc::new(move |event| match event {
            Event::Warned { message } => {
                // A vector stays whole whatever panicked.
                let mut warnings = warnings.lock().unwrap_or_else(PoisonError::into_inner);
                // What holds for the whole run (no allow-list) comes up with each of its arguments.
                if warnings.contains(&message) {
                    return;
                }
                if !is_json && !is_quiet {
                    progress.print(&style::warning(&printable(&message, failure::LONGEST)));
                }
                warnings.push(message);
            }
            Event::Retrying { .. } if is_json || is_quiet => {}
            Event::Retrying {
                endpoint,
                cause,
                pause,
                attempt,
                attempts,
            } => {
                let seconds = pause.as_secs_f32();
                progress.print(&printable(
                    format!("waiting {seconds:.1} s for {endpoint} (retry {attempt} of {attempts}): {cause}"),
                    failure::LONGEST,
                ));
            }
            event => progress.show(&event),
        })
    }

    /// What was warned of so far, for a JSON result.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Prints a result for people.
    pub(crate) fn line(&self, text: &str) {
        self.progress.clear();
        // Looking for what a terminal would not understand takes ten times as long as writing it.
        let written = if text.contains('\u{1b}') {
            writeln!(anstream::stdout(), "{text}")
        } else {
            writeln!(std::io::stdout(), "{text}")
        };
        self.note_written(written);
    }

    /// Prints a note for people, on stderr, unless they want quiet.
    pub(crate) fn note(&self, text: &str) {
        if !self.is_json && !self.is_quiet {
            self.progress.print(text);
        }
    }

    /// Prints the one JSON document.
    pub(crate) fn json(&self, document: &impl Serialize) {
        // Every document is made of texts, numbers, lists and maps with text keys: it always serialises.
        if let Some(kept) = &self.document {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) =
                serde_json::to_value(document).unwrap_or_default();
            return;
        }
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        self.note_written(writeln!(std::io::stdout(), "{text}"));
    }

    /// A reader that closed its pipe has what it wanted; a disk that is full has not.
    fn note_written(&self, result: std::io::Result<()>) {
        if let Err(error) = result
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            *self.unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    /// Stops the bars so that a question can be asked.
    pub(crate) fn pause<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.progress.clear();
        ask()
    }

    /// Says one failure now, for people; in JSON only the last one is said, at the end.
    pub(crate) fn fail(&self, failure: &Failure) {
        self.progress.clear();
        if !self.is_json {
            failure.print();
        }
    }

    /// Says how it ended, and gives the exit code.
    pub(crate) fn conclude(&self, result: Result<Exit, Failure>) -> Exit {
        self.progress.clear();
        let unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let result = match (result, unwritten) {
            (Ok(_), Some(error)) => Err(Failure::failed(format!(
                "the result could not be written to standard output: {error}"
            ))),
            (result, _) => result,
        };
        match result {
            Ok(exit) => exit,
            Err(failure) => {
                if self.is_json {
                    failure.print_json();
                } else {
                    failure.print();
                }
                failure.exit()
            }
        }
    }
}
