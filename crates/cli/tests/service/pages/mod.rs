//! The pages in a real browser.

mod everybody;
mod hostile;
mod keyboard;
mod live;
mod story;
mod without_scripts;

use testkit::{Browser, Service};

use crate::scene::{Scene, WHALE};

/// A browser at the pages of a service.
struct Visit {
    // Dropped first: nobody is left who would wait for the service.
    browser: Browser,
    service: Service,
}

impl Visit {
    /// Opens the pages by the link.
    fn of(scene: &Scene) -> Self {
        Self::with(scene, Browser::start().unwrap())
    }

    /// The same with this browser.
    fn with(scene: &Scene, browser: Browser) -> Self {
        let service = scene.serve();
        let visit = Self { browser, service };
        visit.go(&visit.service.link());
        assert_eq!(visit.browser.address(), "/");
        visit
    }

    /// Goes to a path.
    fn go(&self, path: &str) {
        let authority = self.service.authority();
        self.browser.open(&format!("http://{authority}{path}"));
    }

    fn go_to_whale(&self) {
        self.go(&format!("/extensions/{WHALE}"));
    }

    /// No page has asked anybody but the service, run what it must not, or shown a dialog.
    #[track_caller]
    fn was_clean(&self) {
        assert!(!self.browser.has_dialog());
        let own = format!("http://{}/", self.service.authority());
        let is_own = |address: &String| address.starts_with(&own) || address.starts_with("data:,");
        let requests = self.browser.take_requests();
        assert!(!requests.is_empty());
        let foreign: Vec<_> = requests.iter().filter(|address| !is_own(address)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        let complaints = self.browser.take_complaints();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}
