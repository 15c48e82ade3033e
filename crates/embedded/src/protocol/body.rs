//! Bodies of requests, bounded.

use axum::extract::Request;
use futures_util::StreamExt as _;

use super::problem::{Code, Problem};

/// Reads the body, of which more than `limit` bytes are never kept.
pub(super) async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut stream = request.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk
            .map_err(|error| Problem::new(Code::BlobUploadInvalid, format!("the body was cut: {error}")))?;
        if bytes.len() + chunk.len() > limit {
            let message = format!("the body is larger than {limit} bytes");
            return Err(Problem::new(Code::SizeInvalid, message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
