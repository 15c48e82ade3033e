//! Notices on a real desktop, and where there is none.

use serde_json::json;
use testkit::{Dunst, Service};

use super::{TITLE, nothing_more_comes, scan, sent, serve_with, wait_for, waiting};
use crate::scene::{Scene, whale};

/// Says where the bus of the session is.
const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

#[test]
#[ignore = "needs docker-registry, dunst, xvfb and dbus"]
fn a_push_and_a_scan_bring_one_notice_to_the_desktop() {
    let dunst = Dunst::start().unwrap();
    let scene = waiting("");
    let service = serve_with(&scene, BUS, dunst.bus());
    scan(&service);
    let shown = dunst.wait_for(1);
    assert_eq!(shown[0].title, TITLE);
    assert_eq!(
        shown[0].body,
        "Take it on the page, or with: outrigger update docker.io/acme/whale"
    );
    assert_eq!(
        (shown[0].program.as_str(), shown[0].category.as_str()),
        ("Outrigger", "x-outrigger.updates")
    );
    let told = sent(&service);
    assert_eq!(told[0]["ways"], json!(["desktop"]));
    assert_eq!(told[0]["updates"][0]["to"], "1.2.0");
    // The same release is not told again, not after another scan and not by another run of the service.
    scan(&service);
    nothing_more_comes();
    service.end();
    let service = serve_with(&scene, BUS, dunst.bus());
    scan(&service);
    nothing_more_comes();
    assert_eq!(dunst.shown().unwrap().len(), 1);
    // A newer one is.
    scene.push("acme/whale", "1.3.0", &whale("1.3.0").build());
    scan(&service);
    let shown = dunst.wait_for(2);
    assert_eq!(shown[1].title, "Whale 1.3.0 is available (installed: 1.1.0)");
    assert_eq!(sent(&service).len(), 2);
}

#[test]
#[ignore = "needs docker-registry, dunst, xvfb and dbus"]
fn a_title_that_wants_to_be_markup_is_text() {
    let dunst = Dunst::start().unwrap();
    let scene = Scene::new();
    let odd = |version: &str| {
        let title = "<b>Whale</b>\u{202e} & <img src=x>";
        whale(version)
            .label("org.opencontainers.image.title", title)
            .build()
    };
    for repository in ["acme/whale", "acme/squid"] {
        scene.push(repository, "1.1.0", &odd("1.1.0"));
        scene.outrigger.run(["install", repository, "--force"]).ok();
        scene.push(repository, "1.2.0", &odd("1.2.0"));
    }
    let service = serve_with(&scene, BUS, dunst.bus());
    scan(&service);
    let shown = dunst.wait_for(1);
    assert_eq!(shown[0].title, "2 updates are available");
    assert!(
        !shown[0].body.contains('<') && shown[0].body.contains("&lt;b&gt;Whale"),
        "{shown:?}"
    );
    assert!(!shown[0].body.contains('\u{202e}'), "{shown:?}");
    let page = service.ask("GET", "/activity").now().gives(200).body;
    assert!(
        page.contains("&lt;b&gt;Whale") && !page.contains("<b>Whale"),
        "{page}"
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn without_a_desktop_the_page_tells_and_the_log_says_so_once() {
    let scene = waiting("");
    let log = scene.outrigger.surroundings().join("log");
    let mut command = scene.outrigger.command();
    command
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--format",
            "json",
            "--log-format",
            "text",
        ])
        .stderr(std::fs::File::create(&log).unwrap());
    let service = Service::of(&mut command);
    scan(&service);
    assert_eq!(wait_for(&service, 1)[0]["ways"], json!([]));
    service.post("/v1/notices/test", &json!({})).gives(200);
    let page = service.ask("GET", "/activity").now().gives(200).body;
    assert!(page.contains(TITLE) && page.contains("only here"), "{page}");
    service.end();
    let log = fs_err::read_to_string(log).unwrap();
    let told = log.matches("there is no desktop to show notices on").count();
    assert_eq!(told, 1, "{log}");
}
