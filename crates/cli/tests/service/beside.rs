//! The command line on the home folder of a running service.

use serde_json::json;

use crate::scene::{Scene, large_whale, whale};

#[test]
#[ignore = "needs docker-registry"]
fn the_command_line_waits_for_a_job_of_the_same_extension() {
    let (scene, _link) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 200_000));
    let service = scene.serve();
    let job = service.order(&json!({ "kind": "install", "reference": "acme/whale", "accept": true }));
    service.wait_for(&job, &["running"]);
    while service.get(&format!("/v1/jobs/{job}"))["progress"]["size"] == 0 {}
    let output = scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    assert!(
        output.stderr.contains("another process is changing"),
        "{output:?}"
    );
    assert_eq!(service.wait_for(&job, &["done", "failed"])["state"], "done");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
}

#[test]
#[ignore = "needs docker-registry"]
fn what_the_command_line_changes_the_service_tells() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    assert_eq!(
        service.get("/v1/extensions?state=installed")["extensions"],
        json!([])
    );
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    let listed = service.get("/v1/extensions?state=installed");
    assert_eq!(listed["extensions"][0]["installed"]["version"], "1.0.0");
    scene.outrigger.run(["rm", "acme/whale"]).ok();
    assert_eq!(
        service.get("/v1/extensions?state=installed")["extensions"],
        json!([])
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn who_listens_hears_of_what_others_change() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let mut events = service.events(None);
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    assert_eq!(events.next_event().name, "changed", "an install");
    // What belongs to the same change was told with it, or is told now.
    let run = |line: &[&str]| {
        scene.outrigger.run(line.iter().copied()).ok();
    };
    let changes: [(&str, &dyn Fn()); 3] = [
        ("a scan", &|| run(&["scan"])),
        ("another allow-list", &|| {
            scene.outrigger.allow("acme/whale\n");
        }),
        ("a removal", &|| run(&["rm", "acme/whale"])),
    ];
    for (what, change) in changes {
        std::thread::sleep(std::time::Duration::from_millis(500));
        let mut events = service.events(None);
        change();
        assert_eq!(events.next_event().name, "changed", "{what}");
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn a_folder_that_takes_the_place_of_a_watched_one_is_watched() {
    let scene = Scene::new();
    let service = scene.serve();
    let activations = scene.outrigger.home().join("activations");
    std::fs::create_dir(&activations).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    std::fs::rename(&activations, scene.outrigger.home().join("before")).unwrap();
    std::fs::create_dir(&activations).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let mut events = service.events(None);
    std::fs::write(activations.join("note"), "").unwrap();
    assert_eq!(events.next_event().name, "changed");
}
