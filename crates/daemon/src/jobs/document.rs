//! A job as the API tells it.

use jiff::Timestamp;
use model::permissions::{Level, PermissionLine};
use serde::Serialize;
use utoipa::ToSchema;

use super::order::Done;
use super::progress::{Layer, Progress};
use super::{JobId, State};
use crate::problem::ProblemDocument;

/// A job.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub(crate) struct JobDocument {
    /// Its number.
    #[schema(value_type = String)]
    pub(crate) id: JobId,
    /// `install`, `update`, `rollback`, `remove` or `scan`.
    pub(crate) kind: &'static str,
    /// The extension, unless it is a scan.
    pub(crate) extension: Option<String>,
    /// Where it stands.
    pub(crate) state: State,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) finished_at: Option<Timestamp>,
    /// How far it came.
    pub(crate) progress: ProgressDocument,
    /// What has to be agreed to, while its state is `asking`.
    pub(crate) question: Option<QuestionDocument>,
    /// What came of it, when its state is `done`.
    pub(crate) result: Option<ResultDocument>,
    /// Why it failed, when its state is `failed`.
    pub(crate) problem: Option<ProblemDocument>,
}

/// How far a job came.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Progress)]
pub(crate) struct ProgressDocument {
    /// The bytes of its layers that were read.
    pub(crate) bytes: u64,
    /// The bytes of its layers, as transferred.
    pub(crate) size: u64,
    /// Its layers, from the bottom of the image.
    pub(crate) layers: Vec<LayerDocument>,
    /// How many repositories a scan visits.
    pub(crate) repositories: usize,
    /// How many of them it has visited.
    pub(crate) visited: usize,
    /// What a user should know.
    pub(crate) warnings: Vec<String>,
    /// Why it waits before it asks a registry again.
    pub(crate) pause: Option<String>,
}

/// One layer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Layer)]
pub(crate) struct LayerDocument {
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) bytes: u64,
    /// Whether it was here already.
    pub(crate) is_here: bool,
    pub(crate) is_finished: bool,
}

/// What has to be agreed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Question)]
pub(crate) struct QuestionDocument {
    /// The release.
    pub(crate) reference: String,
    /// Everything that it will be able to do, the gravest first.
    pub(crate) permissions: Vec<PermissionDocument>,
    /// What of it the installed release cannot do; null where nothing was installed that was agreed to.
    pub(crate) new: Option<Vec<PermissionDocument>>,
}

/// Something that a release is able to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Permission)]
pub(crate) struct PermissionDocument {
    /// `low`, `medium` or `high`.
    pub(crate) level: &'static str,
    /// A sentence for people.
    pub(crate) text: String,
}

/// What came of a job.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[schema(as = JobResult)]
pub(crate) enum ResultDocument {
    /// It was there already.
    Unchanged { version: String },
    /// It is installed now, or another release took its place.
    Installed {
        version: String,
        /// The version before.
        from: Option<String>,
    },
    /// It is gone.
    Removed,
    /// A release was named that is not the installed one.
    NotRemoved,
    /// A scan has ended; `GET /v1/findings` tells what it found.
    Scanned {
        visited: usize,
        failed: usize,
        unfinished: usize,
        findings: usize,
    },
}

impl From<&Progress> for ProgressDocument {
    fn from(progress: &Progress) -> Self {
        let layers = progress.layers.values();
        Self {
            bytes: layers.clone().map(|layer| layer.bytes).sum(),
            size: layers.clone().map(|layer| layer.size).sum(),
            layers: layers.map(LayerDocument::from).collect(),
            repositories: progress.repositories,
            visited: progress.visited,
            warnings: progress.warnings.clone(),
            pause: progress.pause.clone(),
        }
    }
}

impl From<&Layer> for LayerDocument {
    fn from(layer: &Layer) -> Self {
        Self {
            digest: layer.digest.clone(),
            size: layer.size,
            bytes: layer.bytes,
            is_here: layer.is_here,
            is_finished: layer.is_finished,
        }
    }
}

impl From<PermissionLine> for PermissionDocument {
    fn from(line: PermissionLine) -> Self {
        let level = match line.level {
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        };
        Self {
            level,
            text: line.text,
        }
    }
}

impl From<desktop::Question<'_>> for QuestionDocument {
    fn from(question: desktop::Question<'_>) -> Self {
        let documents = |lines: Vec<PermissionLine>| lines.into_iter().map(Into::into).collect();
        Self {
            reference: question.reference.to_string(),
            permissions: documents(question.permissions.lines()),
            new: question
                .agreed
                .map(|agreed| documents(question.permissions.beyond(agreed))),
        }
    }
}

impl From<Done> for ResultDocument {
    fn from(done: Done) -> Self {
        match done {
            Done::Installed {
                version,
                is_unchanged: true,
                ..
            } => Self::Unchanged { version },
            Done::Installed { version, from, .. } => Self::Installed { version, from },
            Done::UpdatedByItself(update) => Done::from(update.installation).into(),
            Done::Removed(true) => Self::Removed,
            Done::Removed(false) => Self::NotRemoved,
            Done::Scanned {
                visited,
                failed,
                unfinished,
                findings,
            } => Self::Scanned {
                visited,
                failed,
                unfinished,
                findings,
            },
        }
    }
}
