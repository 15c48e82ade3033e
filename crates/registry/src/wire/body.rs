//! Bodies that are read into memory, within a size and a time.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::HeaderMap;
use tokio::time::timeout;
use url::Url;

use super::{Answer, in_words};
use crate::Limits;
use crate::error::{ErrorKind, Fault, NetworkProblem};

/// The largest body of a kind, and the words for going over it.
pub(crate) struct SizeLimit {
    pub(crate) what: &'static str,
    pub(crate) limit: u64,
    pub(crate) setting: &'static str,
}

impl SizeLimit {
    pub(crate) fn exceeded(&self) -> ErrorKind {
        ErrorKind::TooLarge {
            what: self.what,
            limit: self.limit,
            setting: self.setting,
        }
    }
}

/// An answer with all of its body.
pub(crate) struct Whole {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where it came from.
    pub(crate) url: Url,
}

impl Whole {
    /// Reads the body of `answer`, or fails as soon as it is certain to be too large or too slow.
    pub(crate) async fn of(answer: Answer, size: &SizeLimit, limits: &Limits) -> Result<Self, Fault> {
        let headers = answer.response.headers().clone();
        let url = answer.url;
        match read_whole(answer.response, size, limits).await {
            Ok(body) => Ok(Self { headers, body, url }),
            Err(kind) => Err(Fault::at(&url, kind)),
        }
    }
}

/// The whole body, or an error as soon as it is certain to be too large or too slow.
pub(crate) async fn read_whole(
    response: Response,
    size: &SizeLimit,
    limits: &Limits,
) -> Result<Bytes, ErrorKind> {
    if response
        .content_length()
        .is_some_and(|announced| announced > size.limit)
    {
        return Err(size.exceeded());
    }
    let reading = read_up_to(response, size.limit);
    match timeout(limits.document_time, reading).await {
        Ok(Ok((body, true))) => Ok(body),
        Ok(Ok((_, false))) => Err(size.exceeded()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ErrorKind::Network {
            problem: NetworkProblem::Timeout,
            cause: "the answer goes on after `limits.document-time`".to_owned(),
        }),
    }
}

/// The start of the body of a failed request, as far as it comes in time: whatever goes wrong with it is no news.
pub(crate) async fn read_start(response: Response, limits: &Limits) -> Bytes {
    let reading = read_up_to(response, limits.error_body);
    match timeout(limits.document_time, reading).await {
        Ok(Ok((body, _))) => body,
        Ok(Err(_)) | Err(_) => Bytes::new(),
    }
}

/// At most `limit` bytes, and whether that was all.
async fn read_up_to(mut response: Response, limit: u64) -> Result<(Bytes, bool), ErrorKind> {
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(in_words)? {
        let room = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_sub(body.len());
        if piece.len() > room {
            body.extend_from_slice(&piece[..room]);
            return Ok((body.freeze(), false));
        }
        body.extend_from_slice(&piece);
    }
    Ok((body.freeze(), true))
}
