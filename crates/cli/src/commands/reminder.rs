//! One line about updates that wait, below what somebody asked for.

use model::findings::Finding;

use crate::arguments::Command;
use crate::context::Context;
use crate::output::{Output, style};

/// How many extensions are named.
const NAMED: usize = 3;

/// Whether such a line belongs below what this command says. Not where the command tells of updates itself, goes on for long, or has
/// to do with releasing extensions and not with having them.
pub(super) fn belongs_to(command: &Command) -> bool {
    matches!(
        command,
        Command::Install { .. }
            | Command::Rollback { .. }
            | Command::History { .. }
            | Command::Verify { .. }
            | Command::Gc { .. }
            | Command::Hold { .. }
            | Command::Unhold { .. }
            | Command::Rm { .. }
            | Command::Show { .. }
            | Command::Search { .. }
            | Command::Allow(_)
            | Command::Config(_)
    )
}

/// Says it on stderr, at most once a day.
pub(super) fn say(context: &Context, output: &Output) {
    if output.is_json() || output.is_quiet() {
        return;
    }
    // Whatever is wrong with the home folder was for the command to say.
    let waiting = context.silent_desktop().map(|desktop| desktop.remind());
    if let Some(sentence) = sentence(&waiting.unwrap_or_default()) {
        output.note(&style::dim(&sentence));
    }
}

fn sentence(waiting: &[Finding]) -> Option<String> {
    let name = |finding: &Finding| match &finding.version {
        Some(version) => format!("{} {version}", finding.id),
        None => finding.id.to_string(),
    };
    let mut names: Vec<_> = waiting.iter().take(NAMED).map(name).collect();
    let others = waiting.len() - names.len();
    if others > 0 {
        names.push(format!("{others} more"));
    }
    let waits = match waiting.len() {
        0 => return None,
        1 => "An update waits".to_owned(),
        count => format!("{count} updates wait"),
    };
    Some(format!(
        "{waits}: {}. See `outrigger outdated`.",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use model::findings::FindingKind;

    use super::*;

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let finding = |name: &str| Finding {
            kind: FindingKind::UpdateAvailable,
            id: name.parse::<model::Reference>().unwrap().id,
            installed: Some("1.0.0".to_owned()),
            version: Some("1.1.0".to_owned()),
            digest: None,
            reasons: Vec::new(),
        };
        let waiting = ["acme/whale", "acme/crab", "acme/eel", "acme/cod", "acme/ray"].map(finding);
        let told = |count: usize| sentence(&waiting[..count]).unwrap_or_default();
        assert_eq!(told(0), "");
        assert_eq!(
            told(1),
            "An update waits: docker.io/acme/whale 1.1.0. See `outrigger outdated`."
        );
        assert_eq!(
            told(5),
            "5 updates wait: docker.io/acme/whale 1.1.0, docker.io/acme/crab 1.1.0, docker.io/acme/eel 1.1.0, 2 more. See `outrigger \
             outdated`."
        );
    }
}
