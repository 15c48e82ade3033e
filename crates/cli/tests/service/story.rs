//! The whole story over the API: scan, findings, install, events, update, rollback, remove.

use serde_json::{Value, json};

use crate::scene::{Scene, WHALE, whale};

fn kinds(findings: &Value) -> Vec<String> {
    let findings = findings["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            format!(
                "{} {}",
                finding["kind"].as_str().unwrap(),
                finding["version"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

#[test]
#[ignore = "needs docker-registry"]
fn an_extension_is_found_installed_updated_taken_back_and_removed() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.push(
        "acme/squid",
        "0.1.0",
        &whale("1.0.0")
            .label("org.opencontainers.image.title", "Squid")
            .build(),
    );
    let service = scene.serve();
    assert_eq!(
        service.get("/v1/extensions"),
        json!({ "extensions": [], "isScanned": false })
    );

    let scanned = service.carry_out(&json!({ "kind": "scan" }));
    assert_eq!(scanned["result"]["visited"], 2);
    assert_eq!(scanned["progress"]["visited"], 2);
    assert_eq!(
        kinds(&service.get("/v1/findings")),
        ["new-extension 0.1.0", "new-extension 1.0.0"]
    );
    let found = service.get("/v1/search?text=SQUID");
    assert_eq!(found["extensions"].as_array().unwrap().len(), 1);
    assert_eq!(found["extensions"][0]["id"], "docker.io/acme/squid");

    // Nobody said yes: the job asks once it knows what the release is able to do, and nothing has changed until then.
    let mut events = service.events(None);
    let install = service.order(&json!({ "kind": "install", "reference": "acme/whale" }));
    let asking = service.wait_for(&install, &["asking", "failed"]);
    assert_eq!(asking["question"]["reference"], "docker.io/acme/whale:1.0.0");
    assert_eq!(asking["question"]["new"], Value::Null);
    assert_eq!(scene.version(), None);
    service
        .post(&format!("/v1/jobs/{install}/answer"), &json!({ "accept": true }))
        .gives(200);
    let heard = events.until(&install, "done");
    let states: Vec<_> = heard
        .iter()
        .map(|event| event.data["state"].as_str().unwrap_or("-"))
        .collect();
    assert!(states.contains(&"asking"), "{states:?}");
    let layers = heard.last().unwrap().data["progress"]["layers"].clone();
    assert_eq!(layers[0]["isFinished"], true, "{layers}");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));

    let detail = service.get(&format!("/v1/extensions/{WHALE}"));
    assert_eq!(detail["installed"]["version"], "1.0.0");
    assert_eq!(detail["installed"]["isHeld"], false);
    let icon = service
        .ask("GET", &format!("/v1/extensions/{WHALE}/icon"))
        .now()
        .gives(200);
    assert_eq!(icon.header("content-type"), Some("image/svg+xml"));
    assert!(
        icon.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );

    goes_on(&scene, &service);
}

/// A release that asks for more, and the way back.
fn goes_on(scene: &Scene, service: &testkit::Service) {
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    service.carry_out(&json!({ "kind": "scan", "extensions": ["acme/whale"] }));
    let listed = service.get("/v1/extensions?state=installed");
    assert_eq!(listed["extensions"][0]["installed"]["update"]["version"], "1.1.0");
    let update = service.order(&json!({ "kind": "update", "extension": "acme/whale" }));
    let asking = service.wait_for(&update, &["asking", "failed"]);
    let new = asking["question"]["new"].as_array().unwrap();
    assert_eq!(new[0]["level"], "high", "{asking}");
    assert!(new[0]["text"].as_str().unwrap().contains("whalectl"), "{asking}");
    service
        .post(&format!("/v1/jobs/{update}/answer"), &json!({ "accept": false }))
        .gives(200);
    let declined = service.wait_for(&update, &["failed", "done"]);
    assert_eq!(declined["problem"]["code"], "declined");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
    service
        .post(&format!("/v1/jobs/{update}/answer"), &json!({ "accept": true }))
        .is_problem(409, "no-question");

    let updated = service.carry_out(&json!({ "kind": "update", "extension": "acme/whale", "accept": true }));
    assert_eq!(
        updated["result"],
        json!({ "outcome": "installed", "version": "1.1.0", "from": "1.0.0" })
    );
    let again = service.carry_out(&json!({ "kind": "update", "extension": "acme/whale" }));
    assert_eq!(
        again["result"],
        json!({ "outcome": "unchanged", "version": "1.1.0" })
    );

    let back = service.carry_out(&json!({ "kind": "rollback", "extension": "acme/whale" }));
    assert_eq!(back["result"]["version"], "1.0.0");
    let detail = service.get(&format!("/v1/extensions/{WHALE}"));
    assert_eq!(detail["previous"][0]["version"], "1.1.0");
    assert_eq!(detail["previous"][0]["isLeft"], true);

    service
        .ask("PUT", &format!("/v1/extensions/{WHALE}/hold"))
        .now()
        .gives(204);
    let held =
        service.order(&json!({ "kind": "update", "extension": "acme/whale", "to": "1.1.0", "accept": true }));
    assert_eq!(
        service.wait_for(&held, &["failed", "done"])["problem"]["code"],
        "held"
    );
    service
        .ask("DELETE", &format!("/v1/extensions/{WHALE}/hold"))
        .now()
        .gives(204);

    let other = service.carry_out(&json!({ "kind": "remove", "reference": "acme/whale:1.1.0" }));
    assert_eq!(other["result"]["outcome"], "not-removed");
    let removed = service.carry_out(&json!({ "kind": "remove", "reference": "acme/whale" }));
    assert_eq!(removed["result"]["outcome"], "removed");
    assert_eq!(scene.version(), None);
    let history = service.get("/v1/history")["operations"].clone();
    let told: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    let expected = "remove unhold update hold rollback update update install";
    assert_eq!(told.join(" "), expected);
}

#[test]
#[ignore = "needs docker-registry"]
fn releases_are_told_with_their_verdicts_and_the_allow_list_can_be_changed() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.push(
        "acme/whale",
        "2.0.0",
        &whale("1.0.0").label(crate::scene::API, ">= 99").build(),
    );
    let service = scene.serve();
    let told = service.get(&format!("/v1/extensions/{WHALE}/releases"));
    assert_eq!(told["version"], "1.0.0");
    assert_eq!(told["releases"][0]["reasons"][0]["code"], "api-version");

    service
        .post("/v1/allow-list", &json!({ "pattern": "acme/crab" }))
        .gives(201);
    service
        .post("/v1/allow-list", &json!({ "pattern": "acme/crab" }))
        .gives(204);
    service
        .post("/v1/allow-list", &json!({ "pattern": "acme//" }))
        .is_problem(400, "usage");
    let decision = service.get("/v1/allow-list/test?reference=acme/crab");
    assert_eq!(decision["isAllowed"], true);
    let path = "/v1/allow-list/docker.io%2Facme%2Fcrab";
    let patterns = service.get("/v1/allow-list")["patterns"].clone();
    let path = if patterns.to_string().contains("docker.io/acme/crab") {
        path
    } else {
        "/v1/allow-list/acme%2Fcrab"
    };
    service.ask("DELETE", path).now().gives(204);
    service.ask("DELETE", path).now().is_problem(404, "not-found");
    assert_eq!(
        service.get("/v1/allow-list/test?reference=acme/crab")["isAllowed"],
        false
    );
    let refused = service.order(&json!({ "kind": "install", "reference": "acme/crab", "accept": true }));
    assert_eq!(
        service.wait_for(&refused, &["failed"])["problem"]["code"],
        "not-allowed"
    );
}
