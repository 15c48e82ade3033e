//! Manifests and indexes: documents that tags point to.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse as _, Response};
use model::{Digest, Tag};
use serde_json::Value;

use super::lists::unknown_repository;
use super::problem::{Code, Problem};
use super::{CONTENT_DIGEST, body};
use crate::content::Repository;
use crate::image::Document;
use crate::registry::Registry;

/// The most bytes of a manifest, as the specification advises.
const MAX_MANIFEST: usize = 4 << 20;

/// `GET` and `HEAD /v2/<repository>/manifests/<reference>`.
pub(super) fn get(registry: &Registry, repository: &str, reference: &str) -> Result<Response, Problem> {
    let content = registry.content();
    let found = content.repositories.get(repository);
    let found = found.ok_or_else(|| unknown_repository(repository))?;
    let document = found
        .manifest(reference)
        .ok_or_else(|| unknown_manifest(reference))?;
    let headers = [
        (CONTENT_TYPE, document.media_type().to_owned()),
        (CONTENT_DIGEST, document.digest().to_string()),
    ];
    Ok((headers, document.bytes().clone()).into_response())
}

/// `PUT /v2/<repository>/manifests/<reference>`.
pub(super) async fn put(
    registry: &Registry,
    repository: &str,
    reference: &str,
    request: Request,
) -> Result<Response, Problem> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let content_type = content_type.to_owned();
    let bytes = body::read(request, MAX_MANIFEST).await?;
    let document = Document::new(&content_type, bytes);
    let digest = document.digest().clone();

    let mut content = registry.content();
    let target = content.repository(repository);
    check(&document, target)?;
    match (reference.parse::<Digest>(), reference.parse::<Tag>()) {
        (Ok(named), _) if named != digest => {
            let message = format!("the manifest's digest is {digest}");
            return Err(Problem::new(Code::DigestInvalid, message));
        }
        (Ok(_), _) => {}
        (_, Ok(tag)) => {
            target.tags.insert(tag.as_str().to_owned(), digest.clone());
        }
        (Err(_), Err(_)) => {
            let message = "this is neither a tag nor a digest";
            return Err(Problem::new(Code::ManifestInvalid, message));
        }
    }
    target.manifests.insert(digest.clone(), document);
    let headers = [
        (LOCATION, format!("/v2/{repository}/manifests/{digest}")),
        (CONTENT_DIGEST, digest.to_string()),
    ];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// `DELETE /v2/<repository>/manifests/<reference>`: a tag alone, or a manifest with every tag that points to it.
pub(super) fn delete(registry: &Registry, repository: &str, reference: &str) -> Result<Response, Problem> {
    let mut content = registry.content();
    let found = content.repositories.get_mut(repository);
    let found = found.ok_or_else(|| unknown_repository(repository))?;
    let gone = match reference.parse::<Digest>() {
        Ok(digest) => found.remove(&digest),
        Err(_) => found.tags.remove(reference).is_some(),
    };
    if !gone {
        return Err(unknown_manifest(reference));
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

/// A manifest must be JSON of the type that its sender says, and name only what was pushed before.
fn check(document: &Document, repository: &Repository) -> Result<(), Problem> {
    let invalid = |message: &str| Problem::new(Code::ManifestInvalid, message);
    let json: Value =
        serde_json::from_slice(document.bytes()).map_err(|_| invalid("the manifest is not JSON"))?;
    let media_type = json.get("mediaType").and_then(Value::as_str);
    if media_type.is_some_and(|media_type| media_type != document.media_type()) {
        return Err(invalid("`mediaType` and `Content-Type` contradict each other"));
    }
    for descriptor in json.get("config").into_iter().chain(elements(&json, "layers")) {
        let blob = digest_of(descriptor)?;
        let elsewhere = descriptor.get("urls").is_some(); // layers that may not be distributed
        if !elsewhere && !repository.blobs.contains_key(&blob) {
            let message = format!("{blob} was not pushed before its manifest");
            return Err(Problem::new(Code::ManifestBlobUnknown, message));
        }
    }
    for descriptor in elements(&json, "manifests") {
        let manifest = digest_of(descriptor)?;
        if !repository.manifests.contains_key(&manifest) {
            let message = format!("{manifest} was not pushed before its index");
            return Err(Problem::new(Code::ManifestBlobUnknown, message));
        }
    }
    Ok(())
}

fn elements<'json>(json: &'json Value, key: &str) -> &'json [Value] {
    json.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn digest_of(descriptor: &Value) -> Result<Digest, Problem> {
    let text = descriptor
        .get("digest")
        .and_then(Value::as_str)
        .unwrap_or_default();
    text.parse()
        .map_err(|error| Problem::new(Code::ManifestInvalid, format!("a descriptor's digest: {error}")))
}

fn unknown_manifest(reference: &str) -> Problem {
    Problem::new(
        Code::ManifestUnknown,
        format!("there is no manifest `{reference}`"),
    )
}
