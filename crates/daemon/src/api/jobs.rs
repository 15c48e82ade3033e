//! `/v1/jobs`: long work.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use desktop::{Code, Selection};
use model::rollback::Wanted;
use model::{Digest, ExtensionId, Reference, Tag};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::{Body, Place};
use crate::jobs::{Asking, JobDocument, JobId, Order};
use crate::problem::Problem;
use crate::service::Shared;

/// What is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[schema(as = Order)]
pub(super) enum OrderDocument {
    /// Installs a release, or the newest that fits.
    Install {
        /// `acme/whale`, also with `:TAG` or `@DIGEST`.
        reference: String,
        /// Whether you agree to whatever it will be able to do. Without it the job asks once it knows.
        #[serde(default)]
        accept: bool,
    },
    /// Updates an extension.
    Update {
        /// The extension.
        extension: String,
        /// To this tag, instead of to the newest release that fits.
        #[serde(default)]
        to: Option<String>,
        /// To what the installed tag points to now, if somebody has pushed it again.
        #[serde(default)]
        accept_moved: bool,
        /// Whether you agree to whatever more it will be able to do. Without it the job asks once it knows.
        #[serde(default)]
        accept: bool,
    },
    /// Goes back to an earlier generation, without network.
    Rollback {
        /// The extension.
        extension: String,
        /// To the generation with this tag or digest, instead of to the one before.
        #[serde(default)]
        to: Option<String>,
    },
    /// Removes an extension with all its generations.
    Remove {
        /// The extension; with a tag or digest only if that is the installed one.
        reference: String,
    },
    /// Looks for updates and new extensions.
    Scan {
        /// Only of these; everything where it is empty.
        #[serde(default)]
        extensions: Vec<String>,
    },
}

/// Jobs, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Jobs)]
pub(super) struct JobsDocument {
    jobs: Vec<JobDocument>,
}

/// A yes or no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Answer)]
pub(super) struct AnswerDocument {
    /// Whether you agree.
    accept: bool,
}

/// Begins a job.
#[utoipa::path(post, path = "/v1/jobs", tag = "jobs", request_body = OrderDocument,
    responses((status = 202, body = JobDocument, description = "It has begun; `Location` is its address"),
        (status = 400, description = "The order cannot be understood"),
        (status = 409, description = "Another job changes this extension, or scans; `instance` is its address")))]
pub(super) async fn start(
    State(service): State<Shared>,
    Body(order): Body<OrderDocument>,
) -> Result<Response, Problem> {
    let (order, asking) = order.read()?;
    let job = service.jobs().start(order, asking)?;
    let address = HeaderValue::from_str(&format!("/v1/jobs/{}", job.id));
    let mut response = (StatusCode::ACCEPTED, Json(job)).into_response();
    if let Ok(address) = address {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}

/// The jobs that wait or run, and the last ones that ended.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", responses((status = 200, body = JobsDocument)))]
pub(super) async fn all(State(service): State<Shared>) -> Json<JobsDocument> {
    Json(JobsDocument {
        jobs: service.jobs().all(),
    })
}

/// How far a job came.
#[utoipa::path(get, path = "/v1/jobs/{job}", tag = "jobs", params(("job" = String, Path, description = "Its number")),
    responses((status = 200, body = JobDocument), (status = 404, description = "No such job")))]
pub(super) async fn one(
    State(service): State<Shared>,
    Place(id): Place<JobId>,
) -> Result<Json<JobDocument>, Problem> {
    service.jobs().get(id).map(Json)
}

/// Has a job end before it is done. What was installed before still is.
#[utoipa::path(delete, path = "/v1/jobs/{job}", tag = "jobs", params(("job" = String, Path, description = "Its number")),
    responses((status = 202, body = JobDocument, description = "It ends as soon as it can"),
        (status = 404, description = "No such job"), (status = 409, description = "It has ended already")))]
pub(super) async fn cancel(
    State(service): State<Shared>,
    Place(id): Place<JobId>,
) -> Result<(StatusCode, Json<JobDocument>), Problem> {
    let job = service.jobs().cancel(id)?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}

/// Answers the question of a job whose state is `asking`.
#[utoipa::path(post, path = "/v1/jobs/{job}/answer", tag = "jobs", request_body = AnswerDocument,
    params(("job" = String, Path, description = "Its number")),
    responses((status = 200, body = JobDocument), (status = 404, description = "No such job"),
        (status = 409, description = "It asks nothing")))]
pub(super) async fn answer(
    State(service): State<Shared>,
    Place(id): Place<JobId>,
    Body(answer): Body<AnswerDocument>,
) -> Result<Json<JobDocument>, Problem> {
    service.jobs().answer(id, answer.accept).map(Json)
}

impl OrderDocument {
    fn read(self) -> Result<(Order, Asking), Problem> {
        let asking = |accept| if accept { Asking::Agreed } else { Asking::Ask };
        Ok(match self {
            Self::Install { reference, accept } => {
                (Order::Install(parse::<Reference>(&reference)?), asking(accept))
            }
            Self::Update {
                extension,
                to,
                accept_moved,
                accept,
            } => {
                let selection = match (to, accept_moved) {
                    (Some(_), true) => {
                        return Err(usage("`acceptMoved` takes the installed tag: leave out `to`"));
                    }
                    (None, true) => Selection::Moved,
                    (Some(tag), false) => Selection::Tag(parse::<Tag>(&tag)?),
                    (None, false) => Selection::Newest,
                };
                let id = parse::<ExtensionId>(&extension)?;
                (Order::Update(id, selection), asking(accept))
            }
            Self::Rollback { extension, to } => {
                let to = to.as_deref().map(generation).transpose()?;
                let order = Order::Rollback(parse::<ExtensionId>(&extension)?, to);
                (order, Asking::Nobody)
            }
            Self::Remove { reference } => (Order::Remove(parse::<Reference>(&reference)?), Asking::Nobody),
            Self::Scan { extensions } => {
                let ids = extensions.iter().map(|id| parse::<ExtensionId>(id));
                (Order::Scan(ids.collect::<Result<_, _>>()?), Asking::Nobody)
            }
        })
    }
}

/// A colon stands in every digest and in no tag.
fn generation(text: &str) -> Result<Wanted, Problem> {
    if text.contains(':') {
        parse::<Digest>(text).map(Wanted::Digest)
    } else {
        parse::<Tag>(text).map(Wanted::Tag)
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error: T::Err| usage(&error.to_string()))
}

fn usage(detail: &str) -> Problem {
    Problem::because(Code::Usage, detail)
}
