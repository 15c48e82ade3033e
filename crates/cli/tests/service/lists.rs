//! Lists: told again only where something has changed.

use serde_json::json;

use crate::scene::{Scene, alone, whale};

#[test]
#[ignore = "needs docker-registry"]
fn a_list_is_sent_again_only_when_it_is_another() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let service = scene.serve();
    let ask = |tag: &str| {
        service
            .ask("GET", "/v1/extensions")
            .with("if-none-match", tag)
            .now()
    };
    let first = service.ask("GET", "/v1/extensions").now().gives(200);
    let tag = first.header("etag").unwrap().to_owned();
    let known = ask(&tag).gives(304);
    assert_eq!(known.body, "");
    assert_eq!(known.header("etag"), Some(tag.as_str()));
    ask(&format!("\"other\", W/{tag}")).gives(304);
    ask("\"other\"").gives(200);

    // By another process, so that nobody tells the service.
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    let changed = ask(&tag).gives(200);
    assert_eq!(changed.json()["extensions"][0]["installed"]["version"], "1.0.0");
    // The list is kept once the change is some time ago, and still notices the next one.
    std::thread::sleep(std::time::Duration::from_millis(100));
    for _ in 0..3 {
        ask(changed.header("etag").unwrap()).gives(304);
    }
    scene.outrigger.run(["hold", "acme/whale"]).ok();
    let held = service.get("/v1/extensions");
    assert_eq!(held["extensions"][0]["installed"]["isHeld"], true);
    scene.outrigger.run(["scan"]).ok();
    assert_eq!(service.get("/v1/extensions")["isScanned"], true);
    scene.outrigger.allow("acme/squid\n");
    let listed = service.get("/v1/extensions");
    assert_eq!(listed["extensions"][0]["installed"]["isAllowed"], false);
}

#[test]
fn the_service_describes_itself_and_its_metrics_parse() {
    let (_outrigger, service) = alone();
    let described = service.get("/v1/openapi.json");
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(described["security"], json!([{ "token": [] }]));
    let metrics = service.ask("GET", "/v1/metrics").now().gives(200);
    for line in metrics.body.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
}
