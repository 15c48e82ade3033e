use model::Digest;
use outrigger_embedded::Server;

use crate::client::{Answer, send};
use crate::{empty, image};

const UPLOADS: &str = "/v2/acme/whale/blobs/uploads/";

async fn begin(server: &Server) -> String {
    let answer = send(server.address(), &format!("POST {UPLOADS}"), &[], b"").await;
    assert_eq!(answer.status, 202);
    answer.header("location").unwrap().to_owned()
}

async fn blob(server: &Server, repository: &str, digest: &Digest) -> Answer {
    send(
        server.address(),
        &format!("GET /v2/{repository}/blobs/{digest}"),
        &[],
        b"",
    )
    .await
}

async fn put_manifest(server: &Server, reference: &str, media_type: &str, body: &[u8]) -> Answer {
    let target = format!("PUT /v2/acme/whale/manifests/{reference}");
    send(
        server.address(),
        &target,
        &[&format!("Content-Type: {media_type}")],
        body,
    )
    .await
}

#[tokio::test]
async fn a_blob_arrives_at_once_or_in_chunks() {
    let (_registry, server) = empty().await;
    let at_once = Digest::of(b"at once");
    let target = format!("POST {UPLOADS}?digest={at_once}");
    assert_eq!(send(server.address(), &target, &[], b"at once").await.status, 201);
    assert_eq!(blob(&server, "acme/whale", &at_once).await.body, b"at once");

    let chunked = Digest::of(b"in chunks");
    let upload = begin(&server).await;
    let patch = format!("PATCH {upload}");
    let answer = send(server.address(), &patch, &["Content-Range: 0-2"], b"in ").await;
    assert_eq!((answer.status, answer.header("range")), (202, Some("0-2")));
    let wrong = send(server.address(), &patch, &["Content-Range: 5-8"], b"chun").await;
    assert_eq!(wrong.status, 416);
    let status = send(server.address(), &format!("GET {upload}"), &[], b"").await;
    assert_eq!((status.status, status.header("range")), (204, Some("0-2")));
    assert_eq!(send(server.address(), &patch, &[], b"chunk").await.status, 202);
    let put = format!("PUT {upload}?digest={chunked}");
    assert_eq!(send(server.address(), &put, &[], b"s").await.status, 201);
    assert_eq!(blob(&server, "acme/whale", &chunked).await.body, b"in chunks");
    assert_eq!(
        send(server.address(), &put, &[], b"").await.error(),
        "BLOB_UPLOAD_UNKNOWN"
    );
}

#[tokio::test]
async fn a_blob_with_another_digest_than_said_is_refused() {
    let (_registry, server) = empty().await;
    let said = Digest::of(b"said");
    let upload = begin(&server).await;
    let answer = send(
        server.address(),
        &format!("PUT {upload}?digest={said}"),
        &[],
        b"done",
    )
    .await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "DIGEST_INVALID"));
    assert_eq!(blob(&server, "acme/whale", &said).await.status, 404);
}

#[tokio::test]
async fn an_upload_can_be_given_up_and_too_many_are_refused() {
    let (_registry, server) = empty().await;
    let first = begin(&server).await;
    for _ in 1..64 {
        begin(&server).await;
    }
    let full = send(server.address(), &format!("POST {UPLOADS}"), &[], b"").await;
    assert_eq!((full.status, full.error().as_str()), (429, "TOOMANYREQUESTS"));
    assert_eq!(
        send(server.address(), &format!("DELETE {first}"), &[], b"")
            .await
            .status,
        204
    );
    begin(&server).await;
}

#[tokio::test]
async fn a_blob_is_mounted_from_another_repository_where_it_is_there() {
    let (registry, server) = empty().await;
    let dolphin = image("{}");
    registry.push("acme/dolphin", "1.0.0", &dolphin);
    let layer = &dolphin.layer_digests()[0];
    let mount = |from: &str| format!("POST {UPLOADS}?mount={layer}&from={from}");
    let fallback = send(server.address(), &mount("acme/gone"), &[], b"").await;
    assert_eq!(fallback.status, 202);
    assert_eq!(
        send(server.address(), &mount("acme%2Fdolphin"), &[], b"")
            .await
            .status,
        201
    );
    assert_eq!(
        blob(&server, "acme/whale", layer).await.body,
        dolphin.blobs()[layer]
    );
}

#[tokio::test]
async fn a_manifest_is_taken_when_all_that_it_names_is_there() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    let document = whale.document();
    let too_early = put_manifest(&server, "1.0.0", document.media_type(), document.bytes()).await;
    assert_eq!(
        (too_early.status, too_early.error().as_str()),
        (400, "MANIFEST_BLOB_UNKNOWN")
    );

    registry.push("acme/whale", "other", &whale);
    let answer = put_manifest(&server, "1.0.0", document.media_type(), document.bytes()).await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        answer.header("docker-content-digest"),
        Some(whale.digest().to_string().as_str())
    );
    let tags = send(server.address(), "GET /v2/acme/whale/tags/list", &[], b"").await;
    assert_eq!(tags.json()["tags"], serde_json::json!(["1.0.0", "other"]));
}

#[tokio::test]
async fn a_manifest_that_contradicts_itself_is_refused() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    registry.push("acme/whale", "1.0.0", &whale);
    let (media_type, bytes) = (whale.document().media_type(), whale.document().bytes());
    let nothing = format!("sha256:{}", "0".repeat(64));
    let index = format!(r#"{{"manifests":[{{"digest":"{nothing}"}}]}}"#);
    for (reference, media_type, body, code) in [
        ("x", "text/plain", bytes.as_ref(), "MANIFEST_INVALID"),
        ("x", media_type, b"<html>".as_slice(), "MANIFEST_INVALID"),
        ("-x", media_type, bytes.as_ref(), "MANIFEST_INVALID"),
        (&nothing, media_type, bytes.as_ref(), "DIGEST_INVALID"),
        ("x", media_type, index.as_bytes(), "MANIFEST_BLOB_UNKNOWN"),
    ] {
        let answer = put_manifest(&server, reference, media_type, body).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (400, code),
            "{reference} {media_type}"
        );
    }
    let huge = vec![b' '; (4 << 20) + 1];
    assert_eq!(put_manifest(&server, "x", media_type, &huge).await.status, 413);
}

#[tokio::test]
async fn a_manifest_deleted_by_digest_takes_its_tags_along() {
    let (registry, server) = empty().await;
    let digest = registry.push("acme/whale", "1.0.0", &image("{}"));
    registry.push("acme/whale", "latest", &image("{}"));
    registry.push("acme/whale", "2.0.0", &image("{ }"));
    let target = format!("DELETE /v2/acme/whale/manifests/{digest}");
    assert_eq!(send(server.address(), &target, &[], b"").await.status, 202);
    assert_eq!(send(server.address(), &target, &[], b"").await.status, 404);
    let tags = send(server.address(), "GET /v2/acme/whale/tags/list", &[], b"").await;
    assert_eq!(tags.json()["tags"], serde_json::json!(["2.0.0"]));
}
