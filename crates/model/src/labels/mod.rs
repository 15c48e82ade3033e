//! The labels of an extension image, in both dialects (contract, sections 2 and 7).
//!
//! Labels are foreign text: what this module hands out is bounded and, where it is one line, free of control
//! characters. Addresses and HTML are only kept; whoever shows them checks ([`is_web_address`]) or sanitises them.

mod lists;
pub mod names;
mod warning;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::printable;

pub use lists::{AdditionalUrl, Screenshot};
pub use warning::LabelWarning;

/// The longest value of one label, in bytes; a longer one counts as missing. Against configs that fill the disk.
pub const MAX_VALUE: usize = 256 * 1024;
/// The longest title, vendor, list text or category, in characters; the rest is cut off.
pub const MAX_TITLE: usize = 200;
/// The longest description, in characters; the rest is cut off.
pub const MAX_DESCRIPTION: usize = 1000;
/// The longest address, in bytes; a longer one counts as missing.
pub const MAX_ADDRESS: usize = 2048;
/// The most items of one list label; the others are left out.
pub const MAX_ITEMS: usize = 32;

/// What the labels of an image's config say about an extension.
///
/// Where a field has a name in both dialects, the extension's counts, and the plugin's is taken where that one is
/// missing or empty. Serialised as the known labels themselves (see [`Labels::known`]), and read anew from them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Labels {
    /// The display name, on one line.
    pub title: Option<String>,
    /// Who provides it, on one line.
    pub vendor: Option<String>,
    /// What it does, on one line.
    pub description: Option<String>,
    /// The required Extension API, as written: a version or a constraint.
    pub api_version: Option<String>,
    /// The address of an icon for lists. Unchecked; some images hold a relative path here.
    pub icon: Option<String>,
    /// Pictures of it.
    pub screenshots: Vec<Screenshot>,
    /// A long description, plain text or hostile HTML.
    pub detailed_description: Option<String>,
    /// The provider's address, unchecked.
    pub publisher_url: Option<String>,
    /// What is new in this release: plain text, hostile HTML, or just an address.
    pub changelog: Option<String>,
    /// Categories in lower case. Unknown ones are kept (contract, 2.4).
    pub categories: Vec<String>,
    /// Further links: documentation, support, terms.
    pub additional_urls: Vec<AdditionalUrl>,
    /// `required` where an account elsewhere is needed; other texts occur.
    pub account_info: Option<String>,
    known: BTreeMap<String, String>,
    warnings: Vec<LabelWarning>,
}

impl Labels {
    /// Reads the labels of an image's config. Never fails: what cannot be read is left out, with a warning.
    pub fn read(raw: &BTreeMap<String, String>) -> Self {
        let mut reader = Reader::new(raw);
        reader.warn_about_dialects();
        let mut labels = Self {
            title: reader.line(names::TITLE, MAX_TITLE),
            vendor: reader
                .line(names::VENDOR, MAX_TITLE)
                .or_else(|| reader.line(names::PLUGIN_VENDOR, MAX_TITLE)),
            description: reader.line(names::DESCRIPTION, MAX_DESCRIPTION),
            api_version: reader
                .text(names::API_VERSION)
                .or_else(|| reader.text(names::PLUGIN_API_VERSION)),
            icon: reader
                .address(names::ICON)
                .or_else(|| reader.address(names::PLUGIN_ICON)),
            screenshots: reader.screenshots(),
            detailed_description: reader.text(names::DETAILED_DESCRIPTION),
            publisher_url: reader.address(names::PUBLISHER_URL),
            changelog: reader.text(names::CHANGELOG),
            categories: reader.categories(),
            additional_urls: reader.additional_urls(),
            account_info: reader.line(names::ACCOUNT_INFO, MAX_TITLE),
            ..Self::default()
        };
        reader.warn_about_required();
        labels.known = reader.known;
        labels.warnings = reader.warnings;
        labels
    }

    /// The labels of the contract as the image has them, bounded in number and length: the content of the payload's
    /// `labels.json`. Reading them again gives the same fields.
    pub fn known(&self) -> &BTreeMap<String, String> {
        &self.known
    }

    /// What was odd about them.
    pub fn warnings(&self) -> &[LabelWarning] {
        &self.warnings
    }
}

impl From<BTreeMap<String, String>> for Labels {
    fn from(raw: BTreeMap<String, String>) -> Self {
        Self::read(&raw)
    }
}

impl From<Labels> for BTreeMap<String, String> {
    fn from(labels: Labels) -> Self {
        labels.known
    }
}

/// Whether `text` may be offered to a person as a link: `http` or `https`, a host behind it, and nothing that breaks
/// out of an attribute or a line. Says nothing about whether it is wise to follow it.
pub fn is_web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let scheme_is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |character: char| match character {
        '"' | '\'' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => false,
        // Alphanumeric, so that international addresses pass and direction-changing characters do not.
        character => character.is_ascii_graphic() || (!character.is_ascii() && character.is_alphanumeric()),
    };
    scheme_is_web && !host.is_empty() && text.len() <= MAX_ADDRESS && text.chars().all(plain)
}

/// The known labels while they are read, and what turns out to be odd.
struct Reader {
    known: BTreeMap<String, String>,
    warnings: Vec<LabelWarning>,
}

impl Reader {
    fn new(raw: &BTreeMap<String, String>) -> Self {
        let mut reader = Self {
            known: BTreeMap::new(),
            warnings: Vec::new(),
        };
        for label in names::KNOWN {
            match raw.get(label) {
                Some(value) if value.len() > MAX_VALUE => reader.warnings.push(LabelWarning::TooLong {
                    label,
                    limit: MAX_VALUE,
                }),
                Some(value) => {
                    reader.known.insert(label.to_owned(), value.clone());
                }
                None => {}
            }
        }
        reader
    }

    /// The value without surrounding blanks; an empty one counts as missing.
    fn text(&self, label: &str) -> Option<String> {
        let value = self.known.get(label)?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn line(&self, label: &str, limit: usize) -> Option<String> {
        self.text(label).map(|value| printable(&value, limit))
    }

    fn address(&mut self, label: &'static str) -> Option<String> {
        let value = self.text(label)?;
        self.bounded_address(label, &value)
    }

    fn bounded_address(&mut self, label: &'static str, value: &str) -> Option<String> {
        if value.len() > MAX_ADDRESS {
            self.warnings.push(LabelWarning::TooLong {
                label,
                limit: MAX_ADDRESS,
            });
            return None;
        }
        Some(value.to_owned())
    }

    fn categories(&mut self) -> Vec<String> {
        let mut categories: Vec<String> = Vec::new();
        for word in self.text(names::CATEGORIES).unwrap_or_default().split(',') {
            let category = printable(word, MAX_TITLE).to_lowercase();
            if !category.is_empty() && !categories.contains(&category) {
                categories.push(category);
            }
            if categories.len() > MAX_ITEMS {
                break; // before the search above becomes expensive
            }
        }
        self.bound(names::CATEGORIES, categories)
    }

    fn bound<T>(&mut self, label: &'static str, mut items: Vec<T>) -> Vec<T> {
        if items.len() > MAX_ITEMS {
            items.truncate(MAX_ITEMS);
            self.warnings.push(LabelWarning::TooMany {
                label,
                limit: MAX_ITEMS,
            });
        }
        items
    }

    /// `authors` alone is an ordinary label that base images set, so that only an image which names the plugin API is
    /// taken to speak that dialect.
    fn warn_about_dialects(&mut self) {
        if self.text(names::PLUGIN_API_VERSION).is_none() {
            return;
        }
        for (used, ignored) in names::PAIRS {
            if let (Some(first), Some(second)) = (self.text(used), self.text(ignored))
                && first != second
            {
                self.warnings.push(LabelWarning::BothDialects { used, ignored });
            }
        }
    }

    fn warn_about_required(&mut self) {
        for (label, plugin) in names::REQUIRED {
            let spellings = [Some(label), plugin];
            let mut present = spellings.iter().flatten();
            if present.clone().any(|label| self.text(label).is_some()) {
                continue;
            }
            self.warnings
                .push(if present.any(|label| self.known.contains_key(*label)) {
                    LabelWarning::Empty { label }
                } else {
                    LabelWarning::Missing { label }
                });
        }
    }
}

#[cfg(test)]
mod tests;
