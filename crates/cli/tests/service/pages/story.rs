//! What a person does with the pages, from the link to the removal.

use super::Visit;
use crate::scene::{Scene, large_whale, whale};

/// How far the bar of the whole download is.
const BAR: &str = "document.querySelector('.whole progress')?.value";

/// Whether the last job says this.
fn says(sentence: &str) -> String {
    format!("document.querySelector('.job.done .step')?.innerText.includes('{sentence}') === true")
}

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn a_person_finds_installs_updates_takes_back_and_removes_an_extension() {
    let (scene, _line) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 400_000));
    let squid = whale("1.0.0").label("org.opencontainers.image.title", "Squid");
    scene.push("acme/squid", "0.1.0", &squid.build());
    let visit = Visit::of(&scene);
    let browser = &visit.browser;

    // Searching while typing.
    browser.click("Scan now");
    browser.until("document.querySelectorAll('.card').length === 2");
    browser.type_into("q", "wha");
    browser.until("document.querySelectorAll('.card').length === 1");
    browser.until("location.search.startsWith('?q=wha')");
    browser.click("Whale");
    assert_eq!(browser.text("h1"), "Whale");
    assert!(browser.text(".lead").contains("Sees containers pass by"));

    installs(&scene, &visit);
    updates_and_goes_back(&scene, &visit);

    browser.click("Remove…");
    browser.click("Remove Whale");
    browser.until(&says("It is removed."));
    assert_eq!(scene.version(), None);
    visit.go("/activity");
    let told = browser.text("main");
    for part in [
        "Installed 1.0.0",
        "Updated from 1.0.0 to 1.1.0",
        "Went back from 1.1.0 to 1.0.0",
        "Removed 1.0.0",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    visit.was_clean();
}

/// An install that is watched, also by a page that was loaded again.
fn installs(scene: &Scene, visit: &Visit) {
    let browser = &visit.browser;
    browser.click("Install 1.0.0");
    browser.until(&format!("{BAR} > 0"));
    browser.reload();
    let after_reload = browser.evaluate(BAR);
    browser.until(&format!("{BAR} > {after_reload}"));
    let able = browser.text(".job.asking .permissions");
    assert!(able.contains("Whale"), "{able}");
    assert_eq!(scene.version(), None, "nothing changes before the yes");
    browser.click("Yes, go on");
    browser.until(&says("1.0.0 is installed"));
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
}

/// A release that is pushed meanwhile and asks for more: it brings a program.
fn updates_and_goes_back(scene: &Scene, visit: &Visit) {
    let browser = &visit.browser;
    scene.push("acme/whale", "1.1.0", &large_whale("1.1.0", 400_000));
    visit.go("/");
    browser.click("Scan now");
    assert_eq!(browser.text(".card .state.update"), "Update 1.0.0 → 1.1.0");
    assert!(browser.text("nav .count").starts_with('1'));
    visit.go("/installed");
    browser.click("Update to 1.1.0");
    let new = browser.text(".job.asking .permissions");
    assert!(new.contains("whalectl") && !new.contains("tab"), "{new}");
    browser.click("Yes, go on");
    browser.until(&says("1.1.0"));
    assert_eq!(scene.version().as_deref(), Some("1.1.0"));
    visit.go_to_whale();
    browser.click("Go back to 1.0.0");
    browser.until(&says("in place of 1.1.0"));
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));
}

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn an_install_is_cancelled_from_another_page() {
    let (scene, _line) = Scene::with_slow_line();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 3_000_000));
    let visit = Visit::of(&scene);
    visit.go_to_whale();
    visit.browser.click("Install 1.0.0");
    visit.browser.until(&format!("{BAR} > 0"));
    visit.go("/installed");
    visit.browser.click("Cancel");
    visit.browser.text(".job.cancelled");
    assert_eq!(scene.version(), None);
    visit.was_clean();
}
