//! The write half of the wire (distribution-spec, "Push"): blobs, then the documents that name them, then tags.

use model::{Digest, ExtensionId, Tag};
use reqwest::{Method, StatusCode};

use super::Client;
use super::content::stated_digest;
use super::upload::Upload;
use crate::error::{Error, ErrorKind, Fault, Operation};
use crate::roles::{Fetch, Parcel, Push, Resolve as _};
use crate::station::{Request, Scope};
use crate::wire::Content;
use crate::{Descriptor, Document, Selector};

/// How a registry says that it took something in.
const TAKEN: &[StatusCode] = &[
    StatusCode::CREATED,
    StatusCode::OK,
    StatusCode::ACCEPTED,
    StatusCode::NO_CONTENT,
];

impl Push for Client {
    async fn has_blob(&self, id: &ExtensionId, blob: &Descriptor) -> Result<bool, Error> {
        let path = format!("{}/blobs/{}", id.repository(), blob.digest);
        let found = self.holds(id, path).await;
        found.map_err(|fault| {
            let subject = format!("{id}@{}", blob.digest);
            Error::new(Operation::Head, subject, id.registry(), fault)
        })
    }

    async fn pushed(&self, id: &ExtensionId, what: &Selector) -> Result<Option<Digest>, Error> {
        let request = Request {
            method: Method::HEAD,
            accept: Some(crate::document::ACCEPT),
            ..Request::reading(
                format!("{}/manifests/{}", id.repository(), what.reference()),
                Scope::Push(id.repository().to_owned()),
            )
        };
        let retries = self.shared.limits().retries;
        let asked = self.shared.ask_origin(id.registry(), &request, retries).await;
        let found = match asked {
            Ok(answer) => stated_digest(answer.response.headers(), &answer.url),
            Err(fault) if matches!(fault.kind, ErrorKind::NotFound { .. }) => return Ok(None),
            Err(fault) => Err(fault),
        };
        let failed = |fault| Error::new(Operation::Head, what.subject(id), id.registry(), fault);
        match found.map_err(failed)? {
            Some(digest) => Ok(Some(digest)),
            // Few registries leave the header out; then the document has to be read for it.
            None => self
                .document(id, what)
                .await
                .map(|document| Some(document.digest)),
        }
    }

    async fn push_blob<Source: Fetch>(
        &self,
        id: &ExtensionId,
        parcel: &Parcel<'_, Source>,
    ) -> Result<(), Error> {
        Upload::new(&self.shared, id, parcel).run().await
    }

    async fn push_document(
        &self,
        id: &ExtensionId,
        document: &Document,
        tag: Option<&Tag>,
    ) -> Result<(), Error> {
        let what = match tag {
            Some(tag) => Selector::Tag(tag.clone()),
            None => Selector::Digest(document.digest.clone()),
        };
        let request = Request {
            method: Method::PUT,
            content: Some(Content::Bytes {
                media_type: document.media_type.clone(),
                bytes: document.bytes.clone(),
            }),
            success: TAKEN,
            ..Request::reading(
                format!("{}/manifests/{}", id.repository(), what.reference()),
                Scope::Push(id.repository().to_owned()),
            )
        };
        let retries = self.shared.limits().retries;
        let put = self.shared.ask_origin(id.registry(), &request, retries).await;
        put.map(drop)
            .map_err(|fault| Error::new(Operation::PushDocument, what.subject(id), id.registry(), fault))
    }
}

impl Client {
    /// Whether there is something at this path.
    async fn holds(&self, id: &ExtensionId, path: String) -> Result<bool, Fault> {
        let request = Request {
            method: Method::HEAD,
            ..Request::reading(path, Scope::Push(id.repository().to_owned()))
        };
        let retries = self.shared.limits().retries;
        match self.shared.ask_origin(id.registry(), &request, retries).await {
            Ok(_) => Ok(true),
            Err(fault) if matches!(fault.kind, ErrorKind::NotFound { .. }) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}
