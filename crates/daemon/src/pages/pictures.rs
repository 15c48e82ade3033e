//! Pictures that labels name. The browser never asks anybody else for them: this service does, when a person wants to see them, and
//! only for addresses that a page has offered.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use desktop::{Code, PictureAddress};
use model::Digest;
use tokio::sync::Semaphore;

use super::address;
use super::answer::Answer;
use crate::api::icon::POLICY;
use crate::problem::Problem;
use crate::service::Shared;

/// How many addresses are remembered: those of the pages that somebody looked at last.
const OFFERED: usize = 500;
/// How many are asked at a time.
const AT_ONCE: usize = 4;
/// A picture may change, and whoever serves it need not be asked again when a page is loaded again.
const FOR_AN_HOUR: &str = "private, max-age=3600";

/// The addresses that pages offered.
#[derive(Debug)]
pub(crate) struct Pictures {
    offered: Mutex<VecDeque<(String, PictureAddress)>>,
    turns: Semaphore,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            offered: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

impl Pictures {
    /// Where this service shows the picture at `foreign` from now on; `None` where it would not ask there.
    pub(crate) fn offer(&self, foreign: &str) -> Option<String> {
        let foreign = PictureAddress::new(foreign).ok()?;
        let name = Digest::of(foreign.as_str().as_bytes()).hex()[..32].to_owned();
        let mut offered = self.offered();
        offered.retain(|(known, _)| *known != name);
        offered.push_back((name.clone(), foreign));
        if offered.len() > OFFERED {
            offered.pop_front();
        }
        Some(address::picture(&name))
    }

    fn find(&self, name: &str) -> Option<PictureAddress> {
        let offered = self.offered();
        let found = offered.iter().find(|(known, _)| known == name);
        found.map(|(_, address)| address.clone())
    }

    fn offered(&self) -> MutexGuard<'_, VecDeque<(String, PictureAddress)>> {
        // The list is whole after every change.
        self.offered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /pictures/{name}`
pub(super) async fn picture(State(service): State<Shared>, Path(name): Path<String>) -> Answer {
    let pictures = service.pictures();
    let Some(foreign) = pictures.find(&name) else {
        return Err(Problem::because(
            Code::NotFound,
            "no page has offered such a picture",
        ));
    };
    // The semaphore is never closed.
    let _turn = pictures.turns.acquire().await.ok();
    let fetched = service.desktop().await?.picture(&foreign).await;
    let picture = fetched.map_err(|error| {
        tracing::debug!(%error, "a picture is missing");
        Problem::because(Code::Network, error.to_string())
    })?;
    let headers = [
        (header::CONTENT_TYPE, picture.kind.media_type()),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, FOR_AN_HOUR),
    ];
    Ok((headers, picture.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_page_offered_is_fetched_and_only_the_latest_is_kept() {
        let pictures = Pictures::default();
        let name = |address: Option<String>| address.unwrap().rsplit('/').next().unwrap().to_owned();
        let first = name(pictures.offer("https://acme.example/0.png"));
        assert_eq!(first, name(pictures.offer("https://acme.example/0.png")));
        assert_eq!(pictures.offered().len(), 1);
        assert!(pictures.find(&first).is_some());
        assert!(pictures.find("0000").is_none());
        assert_eq!(pictures.offer("https://127.0.0.1/0.png"), None);
        for number in 1..=OFFERED {
            pictures
                .offer(&format!("https://acme.example/{number}.png"))
                .unwrap();
        }
        assert_eq!(pictures.offered().len(), OFFERED);
        assert!(pictures.find(&first).is_none());
    }
}
