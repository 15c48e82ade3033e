//! Tokens for many repositories: asked for together where that can be had, one by one where not.

use axum::response::Response;
use model::ExtensionId;
use outrigger_registry::{Client, Tags as _};
use serde_json::json;

use crate::fixture::client;
use crate::server::{Seen, Server, ok, reply, status};

const REPOSITORIES: usize = 30;

/// The scopes of a request for a token.
fn scopes(request: &Seen) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(request.query.as_bytes());
    pairs
        .filter(|(name, _)| name == "scope")
        .map(|(_, scope)| scope.into_owned())
        .collect()
}

/// A token that says what it is for.
fn token(scopes: &[String]) -> Response {
    ok(json!({"token": scopes.join("+")}).to_string())
}

/// A token server, and a registry that reads its tokens.
struct Pair {
    realm: Server,
    registry: Server,
}

impl Pair {
    async fn new(give: impl Fn(&[String]) -> Response + Clone + Send + Sync + 'static) -> Self {
        let realm = Server::start(move |request| give(&scopes(request))).await;
        let address = realm.url("/token");
        let registry = Server::start(move |request| serve(request, &address)).await;
        Self { realm, registry }
    }

    fn ids(&self) -> Vec<ExtensionId> {
        let id = |number| ExtensionId::new(&self.registry.authority, &format!("acme/whale-{number}"));
        (0..REPOSITORIES).map(|number| id(number).unwrap()).collect()
    }

    /// Lists the tags of every repository, one after the other: the requests to the token server and to the registry.
    async fn cost(&self, client: &Client) -> (usize, usize) {
        for id in &self.ids() {
            client.tags(id).await.unwrap();
        }
        (self.realm.count(), self.registry.count())
    }

    fn expecting(&self) -> Client {
        let client = client();
        client.expect(&self.ids());
        client
    }
}

/// The tags of a repository, for who has a token for it.
fn serve(request: &Seen, realm: &str) -> Response {
    let repository = request
        .path
        .trim_start_matches("/v2/")
        .trim_end_matches("/tags/list");
    let scope = format!("repository:{repository}:pull");
    let shown = request.authorization().unwrap_or_default();
    let mut allowed = shown.trim_start_matches("Bearer ").split('+');
    if allowed.any(|allowed| allowed == scope) {
        return ok(r#"{"tags":["1.0.0"]}"#);
    }
    let challenge = format!("Bearer realm=\"{realm}\",service=\"whales\",scope=\"{scope}\"");
    reply(401, &[("www-authenticate", &challenge)], "")
}

#[tokio::test]
async fn tokens_for_twenty_repositories_are_asked_for_at_once() {
    let pair = Pair::new(token).await;
    assert_eq!(pair.cost(&pair.expecting()).await, (2, 1 + REPOSITORIES));
    let asked: Vec<_> = pair.realm.seen().iter().map(|seen| scopes(seen).len()).collect();
    assert_eq!(asked, [20, 10]);
}

#[tokio::test]
async fn what_is_asked_for_side_by_side_waits_for_one_token() {
    let pair = Pair::new(token).await;
    let client = pair.expecting();
    let ids = pair.ids().into_iter().take(16);
    let tasks: Vec<_> = ids
        .map(|id| {
            let client = client.clone();
            tokio::spawn(async move { client.tags(&id).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(pair.realm.count() <= 2, "{}", pair.realm.count());
}

#[tokio::test]
async fn a_token_that_is_only_for_the_first_costs_one_refusal() {
    let pair = Pair::new(|scopes| token(&scopes[..1])).await;
    assert_eq!(
        pair.cost(&pair.expecting()).await,
        (REPOSITORIES, 2 + REPOSITORIES)
    );
}

#[tokio::test]
async fn a_token_server_that_refuses_several_is_asked_for_one_each() {
    let pair = Pair::new(|scopes| match scopes {
        [_] => token(scopes),
        _ => status(400),
    })
    .await;
    assert_eq!(
        pair.cost(&pair.expecting()).await,
        (1 + REPOSITORIES, 1 + REPOSITORIES)
    );
}

#[tokio::test]
async fn nothing_is_asked_for_that_was_not_expected() {
    let pair = Pair::new(token).await;
    assert_eq!(pair.cost(&client()).await, (REPOSITORIES, 1 + REPOSITORIES));
}
