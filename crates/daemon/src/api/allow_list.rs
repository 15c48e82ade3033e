//! `/v1/allow-list`: what is an extension here.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use desktop::Code;
use model::{Pattern, Reference};
use serde::{Deserialize, Serialize};
use store::{allow_list_file, configuration};
use utoipa::{IntoParams, ToSchema};

use super::listed::Listed;
use crate::code::ServiceCode;
use crate::events::News;
use crate::http::{Body, Parameters, Place};
use crate::problem::Problem;
use crate::service::Shared;
use crate::use_cases::UseCases;

/// The allow-list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllowList)]
pub(super) struct AllowListDocument {
    /// Its file; null where none is configured.
    file: Option<String>,
    /// Its patterns; null where none is configured, so that every repository may be installed.
    patterns: Option<Vec<String>>,
}

/// A pattern to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPattern)]
pub(crate) struct NewPattern {
    /// `acme/whale`, `acme/whale:^1.2`, `acme/whale@sha256:…`, `acme/`, `registry.example/`.
    pub(crate) pattern: String,
    /// Whether to begin a list where none is configured: from then on only what it admits may be installed.
    #[serde(default)]
    pub(crate) create: bool,
}

/// What is tested.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Tested {
    /// A reference in any spelling.
    reference: String,
}

/// Whether a reference is allowed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Decision)]
pub(super) struct DecisionDocument {
    reference: String,
    is_allowed: bool,
    /// The pattern that decides.
    pattern: Option<String>,
}

/// The patterns in their order.
#[utoipa::path(get, path = "/v1/allow-list", tag = "allow-list",
    responses((status = 200, body = AllowListDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn list(State(service): State<Shared>, asked: HeaderMap) -> Result<Response, Problem> {
    let list = |use_cases: &UseCases| {
        let configured = use_cases.configured()?;
        let patterns = configured
            .policy
            .allow_list
            .as_ref()
            .map(model::AllowList::patterns);
        Listed::new(&AllowListDocument {
            file: configured.allow_list_file.as_ref().map(ToString::to_string),
            patterns: patterns.map(|all| all.iter().map(ToString::to_string).collect()),
        })
    };
    Ok(service.with_files(list).await?.answer(&asked))
}

/// Adds a pattern, unless it stands there.
#[utoipa::path(post, path = "/v1/allow-list", tag = "allow-list", request_body = NewPattern,
    responses((status = 201, description = "It was added"), (status = 204, description = "It stood there already"),
        (status = 400, description = "It is no pattern"), (status = 409, description = "No list is configured; see `create`")))]
pub(crate) async fn add(
    State(service): State<Shared>,
    Body(new): Body<NewPattern>,
) -> Result<StatusCode, Problem> {
    let pattern = parse(&new.pattern)?;
    let add = move |use_cases: &UseCases| {
        let configured = use_cases.configured()?;
        let file = match configured.allow_list_file {
            Some(file) => file,
            None if new.create => configuration::begin_allow_list(&configured.file)?,
            None => return Err(no_list()),
        };
        Ok(allow_list_file::add(&file, &pattern)?)
    };
    let is_new = service.with_files(add).await?;
    service.events().tell(News::Changed);
    Ok(if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::NO_CONTENT
    })
}

/// Removes a pattern.
#[utoipa::path(delete, path = "/v1/allow-list/{pattern}", tag = "allow-list",
    params(("pattern" = String, Path, description = "As the list has it, percent-encoded")),
    responses((status = 204, description = "It is gone"), (status = 404, description = "It is not in the list")))]
pub(crate) async fn remove(
    State(service): State<Shared>,
    Place(pattern): Place<Pattern>,
) -> Result<StatusCode, Problem> {
    let remove = move |use_cases: &UseCases| {
        let missing = || {
            let detail = format!("the allow-list has no pattern `{pattern}`");
            Problem::because(Code::NotFound, detail)
        };
        let file = use_cases.configured()?.allow_list_file.ok_or_else(missing)?;
        if allow_list_file::remove(&file, &pattern)? {
            Ok(StatusCode::NO_CONTENT)
        } else {
            Err(missing())
        }
    };
    let removed = service.with_files(remove).await?;
    service.events().tell(News::Changed);
    Ok(removed)
}

/// Whether a reference is allowed, and by which pattern.
#[utoipa::path(get, path = "/v1/allow-list/test", tag = "allow-list", params(Tested),
    responses((status = 200, body = DecisionDocument), (status = 400, description = "It is no reference")))]
pub(super) async fn test(
    State(service): State<Shared>,
    Parameters(tested): Parameters<Tested>,
) -> Result<Json<DecisionDocument>, Problem> {
    let malformed = |error: model::reference::ReferenceParse| usage(error.to_string());
    let reference: Reference = tested.reference.parse().map_err(malformed)?;
    let decide = move |use_cases: &UseCases| {
        let configured = use_cases.configured()?;
        let list = configured.policy.allow_list.as_ref();
        let decided = list.map(|list| list.decide(&reference));
        Ok(DecisionDocument {
            is_allowed: !matches!(decided, Some(None)),
            pattern: decided.flatten().map(ToString::to_string),
            reference: reference.to_string(),
        })
    };
    service.with_files(decide).await.map(Json)
}

fn parse(text: &str) -> Result<Pattern, Problem> {
    let malformed = |error: model::allow_list::PatternParse| usage(error.to_string());
    text.parse().map_err(malformed)
}

fn usage(detail: String) -> Problem {
    Problem::because(Code::Usage, detail)
}

fn no_list() -> Problem {
    Problem {
        help: Some(
            "send `\"create\": true` to begin one: from then on only what it admits may be installed"
                .to_owned(),
        ),
        ..Problem::of(
            ServiceCode::NoAllowList,
            "no allow-list is configured, so that everything may be installed",
        )
    }
}
