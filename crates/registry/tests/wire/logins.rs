//! Who gets which login, when, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::response::Response;
use outrigger_registry::{
    Client, ErrorKind, Invalid, Login, RegistrySettings, Resolve as _, Settings, Tags as _,
};
use serde_json::json;

use crate::fixture::{ANNA, DockerConfig, Image, client, id, invalid, kind, settings, tag};
use crate::server::{Seen, Server, ok, reply, status};

/// A registry that wants a password.
fn with_password(request: &Seen) -> Response {
    if request.authorization() == Some(ANNA) {
        return Image::new().serve(request);
    }
    reply(401, &[("www-authenticate", "Basic realm=\"Registry\"")], "")
}

/// A registry that wants the token `good` from `realm`.
fn with_token(request: &Seen, realm: &str, good: &str) -> Response {
    if request.authorization() == Some(&format!("Bearer {good}")) {
        return Image::new().serve(request);
    }
    let challenge =
        format!("Bearer realm=\"{realm}\",service=\"whales\",scope=\"repository:acme/whale:pull\"");
    reply(401, &[("www-authenticate", &challenge)], "")
}

/// A token server, and a registry that wants its tokens.
async fn token_pair(token: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> (Server, Server) {
    let realm = Server::start(token).await;
    let address = realm.url("/token");
    let registry = Server::start(move |request| with_token(request, &address, "s3cr3t")).await;
    (realm, registry)
}

#[tokio::test]
async fn nobody_is_told_who_we_are_without_asking() {
    let server = Server::start(|request| Image::new().serve(request)).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().tags(&id(&server)).await.unwrap();
    assert_eq!(server.seen()[0].authorization(), None);
}

#[tokio::test]
async fn a_password_is_given_when_it_is_asked_for_and_then_unasked() {
    let server = Server::start(with_password).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let client = docker.client();
    client.tags(&id(&server)).await.unwrap();
    client.head(&id(&server), &tag()).await.unwrap();
    let seen = server.seen();
    let given: Vec<_> = seen.iter().map(Seen::authorization).collect();
    assert_eq!(given, [None, Some(ANNA), Some(ANNA)]);
}

#[tokio::test]
async fn without_a_login_it_is_not_known_whether_the_repository_exists() {
    let server = Server::start(with_password).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert_eq!(
        *kind(&error),
        ErrorKind::HiddenOrMissing {
            status: 401,
            login: Login::None
        }
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_refused_password_is_named_by_its_entry_and_not_tried_again() {
    let server = Server::start(|_| reply(401, &[("www-authenticate", "Basic realm=x")], "")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let client = docker.client();
    let error = client.tags(&id(&server)).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::LoginRefused { login: Login::Auths { key, .. } } if *key == server.authority)
    );
    assert!(error.to_string().contains("config.json"), "{error}");
    assert_eq!(server.count(), 2);
    // It is remembered that a password is wanted, and there is no other.
    client.tags(&id(&server)).await.unwrap_err();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_403_says_which_login_was_tried() {
    let server = Server::start(|request| match request.authorization() {
        Some(_) => status(403),
        None => with_password(request),
    })
    .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let error = docker.client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::HiddenOrMissing {
            status: 403,
            login: Login::Auths { .. }
        }
    ));
}

#[tokio::test]
async fn a_403_with_a_challenge_gets_the_login() {
    let server = Server::start(|request| match request.authorization() {
        Some(ANNA) => Image::new().serve(request),
        _ => reply(403, &[("www-authenticate", "Basic realm=\"Registry\"")], ""),
    })
    .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().tags(&id(&server)).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_403_without_a_challenge_gets_no_login_and_says_so() {
    let server = Server::start(|_| status(403)).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let error = docker.client().tags(&id(&server)).await.unwrap_err();
    let expected = ErrorKind::HiddenOrMissing {
        status: 403,
        login: Login::NotAsked,
    };
    assert_eq!(*kind(&error), expected);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_challenge_that_nobody_can_answer_is_named() {
    for challenge in ["Negotiate", "Digest realm=\"x\", nonce=\"y\"", ""] {
        let server = Server::start(move |_| reply(401, &[("www-authenticate", challenge)], "")).await;
        let error = client().tags(&id(&server)).await.unwrap_err();
        let reason = unavailable(&error);
        assert!(reason.contains(challenge.split(' ').next().unwrap()), "{error}");
        assert_eq!(server.count(), 1);
    }
}

/// Why there was no login to give.
fn unavailable(error: &outrigger_registry::Error) -> String {
    match kind(error) {
        ErrorKind::HiddenOrMissing {
            status: 401,
            login: Login::Unavailable { reason },
        } => reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_anonymous_token_is_fetched_once_and_used_until_it_ends() {
    let (realm, server) = token_pair(|_| ok(r#"{"token":"s3cr3t","expires_in":300}"#)).await;
    let client = client();
    client.tags(&id(&server)).await.unwrap();
    client.head(&id(&server), &tag()).await.unwrap();
    let asked = &realm.seen()[0];
    assert_eq!(asked.parameter("service").as_deref(), Some("whales"));
    assert_eq!(
        asked.parameter("scope").as_deref(),
        Some("repository:acme/whale:pull")
    );
    assert_eq!(asked.authorization(), None);
    assert_eq!((realm.count(), server.count(), client.requests()), (1, 3, 4));
}

#[tokio::test]
async fn a_token_that_has_ended_is_fetched_anew() {
    let (realm, server) = token_pair(|_| ok(r#"{"access_token":"s3cr3t","expires_in":1}"#)).await;
    let client = client();
    client.tags(&id(&server)).await.unwrap();
    client.tags(&id(&server)).await.unwrap();
    assert_eq!((realm.count(), server.count()), (2, 3));
}

#[tokio::test]
async fn a_token_that_is_refused_early_is_fetched_anew_once() {
    let issued = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&issued);
    let realm = Server::start(move |_| {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        ok(json!({"token": format!("s3cr3t{number}")}).to_string())
    })
    .await;
    let address = realm.url("/token");
    let newest = Arc::clone(&issued);
    // Only the second token and later ones are good, as if the first had been withdrawn after one use.
    let used = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |request| {
        let good = match used.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => 0,
            _ => 1,
        };
        assert!(newest.load(Ordering::SeqCst) <= 2);
        with_token(request, &address, &format!("s3cr3t{good}"))
    })
    .await;
    let client = client();
    client.tags(&id(&server)).await.unwrap();
    client.tags(&id(&server)).await.unwrap();
    assert_eq!((realm.count(), server.count()), (2, 4));
}

#[tokio::test]
async fn a_registry_that_is_never_content_is_left() {
    let (realm, server) = token_pair(|_| ok(r#"{"token":"wrong"}"#)).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::HiddenOrMissing { status: 401, .. }),
        "{error}"
    );
    assert_eq!((realm.count(), server.count()), (1, 2));
}

#[tokio::test]
async fn requests_that_come_together_fetch_one_token() {
    let (realm, server) = token_pair(|_| ok(r#"{"token":"s3cr3t"}"#)).await;
    let client = client();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (client, id) = (client.clone(), id(&server));
            tokio::spawn(async move { client.tags(&id).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(realm.count(), 1);
}

#[tokio::test]
async fn a_password_goes_to_the_token_server_and_only_its_token_to_the_registry() {
    let (realm, server) = token_pair(|request| match request.authorization() {
        Some(ANNA) => ok(r#"{"token":"s3cr3t"}"#),
        _ => status(401),
    })
    .await;
    let docker = DockerConfig::with_password_for(&server.authority);
    docker.client().tags(&id(&server)).await.unwrap();
    assert_eq!(realm.seen()[0].authorization(), Some(ANNA));
    let seen = server.seen();
    let given: Vec<_> = seen.iter().map(Seen::authorization).collect();
    assert_eq!(given, [None, Some("Bearer s3cr3t")]);
}

#[tokio::test]
async fn an_identity_token_is_exchanged_in_the_body_of_a_form() {
    let (realm, server) = token_pair(|request| match request.method.as_str() {
        "POST" => ok(r#"{"access_token":"s3cr3t"}"#),
        _ => status(401),
    })
    .await;
    let docker = DockerConfig::new(&json!({"auths": {&server.authority: {"identitytoken": "hunter2"}}}));
    docker.client().tags(&id(&server)).await.unwrap();
    let asked = &realm.seen()[0];
    let form: Vec<_> = url::form_urlencoded::parse(asked.body.as_bytes())
        .into_owned()
        .collect();
    let has = |name: &str, value: &str| form.contains(&(name.to_owned(), value.to_owned()));
    assert!(
        has("grant_type", "refresh_token") && has("refresh_token", "hunter2"),
        "{form:?}"
    );
    assert!(
        has("scope", "repository:acme/whale:pull") && has("service", "whales"),
        "{form:?}"
    );
    assert_eq!((asked.query.as_str(), asked.authorization()), ("", None));
}

#[tokio::test]
async fn a_form_with_a_login_is_not_sent_on() {
    let other = Server::start(|_| ok(r#"{"token":"s3cr3t"}"#)).await;
    let target = other.url("/token");
    let (_realm, server) = token_pair(move |_| reply(307, &[("location", &target)], "")).await;
    let docker = DockerConfig::new(&json!({"auths": {&server.authority: {"identitytoken": "hunter2"}}}));
    let error = docker.client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::Redirect { .. }), "{error}");
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn what_a_token_server_says_is_told_apart() {
    let (_realm, server) = token_pair(|_| status(401)).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::HiddenOrMissing {
            login: Login::None,
            ..
        }
    ));
    let docker = DockerConfig::with_password_for(&server.authority);
    let error = docker.client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(kind(&error), ErrorKind::LoginRefused { .. }), "{error}");

    let (_realm, server) = token_pair(|_| ok(r#"{"token":""}"#)).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(unavailable(&error).contains("without a token"), "{error}");

    let (_realm, server) = token_pair(|_| status(404)).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Server { status: 404, .. }),
        "{error}"
    );

    let (_realm, server) = token_pair(|_| ok(vec![b' '; 65 * 1024])).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::TooLarge {
            setting: "limits.token-size",
            ..
        }
    ));
}

#[tokio::test]
async fn a_login_is_kept_back_from_a_token_server_elsewhere() {
    let server = Server::start(|request| with_token(request, "https://auth.example/token?s3cr3t", "x")).await;
    let docker = DockerConfig::with_password_for(&server.authority);
    let client = docker.client();
    let error = client.tags(&id(&server)).await.unwrap_err();
    assert!(matches!(kind(&error), ErrorKind::RealmNotTrusted { realm, .. } if realm == "auth.example"));
    assert_eq!(client.requests(), 1);
}

#[tokio::test]
async fn a_token_server_in_the_clear_is_not_asked_at_all() {
    let server = Server::start(|request| with_token(request, "http://auth.example/token?s3cr3t", "x")).await;
    let client = client();
    let error = client.tags(&id(&server)).await.unwrap_err();
    assert!(
        unavailable(&error).contains("`http://auth.example/token`"),
        "{error}"
    );
    assert_eq!(client.requests(), 1);
}

#[tokio::test]
async fn a_search_for_a_login_that_hangs_ends_in_time() {
    let server = Server::start(with_password).await;
    let folder = tempfile::tempdir().unwrap();
    // Nobody ever writes into this pipe, as a helper may wait for a dialog that nobody sees.
    let pipe = folder.path().join("config.json");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let mut settings = settings();
    settings.docker_config = Some(folder.path().to_owned().try_into().unwrap());
    settings.limits.helper_time = std::time::Duration::from_millis(200);
    let error = Client::new(settings)
        .unwrap()
        .tags(&id(&server))
        .await
        .unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::HiddenOrMissing {
            login: Login::Unavailable { .. },
            ..
        }
    ));
}

#[tokio::test]
async fn a_realm_that_is_no_host_is_a_mistake_in_the_settings() {
    let its = RegistrySettings {
        realm: Some("https://auth.example/token".to_owned()),
        ..RegistrySettings::default()
    };
    let error = Client::new(Settings {
        registries: [("registry.example".to_owned(), its)].into(),
        ..settings()
    })
    .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{error}");
}
