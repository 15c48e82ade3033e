//! What the browser is shown on, and how fast it shows.

use serde_json::json;

use super::Browser;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// In pixels of CSS.
    pub width: u32,
    /// In pixels of CSS.
    pub height: u32,
    /// What the system prefers.
    pub theme: Theme,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Browser {
    /// Shows pages on this screen from now on.
    #[track_caller]
    pub fn show_on(&self, screen: Screen) {
        let Screen { width, height, theme } = screen;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.session
            .chromium("Emulation.setDeviceMetricsOverride", &size)
            .unwrap();
        let value = match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.session
            .chromium("Emulation.setEmulatedMedia", &media)
            .unwrap();
    }

    /// From now on no page runs a script.
    #[track_caller]
    pub fn forbid_scripts(&self) {
        let forbidden = json!({ "value": true });
        self.session
            .chromium("Emulation.setScriptExecutionDisabled", &forbidden)
            .unwrap();
    }

    /// Opens an address and answers after how many milliseconds the page first showed something.
    #[track_caller]
    pub fn first_paint(&self, address: &str) -> f64 {
        self.open(address);
        let entry = "performance.getEntriesByName('first-contentful-paint')[0]";
        self.until(&format!("{entry} !== undefined"));
        self.evaluate(&format!("{entry}.startTime")).as_f64().unwrap()
    }
}
