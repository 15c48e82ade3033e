//! What a request brings.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder};

use super::connections::Sends;
use crate::error::{ErrorKind, NetworkProblem};

/// The body of a request.
#[derive(Clone)]
pub(crate) enum Content {
    /// Bytes that are at hand, and sent as often as it takes.
    Bytes { media_type: String, bytes: Bytes },
    /// A stream, which can be sent once.
    Once {
        length: u64,
        outgoing: Arc<Mutex<Option<Outgoing>>>,
    },
}

/// A part of a blob on its way.
pub(crate) struct Outgoing {
    pub(crate) body: Body,
    /// Which byte of the blob is its first.
    pub(crate) start: u64,
    /// The size of the blob, in bytes: it goes to the end.
    pub(crate) end: u64,
}

impl Content {
    pub(crate) fn once(outgoing: Outgoing) -> Self {
        Self::Once {
            length: outgoing.end - outgoing.start,
            outgoing: Arc::new(Mutex::new(Some(outgoing))),
        }
    }

    pub(super) fn sends(&self) -> Sends {
        match self {
            Self::Bytes { .. } => Sends::AtOnce,
            Self::Once { .. } => Sends::Stream,
        }
    }

    /// Its bytes.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Bytes { bytes, .. } => bytes.len() as u64,
            Self::Once { length, .. } => *length,
        }
    }

    /// Adds it to a request. A stream that was sent before is a broken transfer: whoever has the blob opens it anew.
    pub(super) fn put_into(&self, request: RequestBuilder) -> Result<RequestBuilder, ErrorKind> {
        match self {
            Self::Bytes { media_type, bytes } => {
                Ok(request.header(CONTENT_TYPE, media_type).body(bytes.clone()))
            }
            Self::Once { length, outgoing } => {
                let outgoing = outgoing.lock().unwrap_or_else(PoisonError::into_inner).take();
                let outgoing = outgoing.ok_or_else(|| ErrorKind::Network {
                    problem: NetworkProblem::Broken,
                    cause: "the registry wants a login in the middle of a blob".to_owned(),
                })?;
                let request = request
                    .header(CONTENT_TYPE, "application/octet-stream")
                    .header(CONTENT_LENGTH, *length);
                // Some registries take a range for one of many chunks, which they do not know; so the whole has none.
                let request = match outgoing.start {
                    0 => request,
                    start => request.header(CONTENT_RANGE, format!("{start}-{}", outgoing.end - 1)),
                };
                Ok(request.body(outgoing.body))
            }
        }
    }
}
