//! Searching what the allow-list offers, from the facts of the last scan; without network.

use model::facts::Offer;
use model::{ExtensionId, Labels};

use crate::Desktop;
use crate::error::Error;

/// An extension that is offered here.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The extension.
    pub id: ExtensionId,
    /// The newest release that fits this desktop, if any does.
    pub version: Option<String>,
    /// What it says of itself.
    pub labels: Labels,
    /// The version that is installed.
    pub installed: Option<String>,
}

impl Desktop {
    /// The extensions that the last scan reached and the allow-list still admits, of which every word of `text` is part of
    /// the id, title, vendor, description or categories. An empty text finds all. `None` where nothing was scanned yet.
    ///
    /// # Errors
    ///
    /// When the home folder cannot be read.
    pub fn search(&self, text: &str) -> Result<Option<Vec<Hit>>, Error> {
        let installed = self.store.installed()?.installed;
        let Some(offers) = self.memory().offers() else {
            return Ok(None);
        };
        let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
        let list = self.settings.policy.allow_list.as_ref();
        let hit = |offer: Offer| Hit {
            installed: installed
                .iter()
                .find(|it| it.id == offer.id)
                .map(|it| it.current.version()),
            labels: Labels::read(&offer.labels),
            id: offer.id,
            version: offer.version,
        };
        let hits = offers
            .into_iter()
            .filter(|offer| list.is_none_or(|list| list.covers(&offer.id).is_some()))
            .map(hit)
            .filter(|hit| matches(hit, &words));
        Ok(Some(hits.collect()))
    }
}

fn matches(hit: &Hit, words: &[String]) -> bool {
    let Labels {
        title,
        vendor,
        description,
        categories,
        ..
    } = &hit.labels;
    let texts = [title, vendor, description]
        .into_iter()
        .flatten()
        .chain(categories);
    let searched = texts
        .fold(hit.id.to_string(), |all, text| all + "\n" + text)
        .to_lowercase();
    words.iter().all(|word| searched.contains(word))
}
