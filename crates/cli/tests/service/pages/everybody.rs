//! Pages that everybody can read and use, on every screen.

use serde_json::json;
use testkit::{Screen, Theme};

use super::Visit;
use crate::scene::{API, Scene, WHALE, large_whale, whale};

/// A phone and a desk, one in each theme: no colour depends on the width, and no size on the theme.
const SCREENS: [Screen; 2] = [screen(360, Theme::Light), screen(1280, Theme::Dark)];

const fn screen(width: u32, theme: Theme) -> Screen {
    Screen {
        width,
        height: 900,
        theme,
    }
}

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry, axe-core"]
fn no_page_shuts_anybody_out() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &large_whale("1.0.0", 1000));
    scene.push("acme/squid", "0.1.0", &whale("1.0.0").label(API, ">= 99").build());
    scene.outrigger.run(["install", "--force", "acme/whale"]).ok();
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    let visit = Visit::of(&scene);
    visit.service.carry_out(&json!({ "kind": "scan" }));
    let update = json!({ "kind": "update", "extension": "acme/whale" });
    let job = visit.service.order(&update);
    visit.service.wait_for(&job, &["asking"]);
    let pages = [
        "/",
        "/?q=no+such+thing",
        &format!("/extensions/{WHALE}"),
        "/extensions/docker.io%2Facme%2Fsquid",
        "/extensions/docker.io%2Facme%2Fcrab",
        "/installed",
        "/activity",
        "/settings?reference=acme%2Fcrab",
        &format!("/jobs/{job}"),
        "/jobs/1",
    ];
    let mut found = Vec::new();
    for screen in SCREENS {
        visit.browser.show_on(screen);
        for page in pages {
            visit.go(page);
            let barriers = visit.browser.barriers().into_iter();
            found.extend(barriers.map(|barrier| format!("{page} on {screen:?}: {barrier}")));
            let overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
            if visit.browser.evaluate(overflow) == true {
                found.push(format!("{page} on {screen:?} is wider than the screen"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
