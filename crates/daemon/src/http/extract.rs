//! What requests bring, refused with a problem that says where it is wrong.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use desktop::Code;
use serde::de::DeserializeOwned;

use crate::code::ServiceCode;
use crate::problem::Problem;

/// A body of JSON. Types refuse fields that they do not know.
pub(crate) struct Body<T>(pub(crate) T);

/// What stands behind the question mark.
pub(crate) struct Parameters<T>(pub(crate) T);

/// A part of the path that means something: an extension's id, a job's number.
pub(crate) struct Place<T>(pub(crate) T);

fn refused(status: StatusCode, detail: String) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of(ServiceCode::TooLarge, detail),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::of(ServiceCode::MediaType, detail),
        _ => Problem::because(Code::Usage, detail),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(refused(StatusCode::BAD_REQUEST, error.body_text()))
            }
            Err(error) => Err(refused(error.status(), error.body_text())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(error) => Err(refused(StatusCode::BAD_REQUEST, error.body_text())),
        }
    }
}

impl<S: Send + Sync, T> FromRequestParts<S> for Place<T>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let bad = |detail| refused(StatusCode::BAD_REQUEST, detail);
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|error| bad(error.body_text()))?;
        let place = text.parse().map_err(|error: T::Err| bad(error.to_string()))?;
        Ok(Self(place))
    }
}
