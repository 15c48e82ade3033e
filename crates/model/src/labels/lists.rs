//! The labels that hold lists: screenshots and further links, in today's form and in those of April 2022.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LabelWarning, MAX_ITEMS, MAX_TITLE, Reader, names};
use crate::text::printable;

/// A picture of an extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screenshot {
    /// What it shows, on one line; empty where the label does not say.
    pub alt: String,
    /// Its address, unchecked.
    pub url: String,
}

/// A link that an extension wants to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdditionalUrl {
    /// The link's text, on one line; the address where the label gives none.
    pub title: String,
    /// The address, unchecked.
    pub url: String,
}

impl Reader {
    pub(super) fn screenshots(&mut self) -> Vec<Screenshot> {
        let Some(text) = self.text(names::SCREENSHOTS) else {
            return Vec::new();
        };
        let items = if text.starts_with("http") {
            self.warn_about_form();
            let addresses = text.split([',', ' ']).map(str::trim);
            let addresses = addresses.filter(|address| !address.is_empty());
            // One more than may be kept, to tell that there are too many.
            let items = addresses.take(MAX_ITEMS + 1).map(Value::from).collect();
            self.bound(names::SCREENSHOTS, items)
        } else {
            self.json_list(names::SCREENSHOTS, &text)
        };
        let mut screenshots = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if item.get("alt").is_none() && item.get("title").is_some() {
                self.warn_about_form();
            }
            if let Some(url) = self.item_address(names::SCREENSHOTS, index, item) {
                let alt = item_line(item, ["alt", "title"]).unwrap_or_default();
                screenshots.push(Screenshot { alt, url });
            }
        }
        screenshots
    }

    pub(super) fn additional_urls(&mut self) -> Vec<AdditionalUrl> {
        let Some(text) = self.text(names::ADDITIONAL_URLS) else {
            return Vec::new();
        };
        let items = self.json_list(names::ADDITIONAL_URLS, &text);
        let mut urls = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(url) = self.item_address(names::ADDITIONAL_URLS, index, item) {
                let title = item_line(item, ["title", "alt"]).unwrap_or_else(|| printable(&url, MAX_TITLE));
                urls.push(AdditionalUrl { title, url });
            }
        }
        urls
    }

    fn json_list(&mut self, label: &'static str, text: &str) -> Vec<Value> {
        match serde_json::from_str(text) {
            Ok(items) => self.bound(label, items),
            Err(error) => {
                let problem = error.to_string();
                self.warnings.push(LabelWarning::NotAList { label, problem });
                Vec::new()
            }
        }
    }

    fn item_address(&mut self, label: &'static str, index: usize, item: &Value) -> Option<String> {
        let address = item.get("url").unwrap_or(item).as_str().map(str::trim);
        if let Some(address) = address.filter(|address| !address.is_empty()) {
            return self.bounded_address(label, address);
        }
        self.warnings.push(LabelWarning::NoAddress {
            label,
            index: index + 1,
        });
        None
    }

    /// Once for all items.
    fn warn_about_form(&mut self) {
        let warning = LabelWarning::OldForm {
            label: names::SCREENSHOTS,
        };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The first of `keys` that holds a text.
fn item_line(item: &Value, keys: [&str; 2]) -> Option<String> {
    keys.iter()
        .filter_map(|key| item.get(key)?.as_str())
        .map(|text| printable(text, MAX_TITLE))
        .find(|text| !text.is_empty())
}
