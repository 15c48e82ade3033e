use std::time::Duration;

use outrigger_embedded::Request;
use tokio::net::TcpStream;

use crate::client::send;
use crate::{empty, image};

#[tokio::test]
async fn a_published_image_is_served_by_tag_and_by_digest() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    let digest = registry.push("acme/whale", "1.0.0", &whale);
    for reference in ["1.0.0".to_owned(), digest.to_string()] {
        let target = format!("GET /v2/acme/whale/manifests/{reference}");
        let answer = send(server.address(), &target, &[], b"").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(whale.document().media_type()));
        assert_eq!(
            answer.header("docker-content-digest"),
            Some(digest.to_string().as_str())
        );
        assert_eq!(answer.body, whale.document().bytes().as_ref());
    }
    for (blob, bytes) in whale.blobs() {
        let answer = send(
            server.address(),
            &format!("GET /v2/acme/whale/blobs/{blob}"),
            &[],
            b"",
        )
        .await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, bytes.as_ref()));
    }
}

#[tokio::test]
async fn head_says_what_get_would_send_without_sending_it() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    registry.push("acme/whale", "1.0.0", &whale);
    let layer = &whale.layer_digests()[0];
    for (target, length) in [
        ("manifests/1.0.0".to_owned(), whale.document().bytes().len()),
        (format!("blobs/{layer}"), whale.blobs()[layer].len()),
    ] {
        let answer = send(
            server.address(),
            &format!("HEAD /v2/acme/whale/{target}"),
            &[],
            b"",
        )
        .await;
        assert_eq!(answer.status, 200, "{target}");
        assert_eq!(
            answer.header("content-length"),
            Some(length.to_string().as_str()),
            "{target}"
        );
        assert!(answer.header("docker-content-digest").is_some(), "{target}");
        assert!(answer.body.is_empty(), "{target}");
    }
}

#[tokio::test]
async fn a_blob_can_be_fetched_in_parts() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    registry.push("acme/whale", "1.0.0", &whale);
    let layer = &whale.layer_digests()[0];
    let bytes = &whale.blobs()[layer];
    let target = format!("GET /v2/acme/whale/blobs/{layer}");
    let answer = send(server.address(), &target, &["Range: bytes=5-9"], b"").await;
    assert_eq!((answer.status, answer.body.as_slice()), (206, &bytes[5..10]));
    let range = format!("bytes 5-9/{}", bytes.len());
    assert_eq!(answer.header("content-range"), Some(range.as_str()));
    let answer = send(server.address(), &target, &["Range: bytes=99999-"], b"").await;
    assert_eq!(answer.status, 416);
}

#[tokio::test]
async fn what_is_not_there_is_answered_with_the_code_of_the_specification() {
    let (registry, server) = empty().await;
    registry.push("acme/whale", "1.0.0", &image("{}"));
    let nothing = "sha256:".to_owned() + &"0".repeat(64);
    for (target, status, code) in [
        ("acme/gone/tags/list".to_owned(), 404, "NAME_UNKNOWN"),
        ("acme/gone/manifests/1.0.0".to_owned(), 404, "NAME_UNKNOWN"),
        ("acme/whale/manifests/2.0.0".to_owned(), 404, "MANIFEST_UNKNOWN"),
        (format!("acme/whale/manifests/{nothing}"), 404, "MANIFEST_UNKNOWN"),
        (format!("acme/whale/blobs/{nothing}"), 404, "BLOB_UNKNOWN"),
        ("acme/whale/blobs/sha256:ABC".to_owned(), 400, "DIGEST_INVALID"),
        ("Acme/whale/tags/list".to_owned(), 400, "NAME_INVALID"),
        (format!("acme/whale/referrers/{nothing}"), 404, "NAME_UNKNOWN"),
    ] {
        let answer = send(server.address(), &format!("GET /v2/{target}"), &[], b"").await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (status, code),
            "{target}"
        );
    }
}

#[tokio::test]
async fn tags_come_in_lexical_order_and_in_pages_that_lead_on() {
    let (registry, server) = empty().await;
    for tag in ["1.10.0", "latest", "1.9.0"] {
        registry.push("acme/whale", tag, &image("{}"));
    }
    let mut target = "/v2/acme/whale/tags/list?n=2".to_owned();
    let mut tags = Vec::new();
    loop {
        let answer = send(server.address(), &format!("GET {target}"), &[], b"").await;
        let page = answer.json()["tags"].as_array().unwrap().clone();
        assert!(page.len() <= 2);
        tags.extend(page);
        let Some(link) = answer.header("link") else { break };
        target = link
            .strip_prefix('<')
            .unwrap()
            .split_once('>')
            .unwrap()
            .0
            .to_owned();
    }
    assert_eq!(tags, ["1.10.0", "1.9.0", "latest"]);
}

#[tokio::test]
async fn the_catalogue_lists_every_repository() {
    let (registry, server) = empty().await;
    for repository in ["acme/whale", "acme/dolphin"] {
        registry.push(repository, "1.0.0", &image("{}"));
    }
    let answer = send(server.address(), "GET /v2/_catalog", &[], b"").await;
    assert_eq!(
        answer.json()["repositories"],
        serde_json::json!(["acme/dolphin", "acme/whale"])
    );
}

#[tokio::test]
async fn every_platform_of_an_index_is_served_with_its_attestation() {
    let (registry, server) = empty().await;
    let index =
        outrigger_embedded::Image::index([("linux/amd64", image("{}")), ("linux/arm64", image("{ }"))])
            .with_attestation();
    registry.push("acme/whale", "1.0.0", &index);
    assert_eq!(index.images().len(), 4);
    for image in index.images() {
        let target = format!("GET /v2/acme/whale/manifests/{}", image.digest());
        assert_eq!(send(server.address(), &target, &[], b"").await.status, 200);
        let config = image.config_digest().unwrap();
        let target = format!("GET /v2/acme/whale/blobs/{config}");
        assert_eq!(send(server.address(), &target, &[], b"").await.status, 200);
    }
}

#[tokio::test]
async fn a_tag_can_be_moved_and_taken_away() {
    let (registry, server) = empty().await;
    let first = registry.push("acme/whale", "1.0.0", &image("{}"));
    let second = registry.push("acme/whale", "1.0.0", &image("{ }"));
    assert_ne!(first, second);
    let by_tag = "GET /v2/acme/whale/manifests/1.0.0";
    let answer = send(server.address(), by_tag, &[], b"").await;
    assert_eq!(
        answer.header("docker-content-digest"),
        Some(second.to_string().as_str())
    );

    assert!(registry.delete_tag("acme/whale", "1.0.0"));
    assert!(!registry.delete_tag("acme/whale", "1.0.0"));
    assert_eq!(send(server.address(), by_tag, &[], b"").await.status, 404);
    let by_digest = format!("GET /v2/acme/whale/manifests/{first}");
    assert_eq!(send(server.address(), &by_digest, &[], b"").await.status, 200);

    assert!(registry.delete_repository("acme/whale"));
    assert_eq!(send(server.address(), &by_digest, &[], b"").await.status, 404);
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_answered() {
    let (registry, server) = empty().await;
    let whale = image("{}");
    registry.push("acme/whale", "1.0.0", &whale);
    let layer = format!("/v2/acme/whale/blobs/{}", whale.layer_digests()[0]);
    send(server.address(), "HEAD /v2/acme/whale/manifests/9?x=y", &[], b"").await;
    send(
        server.address(),
        &format!("GET {layer}"),
        &["Range: bytes=0-0"],
        b"",
    )
    .await;
    let entry = |method: &str, path: &str, status, range: Option<&str>| Request {
        method: method.to_owned(),
        path: path.to_owned(),
        status,
        range: range.map(str::to_owned),
    };
    assert_eq!(
        registry.requests(),
        [
            entry("HEAD", "/v2/acme/whale/manifests/9?x=y", 404, None),
            entry("GET", &layer, 206, Some("bytes=0-0")),
        ]
    );
    registry.clear_requests();
    assert!(registry.requests().is_empty());
}

#[tokio::test]
async fn a_dropped_server_is_gone_and_its_content_is_not() {
    let (registry, server) = empty().await;
    registry.push("acme/whale", "1.0.0", &image("{}"));
    let address = server.address();
    assert_eq!(server.authority(), address.to_string());
    drop(server);
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let again = registry.serve().await.unwrap();
    let answer = send(again.address(), "GET /v2/acme/whale/tags/list", &[], b"").await;
    assert_eq!(answer.json()["tags"], serde_json::json!(["1.0.0"]));
}
