//! A real registry that wants tokens, from a token server behind nginx.

use std::time::Duration;

use serde_json::json;
use testkit::{Authority, Fault, FaultyRegistry, Login, Nginx, RealRegistry, TokenServer, Twin};

use crate::scene::{Scene, whale};

/// `acme/whale` and `acme/otter` at a registry for tokens.
struct Guarded {
    scene: Scene,
    /// Before the registry; it only counts, unless told otherwise.
    front: FaultyRegistry,
    tokens: TokenServer,
    _nginx: Nginx,
    _twin: Twin,
    registry: RealRegistry,
}

impl Guarded {
    fn new(login: Login) -> Self {
        let authority = Authority::new("Corp Root");
        let tokens = TokenServer::start(&authority, login).unwrap();
        let identity = authority.issue("auth", &["127.0.0.1"]);
        let nginx = Nginx::start(&identity, &[("/auth/", tokens.authority())]).unwrap();
        let registry = RealRegistry::start().unwrap();
        for repository in ["acme/whale", "acme/otter"] {
            registry.push(repository, "1.0.0", &whale("1.0.0"));
        }
        let realm = format!("https://{}/auth/token", nginx.authority());
        let twin = registry.for_tokens(&realm, &authority).unwrap();
        let front = FaultyRegistry::in_front_of(twin.authority());
        let scene = Scene::new();
        let ca = scene.outrigger.surroundings().join("ca.pem");
        std::fs::copy(authority.certificate(), &ca).unwrap();
        scene.outrigger.config(&format!(
            "[host]\nplatform = \"linux/amd64\"\n[policy]\nallow-list = \"allow.txt\"\n\
             [limits]\nidle-time = \"3s\"\n[registry.\"docker.io\"]\nendpoint = \"http://{}\"\nca = \"{ca}\"\n",
            front.authority()
        ));
        scene.outrigger.allow("acme/whale\nacme/otter\n");
        Self {
            scene,
            front,
            tokens,
            _nginx: nginx,
            _twin: twin,
            registry,
        }
    }

    fn granted(&self) -> Vec<bool> {
        self.tokens
            .requests()
            .iter()
            .map(|asked| asked.is_granted)
            .collect()
    }
}

const PULL: &str = "repository:acme/whale:pull";

#[test]
#[ignore = "needs docker-registry and nginx"]
fn an_install_takes_one_token() {
    let guarded = Guarded::new(Login::Anyone);
    guarded.scene.install().ok();
    let asked = guarded.tokens.requests();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].scopes, [PULL]);
    // One request is refused, and says where the token is to be had; the others come with it.
    assert_eq!(guarded.front.requests().len(), 6);
}

#[test]
#[ignore = "needs docker-registry and nginx"]
fn a_password_goes_to_the_token_server_and_a_wrong_one_is_named_by_its_entry() {
    let guarded = Guarded::new(Login::Password("anna".to_owned(), "hunter2".to_owned()));
    let authority = guarded.front.authority();
    guarded.scene.outrigger.login(authority, "anna", "wrong");
    let output = guarded.scene.install().fails_with(5);
    let entry = format!("the login was refused (auths entry `{authority}` of ");
    assert!(output.stderr.contains(&entry), "{}", output.stderr);
    guarded.scene.outrigger.login(authority, "anna", "hunter2");
    guarded.scene.install().ok();
    assert_eq!(guarded.granted(), [false, true]);
    // The registry itself never saw it.
    let asked = guarded.front.requests();
    assert!(asked.iter().all(|asked| {
        asked
            .authorization
            .as_deref()
            .is_none_or(|shown| shown.starts_with("Bearer "))
    }));
}

#[test]
#[ignore = "needs docker-registry and nginx"]
fn an_identity_token_of_dockers_configuration_is_exchanged_by_post() {
    let guarded = Guarded::new(Login::Identity("r3fresh".to_owned()));
    let entry =
        json!({"auth": "MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg==", "identitytoken": "r3fresh"});
    guarded
        .scene
        .outrigger
        .docker_config(&json!({"auths": {guarded.front.authority(): entry}}));
    guarded.scene.install().ok();
    let asked = guarded.tokens.requests();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].method.as_str(), asked[0].is_granted), ("POST", true));
}

#[test]
#[ignore = "needs docker-registry and nginx"]
fn a_token_that_ends_in_the_middle_of_a_layer_is_replaced_and_the_layer_goes_on() {
    let guarded = Guarded::new(Login::Anyone);
    // The line falls silent for longer than the token lives, which is said to live for an hour.
    guarded.tokens.set_life(Duration::from_secs(2));
    let layer = guarded.scene.layer();
    guarded.front.times(1, &layer, Fault::StallBody(100_000));
    guarded.scene.install().ok();
    assert_eq!(guarded.granted(), [true, true]);
    let ranges: Vec<_> = guarded
        .front
        .requests()
        .into_iter()
        .filter(|asked| asked.path.contains(&layer))
        .map(|asked| asked.range)
        .collect();
    let rest = Some("bytes=100000-".to_owned());
    assert_eq!(
        ranges,
        [None, rest.clone(), rest],
        "the second is refused for its old token"
    );
}

#[test]
#[ignore = "needs docker-registry and nginx"]
fn a_push_asks_to_write_and_where_blobs_are_mounted_to_read_beside_it() {
    let guarded = Guarded::new(Login::Password("anna".to_owned(), "hunter2".to_owned()));
    let authority = guarded.front.authority();
    guarded.scene.outrigger.login(authority, "anna", "hunter2");
    guarded.scene.run("push acme/whale:1.0.0 acme/orca:1.0.0").ok();
    let scopes: Vec<_> = guarded
        .tokens
        .requests()
        .into_iter()
        .map(|asked| asked.scopes)
        .collect();
    let write = "repository:acme/orca:pull,push";
    let wanted: [&[&str]; 3] = [&[PULL], &[write], &[write, PULL]];
    for wanted in wanted {
        assert!(
            scopes.iter().any(|scopes| scopes == wanted),
            "{wanted:?} of {scopes:?}"
        );
    }
    // The registry took them from the other repository: no blob was fetched, and none was brought.
    let asked = guarded.front.requests();
    let travelled = asked.iter().filter(|asked| {
        asked.path.contains("/blobs/") && ["GET", "PATCH", "PUT"].contains(&asked.method.as_str())
    });
    assert_eq!(travelled.count(), 0, "{asked:?}");
    let scene = &guarded.scene;
    scene.outrigger.allow("acme/orca\n");
    scene.run("install acme/orca:1.0.0 --force").ok();
}

#[test]
#[ignore = "needs docker-registry, nginx and skopeo"]
fn a_push_without_a_login_that_counts_is_told_so_and_brings_nothing() {
    let guarded = Guarded::new(Login::Password("anna".to_owned(), "hunter2".to_owned()));
    let authority = guarded.front.authority();
    guarded.scene.outrigger.login(authority, "anna", "wrong");
    let layout = guarded.scene.outrigger.surroundings().join("layout");
    testkit::skopeo::copy_between(
        &format!("docker://{}/acme/whale:1.0.0", guarded.registry.authority()),
        &format!("oci:{layout}"),
    )
    .unwrap();
    let refused = guarded
        .scene
        .run(&format!("push oci:{layout} acme/orca:1.0.0"))
        .fails_with(5);
    assert!(
        refused.stderr.contains("the login was refused"),
        "{}",
        refused.stderr
    );
    let asked = guarded.front.requests();
    assert!(asked.iter().all(|asked| asked.method == "HEAD"), "{asked:?}");
}

#[test]
#[ignore = "needs docker-registry and nginx"]
fn a_scan_takes_one_token_for_its_repositories() {
    let guarded = Guarded::new(Login::Anyone);
    guarded.scene.run("scan").ok();
    assert_eq!(guarded.tokens.requests().len(), 1);
    let mut scopes: Vec<_> = guarded
        .tokens
        .requests()
        .into_iter()
        .flat_map(|asked| asked.scopes)
        .collect();
    scopes.sort();
    assert_eq!(scopes, ["repository:acme/otter:pull", PULL]);
}
