//! Being told to stop, also in the middle of something.

use std::time::Duration;

use serde_json::json;

use crate::scene::{self, Scene, alone, large_whale, whale};

#[test]
fn an_idle_service_stops_at_once_and_takes_its_address_along() {
    let (outrigger, service) = alone();
    let (code, took) = service.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(!outrigger.home().join("service/address.json").exists());
}

#[test]
fn streams_of_events_and_idle_connections_do_not_keep_it() {
    let (_outrigger, service) = alone();
    let events = service.events(None);
    let silent = std::net::TcpStream::connect(service.authority()).unwrap();
    let (code, took) = service.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(events.ends());
    drop(silent);
}

#[test]
#[ignore = "needs docker-registry"]
fn in_the_middle_of_a_download_it_stops_and_nothing_is_half_done() {
    let (scene, _link) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 400_000));
    let service = scene.serve();
    let job = scene::half_downloaded(&service);
    let (code, took) = service.end();
    assert_eq!(code, Some(0), "job {job}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(scene.version(), None);
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    scene.outrigger.run(["verify"]).ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_question_does_not_keep_it() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let job = service.order(&json!({ "kind": "install", "reference": "acme/whale" }));
    service.wait_for(&job, &["asking"]);
    let (code, took) = service.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(scene.version(), None);
}

#[test]
fn a_killed_service_leaves_nothing_that_stops_the_next_one() {
    let (outrigger, service) = alone();
    service.kill();
    let next = testkit::Service::start(&outrigger, &[]);
    next.ask("GET", "/v1/health").now().gives(200);
}
