//! Bodies that count their bytes as they are read.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Response;

/// The body of an answer, counted into what all answers of a client share.
struct Metered {
    body: reqwest::Body,
    bytes: Arc<AtomicU64>,
}

/// The same answer, whose body counts into `bytes` what is read of it.
pub(super) fn metered(response: Response, bytes: Arc<AtomicU64>) -> Response {
    let answer = http::Response::<reqwest::Body>::from(response);
    let answer = answer.map(|body| reqwest::Body::wrap(Metered { body, bytes }));
    Response::from(answer)
}

impl Body for Metered {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
