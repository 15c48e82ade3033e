//! The ways on which a notice goes out. Each fails by itself: none keeps another one from being tried.

mod command;
mod screen;

use model::notices::Notice;
use model::text::printable;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use screen::Screen;

use super::document::NoticeDocument;
use super::look::Look;

/// The longest reason of a failure that is told, in characters: it may repeat what somebody else says.
const LONGEST: usize = 300;

/// A way on which a notice goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = NoticeWay)]
pub(crate) enum Way {
    /// It is shown on the desktop.
    Desktop,
    /// It is posted to an address.
    Webhook,
    /// A program gets it.
    Command,
}

/// What came of one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NoticeOutcome)]
pub(crate) struct Outcome {
    /// The way.
    pub(crate) way: Way,
    /// Why it failed; null where it did not.
    pub(crate) problem: Option<String>,
}

impl Outcome {
    fn of(way: Way, result: Result<(), String>) -> Self {
        let problem = result.err().map(|problem| printable(&problem, LONGEST));
        Self { way, problem }
    }
}

/// Tells a notice on every way that is configured, and what came of each.
pub(super) async fn tell(look: &Look, screen: &Screen, notice: &Notice) -> Vec<Outcome> {
    let json = match serde_json::to_vec(&NoticeDocument::from(notice.clone())) {
        Ok(json) => json,
        Err(error) => {
            tracing::warn!(%error, "a notice cannot be written as JSON");
            return Vec::new();
        }
    };
    let shown = async {
        let result = screen.show(look.settings.is_shown.then_some(notice)?).await;
        Some(Outcome::of(Way::Desktop, result))
    };
    let posted = async {
        let result = look.desktop.deliver(json.clone()).await?;
        let outcome = Outcome::of(Way::Webhook, result.map_err(|error| error.to_string()));
        Some(warned(outcome))
    };
    let run = async {
        let (program, arguments) = look.settings.command.split_first()?;
        let folder = look.desktop.store().home();
        let result = command::run(program, arguments, folder, &json).await;
        Some(warned(Outcome::of(Way::Command, result)))
    };
    let (shown, posted, run) = tokio::join!(shown, posted, run);
    tracing::info!(title = notice.title, "a notice was sent");
    [shown, posted, run].into_iter().flatten().collect()
}

fn warned(outcome: Outcome) -> Outcome {
    if let Outcome {
        way,
        problem: Some(problem),
    } = &outcome
    {
        tracing::warn!(?way, problem, "a notice did not get out");
    }
    outcome
}
