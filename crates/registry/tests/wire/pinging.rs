//! Whether a registry answers, and whom it lets in.

use outrigger_registry::{ErrorKind, Login};

use crate::fixture::{ANNA, DockerConfig, client, kind};
use crate::server::{Server, ok, reply, status};

#[tokio::test]
async fn one_that_lets_everybody_in_tells_its_time_and_is_asked_for_nothing_else() {
    let server = Server::start(|_| reply(200, &[("date", "Wed, 21 Oct 2015 07:28:00 GMT")], "{}")).await;
    let ping = client().ping(&server.authority).await.unwrap();
    assert_eq!(ping.endpoint, format!("http://{}", server.authority));
    assert_eq!(ping.login, Login::NotAsked);
    assert_eq!(ping.date.unwrap().to_string(), "2015-10-21T07:28:00Z");
    assert_eq!(server.count(), 1);
    assert_eq!(server.seen()[0].path, "/v2/");
}

#[tokio::test]
async fn a_token_to_be_let_in_with_is_asked_for_no_repository() {
    let realm = Server::start(|_| ok(r#"{"token":"s3cr3t"}"#)).await;
    let address = realm.url("/token");
    let server = Server::start(move |request| {
        if request.authorization() == Some("Bearer s3cr3t") {
            return ok("{}");
        }
        let challenge = format!("Bearer realm=\"{address}\",service=\"whales\"");
        reply(401, &[("www-authenticate", &challenge)], "")
    })
    .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let ping = docker.client().ping(&server.authority).await.unwrap();
    assert!(matches!(ping.login, Login::Auths { .. }));
    let asked = realm.seen();
    assert_eq!(asked[0].authorization(), Some(ANNA));
    assert_eq!(asked[0].query, "service=whales");
}

#[tokio::test]
async fn a_404_is_about_the_registry() {
    let server = Server::start(|_| status(404)).await;
    let error = client().ping(&server.authority).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Server { status: 404, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn what_may_pass_is_not_waited_for() {
    let server = Server::start(|_| status(503)).await;
    let error = client().ping(&server.authority).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Server { status: 503, .. }),
        "{error}"
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn logins_are_found_without_asking_the_registry() {
    let server = Server::start(|_| ok("{}")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let logins = docker.client().logins(&server.authority).await.unwrap();
    assert!(matches!(logins.as_slice(), [Login::Auths { .. }]), "{logins:?}");
    assert_eq!(server.count(), 0);
}
