//! Bad input: each has its status and code, and no state is harmed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::scene::alone;

#[test]
fn what_cannot_be_understood_is_refused_with_its_code() {
    let (_outrigger, service) = alone();
    let order = |order: serde_json::Value| service.post("/v1/jobs", &order);
    order(json!({})).is_problem(400, "usage");
    order(json!({ "kind": "dance" })).is_problem(400, "usage");
    order(json!({ "kind": "scan", "colour": "blue" })).is_problem(400, "usage");
    order(json!({ "kind": "install" })).is_problem(400, "usage");
    order(json!({ "kind": "install", "reference": "acme/whale:" })).is_problem(400, "usage");
    order(json!({ "kind": "install", "reference": "acme/whale", "accept": "yes" })).is_problem(400, "usage");
    order(json!({ "kind": "update", "extension": "acme/whale", "to": "1.0.0", "acceptMoved": true }))
        .is_problem(400, "usage");
    order(json!({ "kind": "rollback", "extension": "acme/whale", "to": "sha256:12" }))
        .is_problem(400, "usage");
    order(json!({ "kind": "scan", "extensions": ["../../etc"] })).is_problem(400, "usage");
    assert_eq!(service.get("/v1/jobs"), json!({ "jobs": [] }));

    let post = |body: &[u8], media: &str| {
        let asking = service.ask("POST", "/v1/jobs").with("content-type", media);
        asking.body(body.to_vec()).now()
    };
    post(b"{\"kind\":", "application/json").is_problem(400, "usage");
    post(b"\xff\xfe", "application/json").is_problem(400, "usage");
    post(b"kind=scan", "application/x-www-form-urlencoded").is_problem(415, "media-type");
    post(&vec![b' '; 65 * 1024], "application/json").is_problem(413, "too-large");
}

#[test]
fn a_page_that_tells_what_failed_looks_as_pages_are_wanted() {
    let (_outrigger, service) = alone();
    let page =
        |method: &str, path: &str, cookie: &str| service.ask(method, path).with("cookie", cookie).now().body;
    let asked = [
        ("GET", "/jobs/1"),
        ("GET", "/extensions/..%2Fetc"),
        ("POST", "/hold"),
        ("GET", "/nowhere"),
        ("POST", "/installed"),
    ];
    for (method, path) in asked {
        for (cookie, theme) in [
            ("outrigger-theme=dark", "dark"),
            ("outrigger-theme=light", "light"),
        ] {
            let page = page(method, path, cookie);
            assert!(page.contains("That did not work"), "{method} {path}: {page}");
            assert!(
                page.contains(&format!("data-theme=\"{theme}\"")),
                "{method} {path}: {page}"
            );
        }
    }
}

#[test]
fn what_does_not_exist_is_not_found() {
    let (_outrigger, service) = alone();
    let ask = |method: &str, path: &str| service.ask(method, path).now();
    ask("GET", "/v1/nothing").is_problem(404, "not-found");
    ask("GET", "/v1/extensions/docker.io%2Facme%2Fwhale").is_problem(404, "not-installed");
    ask("GET", "/v1/extensions/docker.io%2Facme%2Fwhale/icon").is_problem(404, "not-installed");
    ask("PUT", "/v1/extensions/docker.io%2Facme%2Fwhale/hold").is_problem(404, "not-installed");
    ask("GET", "/v1/extensions/..%2F..%2Fetc").is_problem(400, "usage");
    ask("GET", "/v1/jobs/1").is_problem(404, "not-found");
    ask("DELETE", "/v1/jobs/1").is_problem(404, "not-found");
    ask("GET", "/v1/jobs/one").is_problem(400, "usage");
    ask("GET", "/v1/extensions?state=lost").is_problem(400, "usage");
    ask("GET", "/v1/search?words=whale").is_problem(400, "usage");
    ask("DELETE", "/v1/health").is_problem(405, "method");
    service
        .post("/v1/jobs/1/answer", &json!({ "accept": true }))
        .is_problem(404, "not-found");
    let history = service.get("/v1/extensions/docker.io%2Facme%2Fwhale/history");
    assert_eq!(history, json!({ "operations": [], "problems": [] }));
}

#[test]
fn a_job_that_fails_says_why_in_the_words_of_the_command_line() {
    let (_outrigger, service) = alone();
    for (order, code) in [
        (
            json!({ "kind": "update", "extension": "acme/whale" }),
            "not-installed",
        ),
        (
            json!({ "kind": "rollback", "extension": "acme/whale" }),
            "not-installed",
        ),
        (
            json!({ "kind": "remove", "reference": "acme/whale" }),
            "not-installed",
        ),
        (
            json!({ "kind": "install", "reference": "127.0.0.1:1/acme/whale", "accept": true }),
            "network",
        ),
    ] {
        let job = service.order(&order);
        let told = service.wait_for(&job, &["done", "failed"]);
        assert_eq!(told["problem"]["code"], code, "{told}");
    }
}

#[test]
fn a_broken_configuration_is_told_and_the_service_goes_on_once_it_is_mended() {
    let (outrigger, service) = alone();
    outrigger.config("[policy]\nminimum-age = \"soon\"\n");
    let told = service
        .ask("GET", "/v1/health")
        .now()
        .is_problem(500, "configuration");
    assert!(told.body.contains("config.toml:2"), "{told:?}");
    outrigger.config("");
    service.ask("GET", "/v1/health").now().gives(200);
}

#[test]
fn clients_that_send_nonsense_or_nothing_keep_nobody_else_waiting() {
    let (_outrigger, service) = alone();
    let silent: Vec<_> = (0..20)
        .map(|_| TcpStream::connect(service.authority()).unwrap())
        .collect();
    let mut rude = TcpStream::connect(service.authority()).unwrap();
    rude.write_all(b"\x16\x03\x01 hello\r\n\r\n").unwrap();
    let mut answer = String::new();
    rude.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let head = "x".repeat(1024 * 1024);
    let refused = service.ask("GET", "/v1/health").with("x-large", &head).now();
    assert_eq!(refused.status, 431);
    service.ask("GET", "/v1/health").now().gives(200);
    drop(silent);
}
