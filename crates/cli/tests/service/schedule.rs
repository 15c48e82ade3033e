//! Scans that nobody asked for.

use std::time::{Duration, Instant};

use testkit::Service;

use crate::scene::{Scene, whale};

/// Waits until there was a scan.
fn scanned_at(service: &Service) -> String {
    let start = Instant::now();
    loop {
        if let Some(time) = service.get("/v1/findings")["scannedAt"].as_str() {
            return time.to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "there was no scan");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn the_service_scans_by_itself_and_remembers_it_over_a_restart() {
    let scene = Scene::new();
    scene.configure("[scan]\nfirst = \"1s\"\nevery = \"1m\"\n");
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let first = scanned_at(&service);
    let findings = service.get("/v1/findings")["findings"].clone();
    assert!(findings.to_string().contains("new-extension"), "{findings}");
    let jobs = service.get("/v1/jobs")["jobs"].clone();
    assert_eq!(jobs.as_array().unwrap().len(), 1, "{jobs}");
    service.end();
    let kept = fs_err::read_to_string(scene.outrigger.home().join("service/schedule.json")).unwrap();
    assert!(kept.contains("endedAt"), "{kept}");

    let service = scene.serve();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(scanned_at(&service), first, "it is not time yet");
}

#[test]
#[ignore = "needs docker-registry"]
fn offline_nothing_is_asked() {
    let scene = Scene::new();
    scene.configure("[scan]\nfirst = \"1s\"\n");
    scene.registry.clear_requests();
    let service = Service::start(&scene.outrigger, &["--offline"]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(service.get("/v1/jobs")["jobs"], serde_json::json!([]));
    assert!(scene.registry.requests().is_empty());
}

#[test]
#[cfg(target_os = "linux")]
fn until_its_time_has_come_nothing_wakes_it() {
    /// Longer than threads without work are kept.
    const QUIET: Duration = Duration::from_secs(12);
    let (_outrigger, service) = crate::scene::alone();
    service.get("/v1/extensions");
    std::thread::sleep(QUIET);
    let before = waits(&service);
    assert!(!before.is_empty());
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(waits(&service), before);
}

/// How often each thread of the service has stopped to wait, which it does once for each time that it is woken.
#[cfg(target_os = "linux")]
fn waits(service: &Service) -> Vec<String> {
    let folder = format!("/proc/{}/task", service.process());
    let of = |thread: std::io::Result<fs_err::DirEntry>| {
        let status = fs_err::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let mut lines = status.lines();
        lines
            .find(|line| line.starts_with("voluntary_ctxt_switches"))
            .unwrap()
            .to_owned()
    };
    fs_err::read_dir(folder).unwrap().map(of).collect()
}
