//! What went wrong, as RFC 9457 has it: one JSON object with the stable word of the command line in `code`.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desktop::{Code, Kind, Phase};
use model::text::printable;
use serde::Serialize;
use utoipa::ToSchema;

use crate::code::ServiceCode;

/// The longest text in an answer, in characters: causes repeat foreign text.
const LONGEST: usize = 2000;

/// A request that failed.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) phase: Option<Phase>,
    pub(crate) reference: Option<String>,
    pub(crate) help: Option<String>,
    /// The address of what it is about.
    pub(crate) instance: Option<String>,
}

/// A problem as RFC 9457 has it, `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The words of the status.
    title: &'static str,
    /// The status.
    status: u16,
    /// What happened, why, and to what.
    pub(crate) detail: String,
    /// The stable word of the command line, or one of the service's own.
    pub(crate) code: &'static str,
    /// What was being done.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// What it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// The address of what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl Problem {
    /// A problem with a request.
    pub(crate) fn of(code: ServiceCode, detail: impl Into<String>) -> Self {
        Self::new(code.status(), code.as_str(), detail.into())
    }

    /// A failure with a word of the command line.
    pub(crate) fn because(code: Code, detail: impl Into<String>) -> Self {
        Self::new(status(code), code.as_str(), detail.into())
    }

    fn new(status: StatusCode, code: &'static str, detail: String) -> Self {
        Self {
            status,
            code,
            detail,
            phase: None,
            reference: None,
            help: None,
            instance: None,
        }
    }

    /// What is told of it.
    pub(crate) fn document(&self) -> ProblemDocument {
        let bounded = |text: &str| printable(text, LONGEST);
        ProblemDocument {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Failed"),
            status: self.status.as_u16(),
            detail: self.to_string(),
            code: self.code,
            phase: self.phase.map(Phase::as_str),
            reference: self.reference.as_deref().map(bounded),
            help: self.help.as_deref().map(bounded),
            instance: self.instance.clone(),
        }
    }

    /// Nothing is at the address.
    pub(crate) fn no_such_address() -> Self {
        Self::because(Code::NotFound, "there is nothing at this address")
    }

    /// Something is at the address, and knows no such method.
    pub(crate) fn no_such_method() -> Self {
        Self::of(ServiceCode::Method, "this address knows no such method")
    }

    /// A task of this program ended without an answer.
    pub(crate) fn interrupted(error: &tokio::task::JoinError) -> Self {
        Self::because(Code::Interrupted, error.to_string())
    }

    fn coded(code: Code, error: &dyn std::error::Error) -> Self {
        Self::because(code, sentence(error))
    }
}

/// The status of a failure: who reads only that learns whose turn it is.
fn status(code: Code) -> StatusCode {
    match code.kind() {
        Kind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Usage => StatusCode::BAD_REQUEST,
        Kind::Refused => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Unreachable | Kind::Invalid => StatusCode::BAD_GATEWAY,
    }
}

/// An error with the causes below it, each said once.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        next = cause.source();
    }
    said
}

impl From<desktop::Error> for Problem {
    fn from(error: desktop::Error) -> Self {
        Self {
            phase: Some(error.phase()),
            reference: error.reference().map(str::to_owned),
            help: error.help(),
            ..Self::coded(error.code(), &error)
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        desktop::Error::from(error).into()
    }
}

impl From<store::configuration::ConfigurationError> for Problem {
    fn from(error: store::configuration::ConfigurationError) -> Self {
        match error {
            store::configuration::ConfigurationError::AllowList(error) => error.into(),
            // The service's own settings are no mistake of whoever asks.
            error => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                phase: Some(Phase::Settings),
                ..Self::coded(Code::Configuration, &error)
            },
        }
    }
}

impl From<store::allow_list_file::AllowListFileError> for Problem {
    fn from(error: store::allow_list_file::AllowListFileError) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            phase: Some(Phase::Settings),
            ..Self::coded(Code::AllowList, &error)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&printable(&self.detail, LONGEST))
    }
}

impl IntoResponse for Problem {
    /// An answer for programs. Whoever answers people finds the problem itself among its extensions.
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.document())).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
