//! Jobs: two at once, cancelling, and events that go on where they were cut off.

use serde_json::json;

use crate::scene::{self, Scene, alone, large_whale, whale};

#[test]
#[ignore = "needs docker-registry"]
fn two_installs_of_one_extension_at_once_are_one() {
    let (scene, _link) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 400_000));
    scene.push("acme/squid", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let order = json!({ "kind": "install", "reference": "acme/whale", "accept": true });
    let first = service.order(&order);
    let second = service.post("/v1/jobs", &order).is_problem(409, "busy");
    assert_eq!(second.json()["instance"], format!("/v1/jobs/{first}"));
    service.carry_out(&json!({ "kind": "install", "reference": "acme/squid", "accept": true }));
    let first = service.get(&format!("/v1/jobs/{first}"));
    assert_eq!(first["state"], "running", "another extension did not wait for it");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_job_is_cancelled_in_a_download_and_leaves_nothing_behind() {
    let (scene, _link) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 400_000));
    let service = scene.serve();
    let job = scene::half_downloaded(&service);
    service.ask("DELETE", &format!("/v1/jobs/{job}")).now().gives(202);
    let told = service.wait_for(&job, &["cancelled", "done", "failed"]);
    assert_eq!(told["state"], "cancelled");
    service
        .ask("DELETE", &format!("/v1/jobs/{job}"))
        .now()
        .is_problem(409, "finished");
    assert_eq!(scene.version(), None);
    // The lock is free again, and what was fetched is not fetched twice.
    let again = service.order(&json!({ "kind": "install", "reference": "acme/whale", "accept": true }));
    assert_eq!(service.wait_for(&again, &["done", "failed"])["state"], "done");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
    scene.outrigger.run(["verify"]).ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_job_that_asks_can_be_cancelled() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let job = service.order(&json!({ "kind": "install", "reference": "acme/whale" }));
    service.wait_for(&job, &["asking"]);
    service.ask("DELETE", &format!("/v1/jobs/{job}")).now().gives(202);
    assert_eq!(
        service.wait_for(&job, &["cancelled", "failed", "done"])["state"],
        "cancelled"
    );
    assert_eq!(scene.version(), None);
}

#[test]
fn events_go_on_where_a_client_was_cut_off() {
    let (_outrigger, service) = alone();
    let mut events = service.events(None);
    let first = service.order(&json!({ "kind": "scan" }));
    let heard = events.until(&first, "done");
    drop(events);

    let second = service.order(&json!({ "kind": "scan" }));
    service.wait_for(&second, &["done"]);
    let mark = &heard.last().unwrap().id;
    let mut events = service.events(Some(mark));
    let missed = events.until(&second, "done");
    assert!(missed.iter().all(|event| event.name != "missed"), "{missed:?}");
    assert!(
        missed.iter().all(|event| event.data["id"] != first.as_str()),
        "{missed:?}"
    );
}

#[test]
fn who_comes_from_another_run_or_nowhere_is_told_that_events_are_missed() {
    let (_outrigger, service) = alone();
    for id in ["1-1", "whale", "-", "99999999999999999999-1"] {
        let mut events = service.events(Some(id));
        assert_eq!(events.next_event().name, "missed", "{id}");
    }
}

#[test]
fn clients_that_leave_in_the_middle_of_events_harm_nobody() {
    let (_outrigger, service) = alone();
    for _ in 0..20 {
        drop(service.events(None));
    }
    let job = service.order(&json!({ "kind": "scan" }));
    service.wait_for(&job, &["done"]);
}
