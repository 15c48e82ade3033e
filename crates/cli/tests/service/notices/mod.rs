//! What the user is told of updates: on which ways, once, and not when it is not wanted.

mod automatic;
mod desktop;
mod moments;
mod ways;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Service;

use crate::scene::{Scene, whale};

const TITLE: &str = "Whale 1.2.0 is available (installed: 1.1.0)";

/// A whale is installed, and a newer one was pushed; the scan is yet to come.
fn waiting(notices: &str) -> Scene {
    let scene = Scene::new();
    scene.configure(&format!("[notices]\n{notices}\n"));
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    scene.push("acme/whale", "1.2.0", &whale("1.2.0").build());
    scene
}

/// Starts the service with one more variable around it.
fn serve_with(scene: &Scene, name: &str, value: &str) -> Service {
    let mut command = scene.outrigger.command();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--format", "json"])
        .env(name, value);
    Service::of(&mut command)
}

fn scan(service: &Service) {
    service.carry_out(&json!({ "kind": "scan" }));
}

fn sent(service: &Service) -> Vec<Value> {
    service.get("/v1/notices")["notices"].as_array().unwrap().clone()
}

/// Waits until so many notices were sent.
fn wait_for(service: &Service, count: usize) -> Vec<Value> {
    let start = Instant::now();
    loop {
        let sent = sent(service);
        if sent.len() >= count {
            return sent;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "only {sent:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Long enough for a notice that should not come.
fn nothing_more_comes() {
    std::thread::sleep(Duration::from_millis(700));
}
