//! A job of the service in words.

use model::permissions::{Level, PermissionLine};
use model::text::size;

use super::job::{Bar, Job, Question, State};
use super::words::count;
use crate::jobs::{self, JobDocument, PermissionDocument, ProgressDocument, ResultDocument};

impl Job {
    /// The job that the service tells of.
    pub(crate) fn of(document: &JobDocument) -> Self {
        let about = document.extension.as_ref().and_then(|id| id.parse().ok());
        Self {
            id: document.id.to_string(),
            title: title(document),
            about,
            state: state(document),
            whole: whole(&document.progress),
            parts: parts(&document.progress),
            notes: document.progress.warnings.clone(),
        }
    }
}

fn title(document: &JobDocument) -> String {
    let verb = match document.kind {
        "install" => "Install",
        "update" => "Update",
        "rollback" => "Go back with",
        "remove" => "Remove",
        _ => return "Scan".to_owned(),
    };
    format!(
        "{verb} {}",
        document.extension.as_deref().unwrap_or("an extension")
    )
}

fn state(document: &JobDocument) -> State {
    match document.state {
        jobs::State::Waiting => State::Running {
            step: "Waits for its turn.".to_owned(),
        },
        jobs::State::Running => State::Running { step: step(document) },
        jobs::State::Asking => State::Asking(question(document)),
        jobs::State::Done => State::Done {
            sentence: document.result.as_ref().map_or_else(|| "Done.".to_owned(), done),
        },
        jobs::State::Failed => failed(document),
        jobs::State::Cancelled => State::Cancelled,
    }
}

fn step(document: &JobDocument) -> String {
    let progress = &document.progress;
    let is_read = !progress.layers.is_empty() && progress.layers.iter().all(|layer| layer.is_finished);
    match () {
        () if progress.pause.is_some() => progress.pause.clone().unwrap_or_default(),
        () if document.kind == "scan" => "Looks at repositories.".to_owned(),
        () if is_read => "Puts the files in place.".to_owned(),
        () if progress.layers.is_empty() => "Looks at the release.".to_owned(),
        () => "Reads the layers and checks every byte.".to_owned(),
    }
}

fn question(document: &JobDocument) -> Question {
    let asked = document.question.as_ref();
    let new = asked.and_then(|asked| asked.new.as_ref());
    let lines = new.or(asked.map(|asked| &asked.permissions));
    Question {
        lines: lines.into_iter().flatten().map(line).collect(),
        is_more: new.is_some(),
    }
}

fn line(document: &PermissionDocument) -> PermissionLine {
    PermissionLine {
        level: match document.level {
            "low" => Level::Low,
            "medium" => Level::Medium,
            _ => Level::High,
        },
        text: document.text.clone(),
    }
}

fn failed(document: &JobDocument) -> State {
    let problem = document.problem.as_ref();
    State::Failed {
        message: problem.map_or_else(|| "It failed.".to_owned(), |problem| problem.detail.clone()),
        help: problem.and_then(|problem| problem.help.clone()),
    }
}

fn done(result: &ResultDocument) -> String {
    match result {
        ResultDocument::Unchanged { version } => format!("{version} was installed already."),
        ResultDocument::Installed { version, from: None } => format!("{version} is installed."),
        ResultDocument::Installed {
            version,
            from: Some(from),
        } => format!("{version} is installed in place of {from}, to which you can go back."),
        ResultDocument::Removed => "It is removed.".to_owned(),
        ResultDocument::NotRemoved => "Another release is installed, so nothing was removed.".to_owned(),
        ResultDocument::Scanned {
            visited,
            failed,
            unfinished,
            ..
        } => scanned(*visited, *failed, *unfinished),
    }
}

fn scanned(visited: usize, failed: usize, unfinished: usize) -> String {
    let mut said = format!("Looked at {}.", repositories(visited));
    if failed > 0 {
        said = format!("{said} {} could not be reached.", repositories(failed));
    }
    if unfinished > 0 {
        said = format!(
            "{said} {} left to the next scan, because a registry asks for patience.",
            repositories(unfinished)
        );
    }
    said
}

/// So many repositories.
pub(crate) fn repositories(number: usize) -> String {
    match number {
        1 => "1 repository".to_owned(),
        _ => count(number as u64, "repositorie"),
    }
}

fn whole(progress: &ProgressDocument) -> Option<Bar> {
    if progress.repositories > 0 {
        let (visited, all) = (progress.visited as u64, progress.repositories as u64);
        return Some(bar("Repositories", visited, all, format!("{visited} of {all}")));
    }
    if progress.layers.is_empty() {
        return None;
    }
    let words = format!("{} of {}", size(progress.bytes), size(progress.size));
    Some(bar("All layers", progress.bytes, progress.size, words))
}

fn parts(progress: &ProgressDocument) -> Vec<Bar> {
    let numbered = progress.layers.iter().enumerate();
    let part = |(index, layer): (usize, &jobs::LayerDocument)| {
        let words = match () {
            () if layer.is_here => "here already".to_owned(),
            () if layer.is_finished => format!("{}, checked", size(layer.size)),
            () => format!("{} of {}", size(layer.bytes), size(layer.size)),
        };
        let value = if layer.is_here { layer.size } else { layer.bytes };
        bar(&format!("Layer {}", index + 1), value, layer.size, words)
    };
    numbered.map(part).collect()
}

fn bar(label: &str, value: u64, max: u64, words: String) -> Bar {
    let max = max.max(1);
    Bar {
        label: label.to_owned(),
        value: value.min(max),
        max,
        words,
    }
}
