//! The pages by keyboard alone.

use testkit::Key;

use super::Visit;
use crate::scene::{Scene, whale};

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn an_extension_is_found_installed_and_removed_by_keyboard() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let visit = Visit::of(&scene);
    let browser = &visit.browser;
    browser.press(Key::Tab);
    assert_eq!(browser.focused(), "Skip to the content");
    browser.tab_to("Scan now");
    browser.press(Key::Enter);
    browser.text(".card");

    browser.strike("/");
    assert_eq!(browser.focused(), "Search extensions");
    browser.strike("whale");
    browser.until("location.search.startsWith('?q=whale')");
    browser.tab_to("Whale");
    browser.press(Key::Enter);
    assert_eq!(browser.text("h1"), "Whale");

    browser.tab_to("Install 1.0.0");
    browser.press(Key::Enter);
    browser.text(".job.asking");
    browser.tab_to("Yes, go on");
    browser.press(Key::Space);
    browser.text(".job.done");
    assert_eq!(scene.version().as_deref(), Some("1.0.0"));

    browser.tab_to("Colours: dark");
    browser.press(Key::Space);
    browser.until("document.documentElement.dataset.theme === 'dark'");

    visit.go("/installed");
    browser.tab_to("More for Whale");
    browser.press(Key::Enter);
    browser.tab_to("Remove…");
    browser.press(Key::Enter);
    browser.tab_to("Remove Whale");
    browser.press(Key::Enter);
    browser.until("document.querySelector('.job.done .step')?.innerText === 'It is removed.'");
    assert_eq!(scene.version(), None);
    visit.was_clean();
}
