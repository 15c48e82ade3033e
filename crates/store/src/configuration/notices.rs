//! What the configuration says of notices.

use std::collections::BTreeSet;
use std::fmt;

use model::ExtensionId;
use model::notices::Quiet;

use super::SettingEntry;
use super::error::ConfigurationError;
use super::reader::{Found, Section};

/// Whom the service tells of updates, on which ways, and when (`[notices]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeSettings {
    /// Whether a notice is shown on the desktop.
    pub is_shown: bool,
    /// Where each notice is posted to. As written: whether it is an address is for whoever speaks to it.
    pub webhook: Option<Webhook>,
    /// The program that gets each notice, and its arguments; empty where none is configured.
    pub command: Vec<String>,
    /// The hours in which nothing is told.
    pub quiet: Option<Quiet>,
    /// The extensions of which nothing is told.
    pub muted: BTreeSet<ExtensionId>,
}

/// The address of a webhook. Whoever knows it may post there, so whatever is printed of it is only where it leads.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook(String);

impl Webhook {
    /// The whole address, for whoever posts to it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Webhook {
    /// Scheme, host and port; an ellipsis for the rest.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return formatter.write_str("…");
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let host = authority.rsplit('@').next().unwrap_or_default();
        let ellipsis = if path.len() > 1 { "/…" } else { "" };
        write!(formatter, "{scheme}://{host}{ellipsis}")
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Webhook({self})")
    }
}

pub(super) fn read(
    mut section: Section<'_>,
) -> Result<(NoticeSettings, Vec<SettingEntry>), ConfigurationError> {
    let settings = NoticeSettings {
        is_shown: section.setting(
            "show",
            true,
            |_| Some("desktop".to_owned()),
            |found| match found.text()? {
                "desktop" => Ok(true),
                "off" => Ok(false),
                _ => Err(found.illegal("write `desktop` or `off`")),
            },
        )?,
        webhook: section.secret("webhook", |found| Ok(Webhook(found.text()?.to_owned())))?,
        command: section.optional("command", command)?.unwrap_or_default(),
        quiet: section.optional("quiet", Found::parse)?,
        muted: section.optional("mute", muted)?.unwrap_or_default(),
    };
    Ok((settings, section.finish()?))
}

fn command(found: &Found<'_>) -> Result<Vec<String>, ConfigurationError> {
    let command = found.texts()?;
    if command.first().is_some_and(String::is_empty) {
        return Err(found.illegal("the name of the program is empty"));
    }
    Ok(command)
}

fn muted(found: &Found<'_>) -> Result<BTreeSet<ExtensionId>, ConfigurationError> {
    let id = |text: &String| {
        let id = text.parse();
        id.map_err(|problem| found.illegal(format!("{}: {problem}", model::text::quote(text))))
    };
    found.texts()?.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_webhook_only_where_it_leads_is_printed() {
        for (address, printed) in [
            (
                "https://hooks.example/services/hunter2",
                "https://hooks.example/…",
            ),
            ("https://hooks.example?token=hunter2", "https://hooks.example/…"),
            ("https://hooks.example#hunter2", "https://hooks.example/…"),
            (
                "https://me:hunter2@hooks.example:8443/",
                "https://hooks.example:8443",
            ),
            ("https://a@hunter2@hooks.example", "https://hooks.example"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("hunter2", "…"),
        ] {
            let webhook = Webhook(address.to_owned());
            assert_eq!(webhook.to_string(), printed);
            assert!(!format!("{webhook:?}").contains("hunter2"));
        }
    }
}
