//! One blob on its way to a registry: mounted, sent at once, or streamed, and taken up again where it broke.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::stream::try_unfold;
use model::ExtensionId;
use reqwest::{Body, Method, StatusCode};
use url::Url;

use super::shared::Shared;
use crate::error::{Error, ErrorKind, Fault, NetworkProblem, Operation};
use crate::retry::Patience;
use crate::roles::{Fetch, Parcel, Sent};
use crate::station::{Request, Scope};
use crate::wire::{Answer, Content, Outgoing, forwarded, header};
use crate::{BlobStream, Descriptor, Limits};

/// Blobs up to this size, in bytes, are sent in the request that ends their upload.
const SMALL: u64 = 1 << 20;
const BEGUN: &[StatusCode] = &[StatusCode::ACCEPTED, StatusCode::CREATED];
const GOING_ON: &[StatusCode] = &[StatusCode::ACCEPTED, StatusCode::NO_CONTENT, StatusCode::CREATED];
const ENDED: &[StatusCode] = &[StatusCode::CREATED, StatusCode::NO_CONTENT, StatusCode::OK];
const TOLD: &[StatusCode] = &[StatusCode::NO_CONTENT, StatusCode::OK];

/// The upload of one blob, over as many requests as it takes.
pub(super) struct Upload<'a, Source> {
    shared: &'a Arc<Shared>,
    id: &'a ExtensionId,
    parcel: &'a Parcel<'a, Source>,
}

/// Where the registry wants the next bytes, and how many it has.
struct Place {
    url: Url,
    has: u64,
}

/// Why an upload did not go on.
enum Stopped {
    /// Whoever has the blob does not give it.
    Source(Error),
    Registry(Fault),
}

impl<'a, Source: Fetch> Upload<'a, Source> {
    pub(super) fn new(shared: &'a Arc<Shared>, id: &'a ExtensionId, parcel: &'a Parcel<'a, Source>) -> Self {
        Self { shared, id, parcel }
    }

    /// Brings the blob. A line that breaks is waited for within `limits.resumes`.
    pub(super) async fn run(self) -> Result<(), Error> {
        let mut breaks = Patience::new(self.shared.limits().resumes);
        let begun = self.begin().await;
        let Some(mut place) = begun.map_err(|fault| self.error(fault))? else {
            return Ok(());
        };
        loop {
            let fault = match self.send(&place).await {
                Ok(()) => return Ok(()),
                Err(Stopped::Source(error)) => return Err(error),
                Err(Stopped::Registry(fault)) => fault,
            };
            if !is_a_break(&fault.kind) {
                return Err(self.error(fault));
            }
            let waited = breaks.wait(self.shared.wire(), fault).await;
            waited.map_err(|fault| self.error(fault))?;
            place = self.go_on(&place).await.map_err(|fault| self.error(fault))?;
        }
    }

    /// Begins an upload; nothing where the registry had the blob in the other repository.
    async fn begin(&self) -> Result<Option<Place>, Fault> {
        let mounted = match self.parcel.mount {
            Some(from) => self.post(Some(from)).await,
            None => return self.post(None).await,
        };
        match mounted {
            // Whoever may not read there may still write here.
            Err(fault) if is_about_the_other(&fault.kind) => self.post(None).await,
            mounted => mounted,
        }
    }

    async fn post(&self, mount: Option<&str>) -> Result<Option<Place>, Fault> {
        let repository = self.id.repository().to_owned();
        let digest = self.digest();
        let query = mount.map(|from| format!("mount={digest}&from={from}"));
        let scope = match mount {
            Some(from) => Scope::Mount {
                to: repository.clone(),
                from: from.to_owned(),
            },
            None => Scope::Push(repository.clone()),
        };
        let request = Request {
            method: Method::POST,
            query,
            success: BEGUN,
            ..Request::reading(format!("{repository}/blobs/uploads/"), scope)
        };
        let answer = self.ask(&request, self.shared.limits().retries).await?;
        if answer.response.status() == StatusCode::CREATED {
            return Ok(None);
        }
        let url = next_place(&answer)?;
        Ok(Some(Place { url, has: 0 }))
    }

    /// Sends what the registry does not have, and ends the upload.
    async fn send(&self, place: &Place) -> Result<(), Stopped> {
        if self.blob().size <= SMALL && place.has == 0 {
            let bytes = self.whole().await.map_err(Stopped::Source)?;
            return self.end(&place.url, bytes).await.map_err(Stopped::Registry);
        }
        let answer = self.stream(place).await?;
        let url = next_place(&answer).map_err(Stopped::Registry)?;
        self.end(&url, Bytes::new()).await.map_err(Stopped::Registry)
    }

    /// All bytes of a small blob.
    async fn whole(&self) -> Result<Bytes, Error> {
        let mut stream = self.parcel.source.blob(self.parcel.from, self.blob()).await?;
        let mut bytes = BytesMut::new();
        while let Some(piece) = stream.chunk().await? {
            bytes.extend_from_slice(&piece);
        }
        (self.parcel.sent)(bytes.len() as u64);
        Ok(bytes.freeze())
    }

    /// One request with everything from where the registry is.
    async fn stream(&self, place: &Place) -> Result<Answer, Stopped> {
        let blob = self.parcel.source.blob(self.parcel.from, self.blob()).await;
        let outgoing = Flow {
            trouble: Arc::default(),
            taken: Arc::new(AtomicU64::new(0)),
        };
        let body = outgoing.body(blob.map_err(Stopped::Source)?, place.has, &self.parcel.sent);
        let request = Request {
            method: Method::PATCH,
            at: Some(place.url.clone()),
            content: Some(Content::once(Outgoing {
                body,
                start: place.has,
                end: self.blob().size,
            })),
            success: GOING_ON,
            ..self.about_upload()
        };
        let rest = self.blob().size - place.has;
        let asking = std::pin::pin!(self.ask(&request, 0));
        let watching = std::pin::pin!(outgoing.stall(rest, self.shared.limits()));
        let asked = match select(asking, watching).await {
            Either::Left((asked, _)) => asked,
            Either::Right((stalled, _)) => Err(Fault::at(&place.url, stalled)),
        };
        match (asked, outgoing.trouble()) {
            (Err(_), Some(error)) => Err(Stopped::Source(error)),
            (asked, _) => asked.map_err(Stopped::Registry),
        }
    }

    /// Ends the upload with its last bytes. The registry compares the digest.
    async fn end(&self, url: &Url, bytes: Bytes) -> Result<(), Fault> {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("digest", &self.digest());
        let request = Request {
            method: Method::PUT,
            at: Some(url),
            content: Some(Content::Bytes {
                media_type: "application/octet-stream".to_owned(),
                bytes,
            }),
            success: ENDED,
            ..self.about_upload()
        };
        self.ask(&request, 0).await.map(drop)
    }

    /// Asks how far an upload came that broke. Where the registry does not know it any more, or cannot say, it begins anew.
    async fn go_on(&self, place: &Place) -> Result<Place, Fault> {
        let request = Request {
            at: Some(place.url.clone()),
            success: TOLD,
            ..self.about_upload()
        };
        let retries = self.shared.limits().retries;
        if let Ok(answer) = self.ask(&request, retries).await
            && let Some(has) = received(&answer).filter(|has| *has <= self.blob().size)
        {
            let url = next_place(&answer).unwrap_or_else(|_| place.url.clone());
            return Ok(Place { url, has });
        }
        let begun = self.post(None).await?;
        begun.ok_or_else(|| Fault::from(crate::Invalid::UnaskedMount))
    }

    fn about_upload(&self) -> Request {
        let repository = self.id.repository().to_owned();
        Request::reading(String::new(), Scope::Push(repository))
    }

    async fn ask(&self, request: &Request, retries: usize) -> Result<Answer, Fault> {
        self.shared.ask_origin(self.id.registry(), request, retries).await
    }

    fn blob(&self) -> &Descriptor {
        self.parcel.blob
    }

    fn digest(&self) -> String {
        self.blob().digest.to_string()
    }

    fn error(&self, fault: Fault) -> Error {
        let subject = format!("{}@{}", self.id, self.blob().digest);
        Error::new(Operation::PushBlob, subject, self.id.registry(), fault)
    }
}

/// What is known of a body while it is sent.
struct Flow {
    /// What went wrong with the blob's source: the HTTP library would only say that the body failed.
    trouble: Arc<Mutex<Option<Error>>>,
    /// How many bytes were taken to be sent.
    taken: Arc<AtomicU64>,
}

impl Flow {
    /// The blob behind its first `skip` bytes.
    fn body(&self, blob: BlobStream, skip: u64, sent: &Sent) -> Body {
        let state = (blob, skip, 0_u64);
        let (trouble, taken, sent) = (
            Arc::clone(&self.trouble),
            Arc::clone(&self.taken),
            Arc::clone(sent),
        );
        Body::wrap_stream(try_unfold(state, move |(mut blob, skip, seen)| {
            let (trouble, taken, sent) = (Arc::clone(&trouble), Arc::clone(&taken), Arc::clone(&sent));
            async move {
                let mut seen = seen;
                loop {
                    let mut piece = match blob.chunk().await {
                        Ok(Some(piece)) => piece,
                        Ok(None) => return Ok(None),
                        Err(error) => {
                            let message = error.to_string();
                            *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                            return Err(std::io::Error::other(message));
                        }
                    };
                    let known = skip.saturating_sub(seen).min(piece.len() as u64);
                    seen += piece.len() as u64;
                    // At most the length of the piece.
                    piece.advance(usize::try_from(known).unwrap_or(piece.len()));
                    if !piece.is_empty() {
                        taken.fetch_add(piece.len() as u64, Ordering::Relaxed);
                        sent(seen);
                        return Ok(Some((piece, (blob, skip, seen))));
                    }
                }
            }
        }))
    }

    fn trouble(&self) -> Option<Error> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Ends where nothing was taken for `limits.idle-time`, or no answer came within `limits.document-time` after the last
    /// of `size` bytes: registries write a blob to its place before they answer.
    async fn stall(&self, size: u64, limits: &Limits) -> ErrorKind {
        let mut before = 0;
        loop {
            let (pause, setting) = if before < size {
                (limits.idle_time, "limits.idle-time")
            } else {
                (limits.document_time, "limits.document-time")
            };
            tokio::time::sleep(pause).await;
            let now = self.taken.load(Ordering::Relaxed);
            if now == before {
                return ErrorKind::Network {
                    problem: NetworkProblem::Timeout,
                    cause: format!(
                        "the registry took nothing for {} seconds (`{setting}`)",
                        pause.as_secs()
                    ),
                };
            }
            before = now;
        }
    }
}

/// Where an answer says that the upload goes on.
fn next_place(answer: &Answer) -> Result<Url, Fault> {
    forwarded(answer)?.ok_or_else(|| Fault::at(&answer.url, crate::Invalid::NoLocation))
}

/// How many bytes of an upload a registry has (`Range: 0-<last>`); nothing where it does not say. `0-0` may be one byte or none.
fn received(answer: &Answer) -> Option<u64> {
    let range = header(answer.response.headers(), "range")?;
    let (first, last) = range.trim_start_matches("bytes=").split_once('-')?;
    let last: u64 = last.parse().ok()?;
    (first == "0" && last > 0).then(|| last + 1)
}

/// What may go better the next time: lines that break, registries that are overworked, and uploads that they lost.
fn is_a_break(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Network { problem, .. } => matches!(
            problem,
            NetworkProblem::Broken | NetworkProblem::Timeout | NetworkProblem::Refused
        ),
        ErrorKind::Server { status, .. } => matches!(status, 416 | 500 | 502 | 503 | 504),
        // An upload that is gone; the repository was there a moment ago.
        ErrorKind::NotFound { .. } => true,
        _ => false,
    }
}

/// A refusal that may only mean that the other repository must not be read.
fn is_about_the_other(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::HiddenOrMissing { .. } | ErrorKind::LoginRefused { .. } | ErrorKind::NotFound { .. }
    )
}
