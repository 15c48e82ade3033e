//! Updates that nobody asked for.

use std::time::{Duration, Instant};

use embedded::Image;
use embedded::image::Layer;
use serde_json::{Value, json};
use testkit::Service;

use crate::scene::{Scene, WHALE, whale};

/// A service in whose home folder whale and squid 1.2.0 are installed. The squid is updated by itself, to show that a scan was worked
/// off.
struct Ship {
    scene: Scene,
    service: Service,
    squids: std::cell::Cell<u32>,
}

impl Ship {
    /// With this level for the whale.
    fn new(level: &str) -> Self {
        let scene = Scene::new();
        configure(&scene, level);
        for repository in ["acme/whale", "acme/squid"] {
            scene.push(repository, "1.2.0", &whale("1.2.0").build());
            scene.outrigger.run(["install", repository, "--force"]).ok();
        }
        let service = scene.serve();
        Self {
            scene,
            service,
            squids: std::cell::Cell::new(0),
        }
    }

    fn push(&self, version: &str) {
        self.scene.push("acme/whale", version, &whale(version).build());
    }

    /// Scans, and waits until the service has done what it does by itself after that.
    fn scan(&self) {
        self.service.carry_out(&json!({ "kind": "scan" }));
        // One scan is worked off before the next, and the squid comes before the whale.
        let squid = format!("1.2.{}", self.squids.get() + 1);
        self.squids.set(self.squids.get() + 1);
        self.scene.push("acme/squid", &squid, &whale(&squid).build());
        self.service.carry_out(&json!({ "kind": "scan" }));
        let start = Instant::now();
        while self.version_of("docker.io/acme/squid") != squid {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the squid stays behind"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn version_of(&self, id: &str) -> String {
        let listed = self.scene.outrigger.run(["ls", "--format", "json"]).ok().json();
        let mut extensions = listed["extensions"].as_array().unwrap().iter();
        let extension = extensions.find(|extension| extension["id"] == id).unwrap();
        extension["version"].as_str().unwrap().to_owned()
    }

    /// The version of the whale.
    fn version(&self) -> String {
        self.version_of("docker.io/acme/whale")
    }

    /// What was done with the whale, the last first: kind, version after, whether by itself.
    fn history(&self) -> Vec<Value> {
        let history = self.service.get(&format!("/v1/extensions/{WHALE}/history"));
        let operations = history["operations"].as_array().unwrap().iter();
        operations
            .map(|operation| json!([operation["kind"], operation["to"], operation["isAutomatic"]]))
            .collect()
    }

    /// How many jobs changed the whale, or tried to.
    fn jobs(&self) -> usize {
        let jobs = self.service.get("/v1/jobs");
        let jobs = jobs["jobs"].as_array().unwrap().iter();
        jobs.filter(|job| job["extension"] == "docker.io/acme/whale")
            .count()
    }

    fn page(&self, path: &str) -> String {
        self.service.ask("GET", path).now().gives(200).body
    }
}

fn configure(scene: &Scene, level: &str) {
    scene.configure(&format!(
        "[updates.extension]\n\"acme/squid\" = \"patch\"\n\"acme/whale\" = \"{level}\"\n"
    ));
}

/// A whale that brings another program besides.
fn greedy(version: &str) -> Image {
    let programs = r#"[{"linux":[{"path":"/bin/whalectl"}]},{"linux":[{"path":"/bin/harpoon"}]}]"#;
    let metadata = format!(
        r#"{{"icon":"whale.svg","ui":{{"dashboard-tab":{{"title":"Whale","root":"/ui","src":"index.html"}}}},"host":{{"binaries":{programs}}}}}"#
    );
    let top = Layer::new()
        .file("metadata.json", metadata, 0o644)
        .file("bin/harpoon", "#!/bin/sh\n", 0o755);
    whale(version).layer(top).build()
}

#[test]
#[ignore = "needs docker-registry"]
fn nothing_is_updated_where_it_is_off() {
    let ship = Ship::new("off");
    ship.push("1.2.5");
    ship.scan();
    assert_eq!(ship.version(), "1.2.0");
    assert_eq!(ship.jobs(), 0);
}

#[test]
#[ignore = "needs docker-registry"]
fn a_level_takes_the_newest_release_within_it_and_everything_tells_of_it() {
    let ship = Ship::new("patch");
    for version in ["1.2.4", "1.2.5", "1.3.0", "2.0.0", "2.0.0-rc.1"] {
        ship.push(version);
    }
    ship.scan();
    assert_eq!(ship.version(), "1.2.5");
    assert_eq!(
        ship.history(),
        [
            json!(["update", "1.2.5", true]),
            json!(["install", "1.2.0", false])
        ]
    );
    let outrigger = &ship.scene.outrigger;
    let told = outrigger.run(["history", "acme/whale"]).ok();
    assert!(told.stdout.contains("update (automatic)"), "{}", told.stdout);
    let told = outrigger
        .run(["history", "acme/whale", "--format", "json"])
        .ok()
        .json();
    assert_eq!(told["operations"][0]["automatic"], true);
    assert_eq!(told["operations"][1]["automatic"], false);
    let installed = ship.page("/installed");
    assert!(installed.contains("Updated by itself to 1.2.5"), "{installed}");
    assert!(installed.contains("Go back to 1.2.0"), "{installed}");
    assert!(
        ship.page("/activity")
            .contains("Updated by itself from 1.2.0 to 1.2.5")
    );
    assert!(ship.page("/settings").contains("Automatic updates"));
    // 2.0.0 waits for a person, and costs no further job.
    let jobs = ship.jobs();
    ship.scan();
    assert_eq!((ship.version().as_str(), ship.jobs()), ("1.2.5", jobs));
    outrigger.run(["verify"]).ok();

    // The configuration is read anew after each scan.
    configure(&ship.scene, "all");
    ship.scan();
    assert_eq!(ship.version(), "2.0.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_held_stays() {
    let ship = Ship::new("all");
    ship.scene.outrigger.run(["hold", "acme/whale"]).ok();
    ship.push("1.2.5");
    ship.scan();
    assert_eq!((ship.version().as_str(), ship.jobs()), ("1.2.0", 0));
    ship.scene.outrigger.run(["unhold", "acme/whale"]).ok();
    ship.scan();
    assert_eq!(ship.version(), "1.2.5");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_a_rollback_left_is_not_taken_again_but_what_follows_is() {
    let ship = Ship::new("patch");
    ship.push("1.2.5");
    ship.scan();
    assert_eq!(ship.version(), "1.2.5");
    ship.service
        .carry_out(&json!({ "kind": "rollback", "extension": "acme/whale" }));
    let installed = ship.page("/installed");
    assert!(!installed.contains("Updated by itself to 1.2.0"), "{installed}");
    ship.scan();
    assert_eq!(ship.version(), "1.2.0");
    ship.push("1.2.6");
    ship.scan();
    assert_eq!(ship.version(), "1.2.6");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_that_asks_for_more_is_left_to_a_person_and_looked_at_once() {
    let ship = Ship::new("all");
    ship.scene.push("acme/whale", "1.2.5", &greedy("1.2.5"));
    let before = ship.history();
    ship.scan();
    assert_eq!((ship.version().as_str(), ship.jobs()), ("1.2.0", 1));
    assert_eq!(ship.history(), before, "nothing was done");
    ship.scene.outrigger.run(["verify"]).ok();
    let job = ship.service.get("/v1/jobs")["jobs"].to_string();
    assert!(job.contains("is not taken without your yes"), "{job}");

    // Neither the cache of layers nor another run of the service makes it look again.
    fs_err::remove_dir_all(ship.scene.outrigger.home().join("blobs")).unwrap();
    let Ship {
        scene,
        service,
        squids,
    } = ship;
    service.end();
    let service = scene.serve();
    let ship = Ship {
        scene,
        service,
        squids,
    };
    ship.scene.registry.clear_requests();
    ship.scan();
    assert_eq!((ship.version().as_str(), ship.jobs()), ("1.2.0", 0));
    let requests = ship.scene.registry.requests();
    let fetched = requests
        .iter()
        .find(|request| request.path.starts_with("/v2/acme/whale/blobs/"));
    assert!(fetched.is_none(), "{fetched:?}");

    // The newest that does not ask for more is taken, and a yes takes the other.
    ship.push("1.2.4");
    ship.scan();
    assert_eq!(ship.version(), "1.2.4");
    let order = json!({ "kind": "update", "extension": "acme/whale", "accept": true });
    ship.service.carry_out(&order);
    assert_eq!(ship.version(), "1.2.5");
    assert!(!ship.page("/installed").contains("Updated by itself to 1.2.5"));
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_that_is_too_young_waits() {
    let ship = Ship::new("all");
    ship.scan(); // from here on what is new has been seen to appear
    ship.scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[policy]\nallow-list = \"allow.txt\"\nminimum-age = \"1d\"\n\
         [registry.\"docker.io\"]\nendpoint = \"http://{}\"\n[updates]\nautomatic = \"all\"\n",
        ship.scene.registry.authority()
    ));
    ship.push("1.2.5");
    ship.service.carry_out(&json!({ "kind": "scan" }));
    ship.service.carry_out(&json!({ "kind": "scan" }));
    configure(&ship.scene, "off");
    ship.scan();
    assert_eq!((ship.version().as_str(), ship.jobs()), ("1.2.0", 0));
    configure(&ship.scene, "all");
    ship.scan();
    assert_eq!(ship.version(), "1.2.5", "nothing else kept it back");
}

#[test]
#[ignore = "needs docker-registry"]
fn offline_and_without_a_scan_nothing_is_updated() {
    let ship = Ship::new("all");
    ship.push("1.2.5");
    let Ship { scene, service, .. } = ship;
    service.end();
    scene.outrigger.run(["scan"]).ok();
    scene.registry.clear_requests();
    let service = Service::start(&scene.outrigger, &["--offline"]);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(service.get("/v1/jobs")["jobs"], json!([]));
    assert!(scene.registry.requests().is_empty());
}

#[test]
#[ignore = "needs docker-registry"]
fn a_scan_of_the_command_line_counts_as_well() {
    let ship = Ship::new("patch");
    ship.push("1.2.5");
    ship.scene.outrigger.run(["scan"]).ok();
    let start = Instant::now();
    while ship.version() != "1.2.5" {
        assert!(start.elapsed() < Duration::from_secs(30), "it stays behind");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_that_moved_is_not_followed() {
    let ship = Ship::new("all");
    ship.scene.push(
        "acme/whale",
        "1.2.0",
        &whale("1.2.0").label("moved", "yes").build(),
    );
    ship.scan();
    let findings = ship.service.get("/v1/findings")["findings"].to_string();
    assert!(findings.contains("tag-moved"), "{findings}");
    assert_eq!(ship.history(), [json!(["install", "1.2.0", false])]);
    assert_eq!(ship.jobs(), 0);
}
