//! Servers that fail, and networks that do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::response::Response;
use outrigger_registry::{Client, ErrorKind, Limits, NetworkProblem, Settings, Tags as _};

use crate::fixture::{Image, client, id, kind, on_docker_hub, quick, settings, with_endpoints};
use crate::server::{Seen, Server, reply, status};

fn patient() -> Client {
    let limits = Limits {
        retries: 2,
        ..quick()
    };
    Client::new(Settings { limits, ..settings() }).unwrap()
}

/// Fails `times` times, and then serves.
fn failing(
    times: usize,
    failure: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static {
    let count = Arc::new(AtomicUsize::new(0));
    move |request| {
        if count.fetch_add(1, Ordering::SeqCst) < times {
            failure()
        } else {
            Image::new().serve(request)
        }
    }
}

#[tokio::test]
async fn a_server_that_fails_for_a_moment_is_asked_again() {
    let server = Server::start(failing(2, || status(503))).await;
    assert_eq!(patient().tags(&id(&server)).await.unwrap().len(), 1);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_left_after_the_retries() {
    let server = Server::start(failing(9, || {
        reply(502, &[], r#"{"errors":[{"code":"UNKNOWN","message":"no disk"}]}"#)
    }))
    .await;
    let error = patient().tags(&id(&server)).await.unwrap_err();
    assert_eq!(
        *kind(&error),
        ErrorKind::Server {
            status: 502,
            after: None,
            said: Some("UNKNOWN no disk".to_owned())
        }
    );
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_once() {
    let server = Server::start(|_| status(404)).await;
    patient().tags(&id(&server)).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_short_pause_is_kept_and_a_long_one_is_reported() {
    let server = Server::start(failing(1, || reply(429, &[("retry-after", "1")], ""))).await;
    let start = Instant::now();
    patient().tags(&id(&server)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));

    let server = Server::start(failing(1, || reply(429, &[("retry-after", "60")], ""))).await;
    let error = patient().tags(&id(&server)).await.unwrap_err();
    let after = Some(Duration::from_secs(60));
    assert_eq!(*kind(&error), ErrorKind::RateLimited { after });
    assert_eq!(server.count(), 1);

    let date = [
        ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("retry-after", "Wed, 21 Oct 2015 07:29:00 GMT"),
    ];
    let server = Server::start(failing(1, move || reply(429, &date, ""))).await;
    let error = patient().tags(&id(&server)).await.unwrap_err();
    assert_eq!(*kind(&error), ErrorKind::RateLimited { after });
}

#[tokio::test]
async fn trouble_on_the_way_is_told_apart() {
    let problem = |error: &outrigger_registry::Error| match kind(error) {
        ErrorKind::Network { problem, cause } => {
            assert!(!cause.is_empty());
            *problem
        }
        other => panic!("{other:?}"),
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let nobody = model::ExtensionId::new(&authority, "acme/whale").unwrap();

    // Connected by the system, and never answered.
    let error = client().tags(&nobody).await.unwrap_err();
    assert_eq!(problem(&error), NetworkProblem::Timeout, "{error}");
    drop(listener);
    let error = client().tags(&nobody).await.unwrap_err();
    assert_eq!(problem(&error), NetworkProblem::Refused, "{error}");

    let closing = Server::raw("", b"").await;
    let error = client().tags(&id(&closing)).await.unwrap_err();
    assert_eq!(problem(&error), NetworkProblem::Broken, "{error}");

    let in_the_clear = Server::start(|_| status(200)).await;
    let https = format!("https://{}", in_the_clear.authority);
    let error = with_endpoints(settings(), &[https])
        .tags(&on_docker_hub())
        .await
        .unwrap_err();
    assert_eq!(problem(&error), NetworkProblem::Tls, "{error}");

    // No name has a part of more than 63 letters, so that nobody is asked for its address.
    let nameless = format!("http://{}.example", "x".repeat(64));
    let error = with_endpoints(settings(), &[nameless])
        .tags(&on_docker_hub())
        .await
        .unwrap_err();
    assert_eq!(problem(&error), NetworkProblem::Dns, "{error}");
}

#[tokio::test]
async fn an_answer_that_drips_ends_in_time() {
    let server = Server::start(|_| {
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Some((Ok::<_, std::io::Error>(" "), ()))
        });
        Response::new(axum::body::Body::from_stream(drops))
    })
    .await;
    let start = Instant::now();
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::Network {
            problem: NetworkProblem::Timeout,
            ..
        }
    ));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_error_without_end_is_read_only_so_far() {
    let server = Server::raw("HTTP/1.1 500 Oh\r\n\r\n", &[b'x'; 4096]).await;
    let start = Instant::now();
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert!(matches!(
        kind(&error),
        ErrorKind::Server {
            status: 500,
            said: None,
            ..
        }
    ));
    assert!(start.elapsed() < Duration::from_millis(700));
}
