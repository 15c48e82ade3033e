//! What is told of updates that nobody asked for.

use super::{nothing_more_comes, scan, wait_for, waiting};
use crate::scene::{Scene, whale};

const UNATTENDED: &str = "show = \"off\"\ncommand = \"true\"\n[updates]\nautomatic = \"minor\"";

#[test]
#[ignore = "needs docker-registry"]
fn what_the_service_took_by_itself_is_told_as_taken_and_not_as_available() {
    let scene = waiting(UNATTENDED);
    let service = scene.serve();
    scan(&service);
    wait_for(&service, 1);
    nothing_more_comes();
    scan(&service);
    nothing_more_comes();
    let sent = wait_for(&service, 1);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["kind"], "updated", "{sent:?}");
    assert_eq!(scene.version().as_deref(), Some("1.2.0"));
}

#[test]
#[ignore = "needs docker-registry"]
fn what_it_left_because_it_asks_for_more_is_told_as_available() {
    let scene = Scene::new();
    scene.configure(&format!("[notices]\n{UNATTENDED}\n"));
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    let service = scene.serve();
    scan(&service);
    wait_for(&service, 1);
    nothing_more_comes();
    let sent = wait_for(&service, 1);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["kind"], "available", "{sent:?}");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
}
