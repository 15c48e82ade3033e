//! Where a registry may send us on to, and with what.

use model::Digest;
use outrigger_registry::{Descriptor, ErrorKind, Fetch as _, Invalid};

use crate::fixture::{ANNA, DockerConfig, LAYER, client, id, invalid, kind};
use crate::server::{Seen, Server, ok, reply, status};

fn layer() -> Descriptor {
    Descriptor {
        media_type: String::new(),
        digest: Digest::of(LAYER),
        size: LAYER.len() as u64,
        platform: None,
    }
}

fn challenge() -> axum::response::Response {
    reply(401, &[("www-authenticate", "Basic realm=\"Registry\"")], "")
}

/// A registry that wants a password and then sends on to `target`.
async fn sending_on_to(target: String) -> Server {
    Server::start(move |request| match request.authorization() {
        Some(ANNA) => reply(307, &[("location", &target)], ""),
        _ => challenge(),
    })
    .await
}

#[tokio::test]
async fn a_blob_may_lie_elsewhere_but_no_login_goes_there() {
    let elsewhere = Server::start(|_| ok(LAYER)).await;
    let server = sending_on_to(elsewhere.url("/bucket?signature=s3cr3t")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let mut blob = docker.client().blob(&id(&server), &layer()).await.unwrap();
    assert!(!format!("{blob:?}").contains("s3cr3t"));
    while blob.chunk().await.unwrap().is_some() {}
    let seen = elsewhere.seen();
    assert_eq!((seen.len(), seen[0].authorization()), (1, None));
    assert_eq!(seen[0].query, "signature=s3cr3t");
}

#[tokio::test]
async fn on_the_same_host_the_login_stays() {
    let server = Server::start(
        |request: &Seen| match (request.authorization(), request.path.as_str()) {
            (Some(ANNA), "/elsewhere") => ok(LAYER),
            (Some(ANNA), _) => reply(302, &[("location", "/elsewhere")], ""),
            _ => challenge(),
        },
    )
    .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().blob(&id(&server), &layer()).await.unwrap();
}

#[tokio::test]
async fn who_is_sent_on_to_cannot_ask_for_the_login() {
    let elsewhere = Server::start(|_| challenge()).await;
    let server = sending_on_to(elsewhere.url("/?s3cr3t")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let error = docker.client().blob(&id(&server), &layer()).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::HiddenOrMissing { status: 401, .. }),
        "{error}"
    );
    assert_eq!(elsewhere.count(), 1);
    assert_eq!(elsewhere.seen()[0].authorization(), None);
}

#[tokio::test]
async fn who_is_sent_on_to_cannot_name_a_token_server() {
    let realm = Server::start(|_| ok(r#"{"token":"s3cr3t"}"#)).await;
    let bearer = format!("Bearer realm=\"{}\"", realm.url("/token"));
    let elsewhere = Server::start(move |_| reply(401, &[("www-authenticate", &bearer)], "")).await;
    let target = elsewhere.url("/");
    let server = Server::start(move |_| reply(307, &[("location", &target)], "")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().blob(&id(&server), &layer()).await.unwrap_err();
    assert_eq!((server.count(), elsewhere.count(), realm.count()), (1, 1, 0));
}

#[tokio::test]
async fn coming_back_brings_the_login_back_to_its_own_host_only() {
    let way = Server::start(|request| {
        let back = format!("http://{}/back", request.query);
        reply(302, &[("location", &back)], "")
    })
    .await;
    let first = way.url("/");
    let server =
        Server::start(
            move |request: &Seen| match (request.authorization(), request.path.as_str()) {
                (Some(ANNA), "/back") => ok(LAYER),
                (Some(ANNA), _) => {
                    let host = request.headers["host"].to_str().unwrap();
                    reply(302, &[("location", &format!("{first}?{host}"))], "")
                }
                _ => challenge(),
            },
        )
        .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().blob(&id(&server), &layer()).await.unwrap();
    assert_eq!(way.seen()[0].authorization(), None);
}

#[tokio::test]
async fn redirects_without_end_are_left() {
    let server =
        Server::start(|request: &Seen| reply(302, &[("location", &format!("{}x", request.path))], "")).await;
    let error = client().blob(&id(&server), &layer()).await.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::Redirect { .. }), "{error}");
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_redirect_that_would_be_less_safe_is_not_followed() {
    for target in [
        "http://cdn.example/b?s3cr3t",
        "ftp://cdn.example/",
        "https://anna:hunter2@cdn.example/",
        "https://[",
    ] {
        let server = Server::start(move |_| reply(302, &[("location", target)], "")).await;
        let error = client().blob(&id(&server), &layer()).await.unwrap_err();
        assert!(matches!(invalid(&error), Invalid::Redirect { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_odd_status() {
    let server = Server::start(|_| status(302)).await;
    let error = client().blob(&id(&server), &layer()).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Server { status: 302, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_location_without_a_redirect_leads_nowhere() {
    let server = Server::start(|_| reply(200, &[("location", "/elsewhere")], LAYER)).await;
    client().blob(&id(&server), &layer()).await.unwrap();
    assert_eq!(server.count(), 1);
}
