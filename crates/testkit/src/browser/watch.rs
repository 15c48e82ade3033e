//! What a browser does besides showing pages: whom it asks, and what it complains about.

use serde_json::{Value, json};

use super::Browser;

impl Browser {
    /// The addresses that pages have asked for since the start, or since this was asked last.
    #[track_caller]
    pub fn take_requests(&self) -> Vec<String> {
        let lines = self.log("performance").into_iter();
        let told = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap()["message"].take());
        told.filter(|told| told["method"] == "Network.requestWillBeSent")
            .map(|told| told["params"]["request"]["url"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What stands in the console since the start, or since this was asked last: errors, and what the policy of a page forbade.
    #[track_caller]
    pub fn take_complaints(&self) -> Vec<String> {
        self.log("browser")
    }

    /// Whether a page shows a dialog (`alert` and its like).
    pub fn has_dialog(&self) -> bool {
        self.session.get("/alert/text").is_ok()
    }

    #[track_caller]
    fn log(&self, kind: &str) -> Vec<String> {
        let entries = self.session.post("/se/log", &json!({ "type": kind })).unwrap();
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }
}
