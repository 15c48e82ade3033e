//! Blobs on their way in: at once, mounted from another repository, or in chunks.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_RANGE, HeaderMap, HeaderName, LOCATION, RANGE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use model::Digest;

use super::blobs::checked;
use super::problem::{Code, Problem};
use super::{CONTENT_DIGEST, Query, body};
use crate::content::{AppendRefused, MAX_BLOB};
use crate::registry::Registry;

/// Docker's client keeps this beside `Location`.
const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// `POST /v2/<repository>/blobs/uploads/`: the whole blob with `digest`, another repository's with `mount` and `from`,
/// else the beginning of an upload.
pub(super) async fn begin(
    registry: &Registry,
    repository: &str,
    query: &Query,
    request: Request,
) -> Result<Response, Problem> {
    if let Some(digest) = query.get("digest") {
        let digest = checked(digest)?;
        let bytes = body::read(request, MAX_BLOB).await?;
        return store(registry, repository, &digest, bytes.into());
    }
    if let (Some(digest), Some(from)) = (query.get("mount"), query.get("from")) {
        let digest = checked(digest)?;
        let mut content = registry.content();
        let source = content.repositories.get(from);
        if let Some(bytes) = source.and_then(|source| source.blobs.get(&digest)).cloned() {
            content.repository(repository).blobs.insert(digest.clone(), bytes);
            return Ok(created(repository, &digest));
        }
    }
    let upload = registry.content().begin_upload();
    let upload = upload.ok_or_else(|| Problem::new(Code::TooManyRequests, "too many uploads are open"))?;
    Ok(progress(StatusCode::ACCEPTED, repository, upload, 0))
}

/// Everything that is asked of an upload that was begun.
pub(super) async fn proceed(
    registry: &Registry,
    repository: &str,
    upload: &str,
    query: &Query,
    request: Request,
) -> Result<Response, Problem> {
    let unknown = || refused(AppendRefused::Unknown);
    let upload: u64 = upload.parse().map_err(|_| unknown())?;
    match request.method().as_str() {
        "GET" => {
            let length = registry.content().uploaded(upload).ok_or_else(unknown)?;
            Ok(progress(StatusCode::NO_CONTENT, repository, upload, length))
        }
        "PATCH" => {
            let length = append(registry, upload, request).await?;
            Ok(progress(StatusCode::ACCEPTED, repository, upload, length))
        }
        "PUT" => {
            let digest = checked(query.get("digest").unwrap_or_default())?;
            append(registry, upload, request).await?;
            let bytes = registry.content().end_upload(upload).ok_or_else(unknown)?;
            store(registry, repository, &digest, bytes)
        }
        "DELETE" => {
            registry.content().end_upload(upload).ok_or_else(unknown)?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        method => Err(Problem::new(
            Code::Unsupported,
            format!("an upload does not answer {method}"),
        )),
    }
}

/// Keeps what comes, also of a body that ends early: whoever asks how far the upload has come goes on from there.
async fn append(registry: &Registry, upload: u64, request: Request) -> Result<usize, Problem> {
    let start = chunk_start(request.headers())?;
    let keep = |start, piece: &[u8]| registry.content().append(upload, start, piece).map_err(refused);
    let mut length = keep(start, &[])?;
    let mut pieces = body::pieces(request);
    while let Some(piece) = pieces.next().await {
        length = keep(None, &piece?)?;
    }
    Ok(length)
}

/// Where a chunk says that it begins; `None` for a stream that says nothing.
fn chunk_start(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(range) = headers.get(CONTENT_RANGE) else {
        return Ok(None);
    };
    let text = range.to_str().unwrap_or_default();
    let text = text.trim_start_matches("bytes").trim_start();
    let start = text.split_once('-').and_then(|(start, _)| start.parse().ok());
    let invalid = || Problem::new(Code::BlobUploadInvalid, "`Content-Range` cannot be read");
    start.map(Some).ok_or_else(invalid)
}

fn store(registry: &Registry, repository: &str, digest: &Digest, bytes: Bytes) -> Result<Response, Problem> {
    // Only SHA-256 is computed here: it is all that clients push.
    let found = Digest::of(&bytes);
    if found != *digest {
        let message = format!("what was uploaded has the digest {found}, not {digest}");
        return Err(Problem::new(Code::DigestInvalid, message));
    }
    let mut content = registry.content();
    content.repository(repository).blobs.insert(digest.clone(), bytes);
    Ok(created(repository, digest))
}

fn created(repository: &str, digest: &Digest) -> Response {
    let headers = [
        (LOCATION, format!("/v2/{repository}/blobs/{digest}")),
        (CONTENT_DIGEST, digest.to_string()),
    ];
    (StatusCode::CREATED, headers).into_response()
}

fn progress(status: StatusCode, repository: &str, upload: u64, length: usize) -> Response {
    let headers = [
        (LOCATION, format!("/v2/{repository}/blobs/uploads/{upload}")),
        (RANGE, format!("0-{}", length.saturating_sub(1))),
        (UPLOAD_ID, upload.to_string()),
    ];
    (status, headers).into_response()
}

fn refused(reason: AppendRefused) -> Problem {
    match reason {
        AppendRefused::Unknown => Problem::new(Code::BlobUploadUnknown, "there is no such upload"),
        AppendRefused::OutOfOrder => Problem::new(
            Code::ChunkOutOfOrder,
            "the chunk does not begin where the last one ended",
        ),
        AppendRefused::TooLarge => Problem::new(
            Code::SizeInvalid,
            format!("the blob is larger than {MAX_BLOB} bytes"),
        ),
    }
}
