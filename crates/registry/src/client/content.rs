//! Manifests, configs and blobs: asked for, bounded, and checked against their digests.

use bytes::Bytes;
use model::{Digest, ExtensionId};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use url::Url;

use super::Selector;
use super::shared::Shared;
use crate::error::Fault;
use crate::station::{Request, Scope};
use crate::verify::{check_digest, digest_of};
use crate::wire::{Whole, header};
use crate::{Descriptor, Document, ImageConfig, ImageManifest, Invalid, config, document};

/// The header with the digest of a manifest (distribution-spec, "Pulling manifests").
const CONTENT_DIGEST: &str = "docker-content-digest";

/// The digest of what a tag points to: from the header of a HEAD, or of the document itself.
pub(super) async fn digest(shared: &Shared, id: &ExtensionId, what: &Selector) -> Result<Digest, Fault> {
    let answer = shared
        .ask(id.registry(), &manifest(Method::HEAD, id, what))
        .await?;
    match stated_digest(answer.response.headers(), &answer.url)? {
        Some(digest) => Ok(digest),
        None => Ok(document(shared, id, what).await?.digest),
    }
}

pub(super) async fn document(shared: &Shared, id: &ExtensionId, what: &Selector) -> Result<Document, Fault> {
    let limits = shared.limits();
    let size = document::size_limit(limits);
    let request = manifest(Method::GET, id, what);
    let Whole { headers, body, url } = shared.read(id.registry(), &request, &size).await?;
    let stated = match what {
        Selector::Tag(_) => stated_digest(&headers, &url)?,
        Selector::Digest(_) => None,
    };
    let at = |invalid: Invalid| Fault::at(&url, invalid);
    let digest = settle(what, stated, &body).map_err(at)?;
    let content_type = header(&headers, CONTENT_TYPE.as_str());
    document::parse(digest, body, content_type, limits).map_err(|kind| Fault::at(&url, kind))
}

pub(super) async fn config(
    shared: &Shared,
    id: &ExtensionId,
    manifest: &ImageManifest,
) -> Result<ImageConfig, Fault> {
    let size = config::size_limit(shared.limits());
    if manifest.config.size > size.limit {
        return Err(size.exceeded().into());
    }
    let request = blob(id, &manifest.config, 0);
    let Whole { body, url, .. } = shared.read(id.registry(), &request, &size).await?;
    ImageConfig::verify(body, manifest).map_err(|invalid| Fault::at(&url, invalid))
}

/// The request for a blob from its byte `start` on.
pub(super) fn blob(id: &ExtensionId, descriptor: &Descriptor, start: u64) -> Request {
    let path = format!("{}/blobs/{}", id.repository(), descriptor.digest);
    Request {
        start,
        ..Request::reading(path, Scope::Pull(id.repository().to_owned()))
    }
}

fn manifest(method: Method, id: &ExtensionId, what: &Selector) -> Request {
    let path = format!("{}/manifests/{}", id.repository(), what.reference());
    Request {
        method,
        accept: Some(document::ACCEPT),
        ..Request::reading(path, Scope::Pull(id.repository().to_owned()))
    }
}

/// The digest in the answer's header, if there is one.
pub(super) fn stated_digest(headers: &HeaderMap, url: &Url) -> Result<Option<Digest>, Fault> {
    let Some(text) = header(headers, CONTENT_DIGEST) else {
        return Ok(None);
    };
    let digest = text.parse().map_err(|problem| {
        let place = "the header `Docker-Content-Digest`".to_owned();
        Fault::at(url, Invalid::Digest { place, problem })
    })?;
    Ok(Some(digest))
}

/// The digest of a document: the one that was asked for, or for a tag the one that the registry states, each only if
/// the bytes have it; without either, that of the bytes.
fn settle(what: &Selector, stated: Option<Digest>, bytes: &Bytes) -> Result<Digest, Invalid> {
    match (what, stated) {
        (Selector::Digest(asked), _) => {
            check_digest(asked, bytes)?;
            Ok(asked.clone())
        }
        (Selector::Tag(_), None) => Ok(Digest::of(bytes)),
        (Selector::Tag(_), Some(stated)) => {
            let actual = digest_of(stated.algorithm(), bytes);
            if actual == stated {
                Ok(stated)
            } else {
                Err(Invalid::WrongDigestHeader { stated, actual })
            }
        }
    }
}
