//! Failures, for people and for programs.

use std::io::Write as _;

use desktop::{Code, Phase};
use model::text::printable;
use serde_json::{Value, json};

use super::style;
use crate::exit::Exit;

/// The longest message that is printed, in characters: causes repeat foreign text.
pub(crate) const LONGEST: usize = 2000;

/// A failed command: what happened, where, why, and what to do.
#[derive(Debug)]
pub(crate) struct Failure(Box<Details>);

#[derive(Debug)]
struct Details {
    code: Code,
    message: String,
    causes: Vec<String>,
    phase: Phase,
    reference: Option<String>,
    help: Option<String>,
}

impl Failure {
    fn new(code: Code, message: String) -> Self {
        Self(Box::new(Details {
            code,
            message,
            causes: Vec::new(),
            phase: Phase::Usage,
            reference: None,
            help: None,
        }))
    }

    /// A failure before anything was done, with the causes below it.
    fn of_settings(code: Code, error: &dyn std::error::Error) -> Self {
        let mut failure = Self::new(code, error.to_string());
        failure.0.phase = Phase::Settings;
        failure.0.causes = chain(error);
        failure
    }

    /// Wrong usage.
    pub(crate) fn usage(message: String) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Failed for a reason of its own.
    pub(crate) fn failed(message: String) -> Self {
        Self::new(Code::Failed, message)
    }

    /// Files that are not what they were.
    pub(crate) fn damaged(message: String) -> Self {
        let mut failure = Self::new(Code::Damaged, message);
        failure.0.phase = Phase::Store;
        failure
    }

    /// Something that is not there.
    pub(crate) fn not_found(message: String) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// Adds what it is about.
    #[must_use]
    pub(crate) fn about(mut self, reference: &str) -> Self {
        self.0.reference.get_or_insert_with(|| reference.to_owned());
        self
    }

    /// Adds a cause.
    #[must_use]
    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.causes.push(cause.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.0.code.kind().into()
    }

    /// Prints it for people.
    pub(crate) fn print(&self) {
        let mut text = format!("{}: ", style::bad("error"));
        let is_named = self
            .0
            .reference
            .as_ref()
            .is_none_or(|reference| self.0.message.contains(reference.as_str()));
        if let Some(reference) = self.0.reference.as_ref().filter(|_| !is_named) {
            text.push_str(&style::bold(&printable(reference, LONGEST)));
            text.push_str(": ");
        }
        text.push_str(&printable(&self.0.message, LONGEST));
        for cause in &self.0.causes {
            text.push_str("\n  because: ");
            text.push_str(&printable(cause, LONGEST));
        }
        if let Some(help) = &self.0.help {
            text.push_str("\n  help: ");
            text.push_str(&printable(help, LONGEST));
        }
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Prints the one JSON document of a failure.
    pub(crate) fn print_json(&self) {
        // Texts always serialise.
        let text = serde_json::to_string_pretty(&self.document()).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// The failure as JSON (contract `cli.md`).
    pub(crate) fn document(&self) -> Value {
        let Details {
            code,
            message,
            causes,
            phase,
            reference,
            help,
            ..
        } = &*self.0;
        let parts: Vec<_> = std::iter::once(message)
            .chain(causes)
            .map(String::as_str)
            .collect();
        json!({
            "error": {
                "code": code.as_str(),
                "message": printable(parts.join(": "), LONGEST),
                "phase": phase.as_str(),
                "reference": reference.as_ref().map(|reference| printable(reference, LONGEST)),
                "help": help,
            }
        })
    }
}

impl From<desktop::Error> for Failure {
    fn from(error: desktop::Error) -> Self {
        Self(Box::new(Details {
            code: error.code(),
            message: error.to_string(),
            causes: chain(&error),
            phase: error.phase(),
            reference: error.reference().map(str::to_owned),
            help: error.help(),
        }))
    }
}

impl From<author::Error> for Failure {
    fn from(error: author::Error) -> Self {
        use author::Error;
        let code = match error {
            Error::Registry(error) => return (*error).into(),
            Error::BuildFile { .. } | Error::BuildFileSays { .. } | Error::NoBuildFile { .. } => {
                Code::BuildFile
            }
            Error::Metadata { .. } => Code::InvalidMetadata,
            Error::NoMetadata { .. } => Code::NoMetadata,
            Error::Missing { .. } => Code::MissingFile,
            Error::LinkOutside { .. }
            | Error::Special { .. }
            | Error::Name { .. }
            | Error::Names { .. }
            | Error::NameNotText { .. }
            | Error::Base { .. }
            | Error::TooDeep { .. }
            | Error::TooManyFiles { .. }
            | Error::TooLarge { .. } => Code::Unbuildable,
            Error::Content(_) => Code::InvalidContent,
            Error::NoRelease { .. } => Code::NoRelease,
            Error::NotThere { .. } => Code::NotFound,
            Error::Read(_) | Error::Occupied { .. } => Code::Failed,
        };
        let mut failure = Self::new(code, error.to_string());
        failure.0.causes = chain(&error);
        failure
    }
}

impl From<daemon::Error> for Failure {
    fn from(error: daemon::Error) -> Self {
        use daemon::Error;
        let code = match error {
            Error::Store(error) => return error.into(),
            Error::BeyondLoopback { .. } => Code::Usage,
            Error::NotRunning { .. } | Error::NotInstalled { .. } => Code::NotFound,
            _ => Code::Failed,
        };
        let mut failure = Self::new(code, error.to_string());
        failure.0.causes = chain(&error);
        failure.0.help = error.help().map(str::to_owned);
        failure
    }
}

impl From<registry::Error> for Failure {
    fn from(error: registry::Error) -> Self {
        desktop::Error::from_registry(Phase::Fetch, error).into()
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        desktop::Error::from(error).into()
    }
}

impl From<store::configuration::ConfigurationError> for Failure {
    fn from(error: store::configuration::ConfigurationError) -> Self {
        match error {
            store::configuration::ConfigurationError::AllowList(error) => error.into(),
            error => Self::of_settings(Code::Configuration, &error),
        }
    }
}

impl From<store::allow_list_file::AllowListFileError> for Failure {
    fn from(error: store::allow_list_file::AllowListFileError) -> Self {
        Self::of_settings(Code::AllowList, &error)
    }
}

/// The causes below an error, each said once.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            said.clone_from(&text);
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}
