use embedded::image::{Image, Layer};
use outrigger_testkit::{RealRegistry, Request};

use crate::wire::get;

#[test]
#[ignore = "needs docker-registry"]
fn the_access_log_tells_each_request_once_and_none_of_our_own() {
    let registry = RealRegistry::start().unwrap();
    assert_eq!(registry.requests(), []);
    get(
        registry.authority(),
        "/v2/acme/whale/tags/list?n=3",
        "User-Agent: test/1\r\n",
    );
    let expected = [Request {
        method: "GET".to_owned(),
        path: "/v2/acme/whale/tags/list?n=3".to_owned(),
        status: 404,
        length: 118,
        user_agent: "test/1".to_owned(),
    }];
    assert_eq!(registry.requests(), expected);
    assert_eq!(registry.requests(), expected);
    registry.clear_requests();
    assert_eq!(registry.requests(), []);
}

#[test]
#[ignore = "needs docker-registry"]
fn a_registry_with_login_lets_nobody_else_in() {
    let registry = RealRegistry::start_with_login("bob", "secret").unwrap();
    let status = |login: &str| get(registry.authority(), "/v2/", login).0;
    assert_eq!(status(""), 401);
    assert_eq!(status("Authorization: Basic Ym9iOndyb25n\r\n"), 401);
    assert_eq!(status("Authorization: Basic Ym9iOnNlY3JldA==\r\n"), 200);
}

#[test]
#[ignore = "needs docker-registry"]
fn a_dropped_registry_is_gone() {
    let registry = RealRegistry::start().unwrap();
    let authority = registry.authority().to_owned();
    drop(registry);
    assert!(std::net::TcpStream::connect(authority).is_err());
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_pushed_is_there_and_what_is_deleted_is_gone() {
    let registry = RealRegistry::start_with_login("bob", "secret").unwrap();
    let status = |path: &str| {
        get(
            registry.authority(),
            path,
            "Authorization: Basic Ym9iOnNlY3JldA==\r\n",
        )
        .0
    };
    let single = Image::builder()
        .layer(Layer::new().file("metadata.json", "{}", 0o644))
        .build();
    let image = single.clone().with_attestation();
    let digest = registry.push("acme/whale", "1.0.0", &image);
    registry.push("acme/whale", "1.1.0", &single);
    assert_eq!(status("/v2/acme/whale/manifests/1.0.0"), 200);
    let blob = single.config_digest().unwrap();
    assert_eq!(status(&format!("/v2/acme/whale/blobs/{blob}")), 200);
    registry.delete_blob("acme/whale", blob);
    assert_eq!(status(&format!("/v2/acme/whale/blobs/{blob}")), 404);
    registry.delete_manifest("acme/whale", &digest);
    assert_eq!(status("/v2/acme/whale/manifests/1.0.0"), 404);
    assert_eq!(status("/v2/acme/whale/manifests/1.1.0"), 200);
}
