//! Bodies of requests, bounded.

use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::problem::{Code, Problem};

/// The body as it comes.
pub(super) fn pieces(request: Request) -> impl Stream<Item = Result<Bytes, Problem>> + Unpin {
    request.into_body().into_data_stream().map(|piece| {
        piece.map_err(|error| Problem::new(Code::BlobUploadInvalid, format!("the body was cut: {error}")))
    })
}

/// Reads the body, of which more than `limit` bytes are never kept.
pub(super) async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut pieces = pieces(request);
    let mut bytes = Vec::new();
    while let Some(chunk) = pieces.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > limit {
            let message = format!("the body is larger than {limit} bytes");
            return Err(Problem::new(Code::SizeInvalid, message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
