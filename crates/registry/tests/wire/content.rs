//! Documents, configs and blobs: what is taken and what is refused.

use model::Digest;
use outrigger_registry::{
    BlobStream, Client, Content, Descriptor, ErrorKind, Fetch as _, ImageManifest, Invalid, NetworkProblem,
    Resolve as _, Selector, Tags as _,
};
use serde_json::json;

use crate::fixture::{Image, LAYER, MANIFEST, client, id, invalid, kind, quick, settings, tag};
use crate::server::{Server, ok, reply, status};

async fn serving(image: &Image) -> Server {
    let image = image.clone();
    Server::start(move |request| image.serve(request)).await
}

async fn manifest_of(client: &Client, server: &Server) -> ImageManifest {
    let document = client.document(&id(server), &Selector::Tag(tag())).await.unwrap();
    match document.content {
        Content::Manifest(manifest) => manifest,
        Content::Index(_) => panic!("an index"),
    }
}

fn layer() -> Descriptor {
    Descriptor {
        media_type: String::new(),
        digest: Digest::of(LAYER),
        size: LAYER.len() as u64,
        platform: None,
    }
}

async fn read(mut blob: BlobStream) -> Result<Vec<u8>, outrigger_registry::Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = blob.chunk().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[tokio::test]
async fn an_image_is_read_with_one_request_for_each_of_its_parts() {
    let image = Image::new();
    let server = serving(&image).await;
    let client = client();
    let id = id(&server);

    assert_eq!(client.head(&id, &tag()).await.unwrap(), image.digest());
    let manifest = manifest_of(&client, &server).await;
    assert_eq!(manifest.digest, image.digest());
    assert_eq!(manifest.bytes, image.manifest);
    let config = client.config(&id, &manifest).await.unwrap();
    assert_eq!(config.labels["org.opencontainers.image.title"], "Whale");
    assert_eq!(config.bytes, image.config);
    let blob = client.blob(&id, &manifest.layers[0]).await.unwrap();
    assert_eq!(read(blob).await.unwrap(), LAYER);

    assert_eq!(client.requests(), 4);
    let methods: Vec<_> = server.seen().iter().map(|seen| seen.method.clone()).collect();
    assert_eq!(methods, ["HEAD", "GET", "GET", "GET"]);
}

#[tokio::test]
async fn manifests_are_asked_for_as_every_type_that_is_read() {
    let server = serving(&Image::new()).await;
    manifest_of(&client(), &server).await;
    let seen = &server.seen()[0];
    let accept = seen.headers["accept"].to_str().unwrap();
    for media_type in [
        "application/vnd.oci.image.index.v1+json",
        MANIFEST,
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ] {
        assert!(
            accept.split(", ").any(|accepted| accepted == media_type),
            "{accept}"
        );
    }
    let agent = seen.headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("outrigger/"), "{agent}");
}

#[tokio::test]
async fn a_registry_that_keeps_digests_to_itself_is_asked_for_the_document() {
    let image = Image::new();
    let kept = image.clone();
    let server =
        Server::start(move |_| reply(200, &[("content-type", MANIFEST)], kept.manifest.clone())).await;
    let client = client();
    assert_eq!(client.head(&id(&server), &tag()).await.unwrap(), image.digest());
    assert_eq!(client.requests(), 2);
}

#[tokio::test]
async fn a_document_with_another_digest_is_refused() {
    let server = Server::start(|_| ok(Image::new().manifest)).await;
    let asked = Selector::Digest(Digest::of(b"another"));
    let error = client().document(&id(&server), &asked).await.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::WrongDigest { .. }), "{error}");
}

#[tokio::test]
async fn a_digest_header_must_be_one_and_be_that_of_the_body() {
    let stated = |digest: String| async move {
        let headers = move |_: &_| reply(200, &[("docker-content-digest", &digest)], Image::new().manifest);
        let server = Server::start(headers).await;
        client()
            .document(&id(&server), &Selector::Tag(tag()))
            .await
            .unwrap_err()
    };
    let error = stated(Digest::of(b"another").to_string()).await;
    assert!(
        matches!(invalid(&error), Invalid::WrongDigestHeader { .. }),
        "{error}"
    );
    for malformed in ["sha256:../../x", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
        let error = stated(malformed.to_owned()).await;
        assert!(matches!(invalid(&error), Invalid::Digest { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_document_that_contradicts_its_content_type_is_refused() {
    let index = "application/vnd.oci.image.index.v1+json";
    let server = Server::start(move |_| reply(200, &[("content-type", index)], Image::new().manifest)).await;
    let error = client()
        .document(&id(&server), &Selector::Tag(tag()))
        .await
        .unwrap_err();
    assert!(matches!(invalid(&error), Invalid::MediaTypes { .. }), "{error}");
}

#[tokio::test]
async fn a_document_without_end_is_left_at_the_limit() {
    let announced = Server::raw("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n", b"").await;
    let endless = Server::raw("HTTP/1.1 200 OK\r\n\r\n", &[b' '; 4096]).await;
    for server in [announced, endless] {
        let error = client()
            .document(&id(&server), &Selector::Tag(tag()))
            .await
            .unwrap_err();
        let ErrorKind::TooLarge { limit, setting, .. } = kind(&error) else {
            panic!("{error}");
        };
        assert_eq!((*limit, *setting), (4 * 1024 * 1024, "limits.manifest-size"));
    }
}

#[tokio::test]
async fn a_config_is_checked_like_everything_else() {
    let image = Image::new();
    let server = Server::start(move |request| {
        if request.path.contains("/blobs/") {
            return ok("{}");
        }
        Image::new().serve(request)
    })
    .await;
    let client = client();
    let mut manifest = manifest_of(&client, &server).await;
    let error = client.config(&id(&server), &manifest).await.unwrap_err();
    let size = image.config.len() as u64;
    assert_eq!(
        *invalid(&error),
        Invalid::WrongSize {
            expected: size,
            actual: 2
        }
    );

    manifest.config.size = 2;
    let error = client.config(&id(&server), &manifest).await.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::WrongDigest { .. }), "{error}");
}

#[tokio::test]
async fn a_config_over_the_limit_is_not_even_asked_for() {
    let server = serving(&Image::new()).await;
    let client = client();
    let mut manifest = manifest_of(&client, &server).await;
    manifest.config.size = quick().config_size + 1;
    let error = client.config(&id(&server), &manifest).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::TooLarge {
            setting: "limits.config-size",
            ..
        }
    ));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_blob_with_other_bytes_fails_at_its_end_and_stays_failed() {
    let server = Server::start(|_| ok("A LAYER OF A WHALE")).await;
    let mut blob = client().blob(&id(&server), &layer()).await.unwrap();
    let error = loop {
        match blob.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("approved"),
            Err(error) => break error,
        }
    };
    assert!(matches!(invalid(&error), Invalid::WrongDigest { .. }), "{error}");
    assert!(error.to_string().contains(&layer().digest.to_string()), "{error}");
    assert!(blob.chunk().await.unwrap().is_none());
}

#[tokio::test]
async fn a_blob_of_another_announced_size_is_refused_before_its_first_byte() {
    for body in ["a layer", "a layer of a whale and more"] {
        let server = Server::start(move |_| ok(body)).await;
        let error = client().blob(&id(&server), &layer()).await.unwrap_err();
        assert!(matches!(invalid(&error), Invalid::WrongSize { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_blob_that_goes_on_is_left_with_the_first_byte_too_many() {
    let server = Server::raw("HTTP/1.1 200 OK\r\n\r\na layer of a whale", b" and more").await;
    let blob = client().blob(&id(&server), &layer()).await.unwrap();
    let error = read(blob).await.unwrap_err();
    assert!(
        matches!(invalid(&error), Invalid::WrongSize { expected: 18, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_blob_that_ends_early_is_not_approved() {
    let closed = Server::raw("HTTP/1.1 200 OK\r\n\r\na layer", b"").await;
    let blob = client().blob(&id(&closed), &layer()).await.unwrap();
    let error = read(blob).await.unwrap_err();
    assert_eq!(
        *invalid(&error),
        Invalid::WrongSize {
            expected: 18,
            actual: 7
        }
    );

    let cut = Server::raw("HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\na layer", b"").await;
    let blob = client().blob(&id(&cut), &layer()).await.unwrap();
    let error = read(blob).await.unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::Network {
                problem: NetworkProblem::Broken,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_registrys_own_terms() {
    let server = Server::start(|request| {
        let code = if request.path.contains("/tags/") {
            "NAME_UNKNOWN"
        } else {
            "MANIFEST_UNKNOWN"
        };
        reply(
            404,
            &[],
            json!({"errors": [{"code": code, "message": "x"}]}).to_string(),
        )
    })
    .await;
    let tags = client().tags(&id(&server)).await.unwrap_err();
    assert_eq!(
        *kind(&tags),
        ErrorKind::NotFound {
            missing: outrigger_registry::Missing::Repository
        }
    );
    let manifest = client()
        .document(&id(&server), &Selector::Tag(tag()))
        .await
        .unwrap_err();
    assert_eq!(
        *kind(&manifest),
        ErrorKind::NotFound {
            missing: outrigger_registry::Missing::Content
        }
    );
    assert_eq!(
        manifest.subject(),
        format!("{}/acme/whale:1.0.0", server.authority)
    );
}

#[tokio::test]
async fn offline_nothing_is_asked() {
    let server = Server::start(|_| status(200)).await;
    let offline = outrigger_registry::Settings {
        offline: true,
        ..settings()
    };
    let client = Client::new(offline).unwrap();
    let id = id(&server);
    assert_eq!(*client.tags(&id).await.unwrap_err().kind(), ErrorKind::Offline);
    assert_eq!(
        *client.head(&id, &tag()).await.unwrap_err().kind(),
        ErrorKind::Offline
    );
    assert_eq!(
        *client.blob(&id, &layer()).await.unwrap_err().kind(),
        ErrorKind::Offline
    );
    assert_eq!(
        *client.repositories(&server.authority).await.unwrap_err().kind(),
        ErrorKind::Offline
    );
    assert_eq!((client.requests(), server.count()), (0, 0));
}
