//! The cache of layers: by the real registry's access log, no byte comes twice. And what a pass cost.

use std::collections::BTreeMap;

use testkit::Hub;

use crate::scene::{Scene, extension};

/// The paths of everything whose content was fetched more than once.
fn fetched_twice(scene: &Scene) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for request in scene.registry.requests() {
        if request.method == "GET" && request.path.contains("sha256:") {
            *counts.entry(request.path).or_default() += 1;
        }
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|(path, _)| path).collect()
}

#[test]
#[ignore = "needs docker-registry"]
fn siblings_updates_the_way_back_and_repairs_fetch_no_byte_twice() {
    let scene = Scene::new();
    scene.registry.clear_requests();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.run("install acme/other --force").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    scene.run("update acme/whale --force").ok();
    scene.run("install acme/whale:1.0.0 --force").ok();
    scene.run("install acme/whale:1.1.0 --force").ok();
    for extension in ["acme/whale:1.1.0", "acme/other"] {
        let generations = scene.outrigger.home().join("extensions");
        std::fs::remove_dir_all(&generations).unwrap();
        scene.run(&format!("install {extension} --force")).ok();
    }
    scene.run("rm acme/whale").ok();
    scene.run("install acme/whale:1.0.0 --force").ok();
    assert_eq!(fetched_twice(&scene), [""; 0]);
    let layers = |name: &str| {
        let requests = scene.registry.requests();
        let blobs = requests
            .iter()
            .filter(|request| request.method == "GET" && request.is_for_blob());
        blobs.filter(|request| request.path.contains(name)).count()
    };
    // Two releases with two layers and a config each, of which they share a layer; the sibling shares it too.
    assert_eq!((layers("acme/whale"), layers("acme/other")), (5, 2));
}

#[test]
#[ignore = "needs docker-registry"]
fn with_a_cache_of_nothing_everything_works_and_nothing_is_kept() {
    let scene = Scene::new();
    scene.config("[limits]\nblob-cache = 0\n");
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let blobs = scene.outrigger.home().join("blobs");
    assert!(!blobs.exists() || std::fs::read_dir(&blobs).unwrap().count() == 0);
    scene.push("1.1.0");
    let asked = scene.asked_by("update acme/whale --force", 0);
    assert!(asked.contains("layer 0"), "{asked}");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_cache_that_cannot_be_used_stops_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let blobs = scene.outrigger.home().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "in the way").unwrap();
    scene.push("1.1.0");
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_pass_says_what_it_cost_and_what_is_left() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let hub = Hub::limiting(scene.registry.authority(), 100);
    scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[policy]\nallow-list = \"allow.txt\"\n[registry.\"docker.io\"]\nendpoint = \"http://{}\"\n",
        hub.authority()
    ));
    scene.outrigger.allow("acme/whale");
    let first = scene.run("scan --format json").ok().json();
    let cost = &first["cost"];
    assert_eq!(
        (&cost["requests"], &cost["manifestReads"]),
        (&3.into(), &1.into())
    );
    assert!(cost["bytes"].as_u64().unwrap() > 500, "{cost}");
    insta::assert_snapshot!(cost["left"], @r#"[{"registry":"docker.io","left":99,"limit":100,"windowSeconds":21600,"resetSeconds":null}]"#);
    assert_eq!(first["unfinished"], serde_json::json!([]));
    let shown = scene.run("show acme/whale -v").ok().stderr;
    assert!(
        shown.contains("2 requests, 0 of them manifest reads, ")
            && shown.contains("docker.io: 99 of 100 manifest reads in 6 hours are left"),
        "{shown}"
    );
}
