//! The pages in a browser that runs no script.

use testkit::Browser;

use super::Visit;
use crate::scene::{Scene, whale};

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn without_scripts_every_form_leads_to_a_page() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let squid = whale("1.0.0").label("org.opencontainers.image.title", "Squid");
    scene.push("acme/squid", "0.1.0", &squid.build());
    let browser = Browser::start().unwrap();
    browser.forbid_scripts();
    let visit = Visit::with(&scene, browser);
    let browser = &visit.browser;
    browser.click("Scan now");
    browser.reload_until(".card");

    browser.type_into("q", "whale");
    browser.click("Show");
    assert_eq!(browser.text("#found"), "1 extension found");
    browser.click("Whale");
    browser.click("Install 1.0.0");
    browser.reload_until(".job.asking");
    browser.click("Yes, go on");
    browser.reload_until(".job.done");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));

    browser.click("Hold at 1.0.0");
    assert_eq!(browser.text(".state.held"), "Held at 1.0.0");
    browser.click("Colours: dark");
    assert!(browser.text("html[data-theme=dark] body").contains("Whale"));
    browser.click("Remove…");
    browser.click("Remove Whale");
    browser.reload_until(".job.done");
    assert_eq!(browser.text(".job.done .step"), "It is removed.");

    visit.go("/settings");
    browser.type_into("reference", "acme/crab");
    browser.click("Test");
    assert!(browser.text(".answer").starts_with("Denied"));
    browser.type_into("pattern", "acme/crab");
    browser.click("Allow");
    visit.go("/settings?reference=acme%2Fcrab");
    assert!(browser.text(".answer").starts_with("Allowed by"));
    visit.was_clean();
}
