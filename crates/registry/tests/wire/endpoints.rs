//! Endpoints that stand in for a registry: their order, and whose login they get.

use axum::response::Response;
use outrigger_registry::{ErrorKind, Login, Tags as _};

use crate::fixture::{ANNA, DockerConfig, Image, kind, on_docker_hub, settings, with_endpoints};
use crate::server::{Seen, Server, ok, reply, status};

async fn good() -> Server {
    Server::start(|request| Image::new().serve(request)).await
}

fn challenge(_: &Seen) -> Response {
    reply(401, &[("www-authenticate", "Basic realm=x")], "")
}

#[tokio::test]
async fn an_endpoint_stands_in_for_the_registry() {
    let server = Server::start(|request| {
        assert_eq!(request.path, "/mirror/v2/acme/whale/tags/list");
        ok(r#"{"tags":["1.0.0"]}"#)
    })
    .await;
    let client = with_endpoints(settings(), &[server.url("/mirror/")]);
    assert_eq!(client.tags(&on_docker_hub()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_next_endpoint_is_tried_after_what_says_nothing_about_it() {
    for code in [401, 403, 404, 500, 503] {
        let (first, second) = (Server::start(move |_| status(code)).await, good().await);
        let client = with_endpoints(settings(), &[first.url(""), second.url("")]);
        let tags = client.tags(&on_docker_hub()).await;
        assert_eq!(tags.unwrap().len(), 1, "{code}");
        assert_eq!((first.count(), second.count()), (1, 1), "{code}");
    }
    let (first, second) = (Server::start(challenge).await, good().await);
    let client = with_endpoints(settings(), &[first.url(""), second.url("")]);
    assert_eq!(client.tags(&on_docker_hub()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_next_endpoint_is_tried_where_nobody_listens() {
    let second = good().await;
    let client = with_endpoints(settings(), &[nobody().await, second.url("")]);
    assert_eq!(client.tags(&on_docker_hub()).await.unwrap().len(), 1);
}

/// An address where nobody listens any more.
async fn nobody() -> String {
    let gone = Server::start(|_| status(200)).await;
    let url = gone.url("");
    drop(gone);
    // The listener goes with its task, which ends when it is next run.
    tokio::task::yield_now().await;
    url
}

#[tokio::test]
async fn bad_content_and_rate_limits_are_not_covered_up_by_another_endpoint() {
    for answer in [reply(200, &[], "<html>"), status(429)] {
        let answer = std::sync::Arc::new(std::sync::Mutex::new(Some(answer)));
        let first = Server::start(move |_| answer.lock().unwrap().take().unwrap()).await;
        let second = good().await;
        let client = with_endpoints(settings(), &[first.url(""), second.url("")]);
        client.tags(&on_docker_hub()).await.unwrap_err();
        assert_eq!(second.count(), 0);
    }
}

#[tokio::test]
async fn the_last_failure_is_told_unless_a_login_has_to_be_repaired() {
    let missing = || Server::start(|_| status(404));
    let (first, second) = (Server::start(|_| status(500)).await, missing().await);
    let client = with_endpoints(settings(), &[first.url(""), second.url("")]);
    let error = client.tags(&on_docker_hub()).await.unwrap_err();
    assert!(matches!(kind(&error), ErrorKind::NotFound { .. }), "{error}");
    assert!(error.url().unwrap().starts_with(&second.url("/")), "{error}");

    let (first, second) = (Server::start(challenge).await, missing().await);
    let docker = DockerConfig::with_password_for(&first.authority);
    let client = with_endpoints(docker.settings(), &[first.url(""), second.url("")]);
    let error = client.tags(&on_docker_hub()).await.unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::LoginRefused {
                login: Login::Auths { .. }
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_gets_its_own_login_and_never_the_registrys() {
    let server = Server::start(challenge).await;
    let docker = DockerConfig::with_password_for("https://index.docker.io/v1/");
    let client = with_endpoints(docker.settings(), &[server.url("")]);
    let error = client.tags(&on_docker_hub()).await.unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::HiddenOrMissing {
                login: Login::None,
                ..
            }
        ),
        "{error}"
    );

    let docker = DockerConfig::with_password_for(&server.authority);
    let client = with_endpoints(docker.settings(), &[server.url("")]);
    client.tags(&on_docker_hub()).await.unwrap_err();
    assert_eq!(server.seen().last().unwrap().authorization(), Some(ANNA));
}
