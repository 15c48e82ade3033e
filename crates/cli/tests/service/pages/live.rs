//! Pages show what happens elsewhere.

use std::time::Duration;

use super::Visit;
use crate::scene::{Scene, whale};

/// Whether the page's own part speaks of the whale.
const SPEAKS_OF_WHALE: &str = "document.getElementById('main').innerText.includes('Whale')";

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn a_page_shows_what_the_command_line_does_meanwhile() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let visit = Visit::of(&scene);
    let browser = &visit.browser;

    visit.go("/installed");
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    browser.until(SPEAKS_OF_WHALE);
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    scene.outrigger.run(["scan"]).ok();
    browser.until("document.querySelector('nav .count')?.innerText.startsWith('1') === true");
    scene.outrigger.run(["rm", "acme/whale"]).ok();
    browser.until(&format!("!{SPEAKS_OF_WHALE}"));

    visit.go("/");
    scene
        .outrigger
        .run(["install", "acme/whale:1.0.0", "--force"])
        .ok();
    assert_eq!(browser.text(".card .state.update"), "Update 1.0.0 → 1.1.0");
    visit.was_clean();
}

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn under_the_focus_of_somebody_nothing_changes() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.outrigger.run(["install", "acme/whale", "--force"]).ok();
    let visit = Visit::of(&scene);
    let browser = &visit.browser;
    visit.go("/installed");
    browser.evaluate("document.querySelector('#main a').focus()");
    let mut events = visit.service.events(None);
    scene.outrigger.run(["rm", "acme/whale"]).ok();
    assert_eq!(events.next_event().name, "changed");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(browser.evaluate(SPEAKS_OF_WHALE), true);
    browser.evaluate("document.activeElement.blur()");
    browser.until(&format!("!{SPEAKS_OF_WHALE}"));
    visit.was_clean();
}
