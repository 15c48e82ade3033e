//! A notice as programs get it: posted, on standard input, and in the API.

use model::notices::{Change, Notice};
use serde::Serialize;
use utoipa::ToSchema;

/// A notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeDocument {
    /// `available`: there are newer releases; `updated`: they were installed without being asked for; `test`.
    kind: &'static str,
    /// The sentence that says it.
    title: String,
    /// What else there is to know.
    body: String,
    /// The extensions that it is about, fifty at most.
    updates: Vec<UpdateDocument>,
    /// How many more it is about.
    more: usize,
}

/// An extension in a notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NoticeUpdate)]
pub(crate) struct UpdateDocument {
    /// Its id.
    extension: String,
    /// What it calls itself.
    title: String,
    /// The version that is installed, or was before.
    from: String,
    /// The newer one.
    to: String,
}

impl From<Notice> for NoticeDocument {
    fn from(notice: Notice) -> Self {
        Self {
            kind: notice.kind.as_str(),
            title: notice.title,
            body: notice.body,
            updates: notice.changes.into_iter().map(Into::into).collect(),
            more: notice.more,
        }
    }
}

impl From<Change> for UpdateDocument {
    fn from(change: Change) -> Self {
        Self {
            extension: change.id.to_string(),
            title: change.title,
            from: change.from,
            to: change.to,
        }
    }
}
