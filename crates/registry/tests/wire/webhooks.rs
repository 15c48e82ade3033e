//! Posting to what is no registry.

use outrigger_registry::{Client, NetworkProblem, Settings, Undelivered, Webhook};

use crate::fixture::{client, settings};
use crate::server::{Server, ok, reply, status};

fn webhook(server: &Server) -> Webhook {
    Webhook::new(&server.url("/services/hunter2?token=hunter2")).unwrap()
}

#[tokio::test]
async fn json_is_posted_once() {
    let server = Server::start(|_| ok("thanks")).await;
    client()
        .post(&webhook(&server), b"{\"a\":1}".to_vec())
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    let (method, path) = (seen[0].method.as_str(), seen[0].path.as_str());
    assert_eq!((method, path), ("POST", "/services/hunter2"));
    assert_eq!(seen[0].query, "token=hunter2");
    assert_eq!(seen[0].body, "{\"a\":1}");
    assert_eq!(seen[0].headers["content-type"], "application/json");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Server::start(|_| ok("")).await;
    let target = elsewhere.url("/");
    let server = Server::start(move |_| reply(307, &[("location", &target)], "")).await;
    let undelivered = client().post(&webhook(&server), Vec::new()).await.unwrap_err();
    assert!(
        matches!(undelivered, Undelivered::Answered { status: 307, .. }),
        "{undelivered}"
    );
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_failure_says_where_to_and_never_the_path() {
    let server = Server::start(|_| status(500)).await;
    let webhook = webhook(&server);
    let authority = server.authority.clone();
    let answered = client().post(&webhook, Vec::new()).await.unwrap_err().to_string();
    assert_eq!(answered, format!("http://{authority} answers 500"));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let webhook = Webhook::new(&format!("http://{nobody}/services/hunter2")).unwrap();
    let unsent = client().post(&webhook, Vec::new()).await.unwrap_err();
    assert!(
        matches!(
            &unsent,
            Undelivered::Unsent {
                kind: outrigger_registry::ErrorKind::Network {
                    problem: NetworkProblem::Refused,
                    ..
                },
                ..
            }
        ),
        "{unsent:?}"
    );
    assert!(!unsent.to_string().contains("hunter2"), "{unsent}");
}

#[tokio::test]
async fn offline_nothing_is_posted() {
    let server = Server::start(|_| ok("")).await;
    let settings = Settings {
        offline: true,
        ..settings()
    };
    let client = Client::new(settings).unwrap();
    let undelivered = client.post(&webhook(&server), Vec::new()).await.unwrap_err();
    assert!(
        matches!(undelivered, Undelivered::Offline { .. }),
        "{undelivered}"
    );
    assert!(server.seen().is_empty());
}
