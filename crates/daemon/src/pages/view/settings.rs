//! What is configured, and the allow-list with its tester.

use model::{AllowList, Reference};
use store::configuration::{self, Origin, SettingEntry};

use super::notices::WayTested;
use crate::notices::Outcome;

/// The page of settings.
#[derive(Debug)]
pub(crate) struct SettingsPage {
    /// The file that is read.
    pub(crate) file: String,
    /// The settings by table of the file, in its order.
    pub(crate) sections: Vec<Section>,
    /// The allow-list.
    pub(crate) allow_list: AllowListView,
    /// What was tested, if anything was.
    pub(crate) tested: Option<Tested>,
    /// What came of the last test of notices, if it was the last thing that was done.
    pub(crate) notice: Option<Vec<WayTested>>,
    /// What could not be done with the last form.
    pub(crate) problem: Option<String>,
}

/// The settings of one table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The table's name.
    pub(crate) name: String,
    /// Its settings.
    pub(crate) settings: Vec<Setting>,
}

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its key below the table.
    pub(crate) key: String,
    /// The value in force.
    pub(crate) value: String,
    /// The line of the file that sets it; none for a default.
    pub(crate) line: Option<usize>,
}

/// The allow-list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AllowListView {
    /// Its file, where one is configured.
    pub(crate) file: Option<String>,
    /// Its patterns; none where no list is configured, so that everything is allowed.
    pub(crate) patterns: Option<Vec<String>>,
}

/// The answer of the tester.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tested {
    /// What was typed.
    pub(crate) text: String,
    /// The answer.
    pub(crate) answer: Answer,
}

/// Whether a reference may be installed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// By this pattern, or because there is no list.
    Allowed(Option<String>),
    /// No pattern admits it.
    Denied,
    /// It is no reference.
    Unreadable(String),
}

impl SettingsPage {
    /// The page of what is configured. `limit` says what is in force under a key of `[limits]`, written without its table.
    pub(crate) fn new(configured: &configuration::Settings, limit: impl Fn(&str) -> Option<String>) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        for entry in configured.entries() {
            let (table, key) = split(&entry.key);
            let setting = Setting::of(entry, key, &limit);
            match sections.iter_mut().find(|section| section.name == table) {
                Some(section) => section.settings.push(setting),
                None => sections.push(Section {
                    name: table.to_owned(),
                    settings: vec![setting],
                }),
            }
        }
        let list = configured.policy.allow_list.as_ref();
        Self {
            file: configured.file.to_string(),
            sections,
            allow_list: AllowListView {
                file: configured.allow_list_file.as_ref().map(ToString::to_string),
                patterns: list.map(|list| list.patterns().iter().map(ToString::to_string).collect()),
            },
            tested: None,
            notice: None,
            problem: None,
        }
    }

    /// The same after `text` was tested against `list`.
    #[must_use]
    pub(crate) fn with_test(self, text: &str, list: Option<&AllowList>) -> Self {
        Self {
            tested: Some(Tested {
                text: text.to_owned(),
                answer: answer(text, list),
            }),
            ..self
        }
    }
}

impl SettingsPage {
    /// The same after a notice was sent to try the ways.
    #[must_use]
    pub(crate) fn with_notice_test(self, outcomes: Vec<Outcome>) -> Self {
        Self {
            notice: Some(outcomes.into_iter().map(Into::into).collect()),
            ..self
        }
    }
}

/// The table and the key in it: registries have their names between them.
fn split(key: &str) -> (&str, &str) {
    key.split_once('.').unwrap_or(("", key))
}

impl Setting {
    fn of(entry: &SettingEntry, key: &str, limit: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            key: key.to_owned(),
            value: entry
                .value
                .clone()
                .or_else(|| limit(key))
                .unwrap_or_else(|| "not set".to_owned()),
            line: match &entry.origin {
                Origin::Default => None,
                Origin::File(position) => Some(position.line),
            },
        }
    }
}

fn answer(text: &str, list: Option<&AllowList>) -> Answer {
    match (text.parse::<Reference>(), list) {
        (Err(problem), _) => Answer::Unreadable(problem.to_string()),
        (Ok(_), None) => Answer::Allowed(None),
        (Ok(reference), Some(list)) => match list.decide(&reference) {
            Some(pattern) => Answer::Allowed(Some(pattern.to_string())),
            None => Answer::Denied,
        },
    }
}
