//! `GET /v1/extensions` and `GET /v1/search`: what is installed and what is offered, from the last scan.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use camino::Utf8PathBuf;
use desktop::{Desktop, Hit};
use model::ExtensionId;
use serde::{Deserialize, Serialize};
use store::Stamp;
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};

use super::extension::InstalledDocument;
use super::listed::Listed;
use crate::http::Parameters;
use crate::problem::Problem;
use crate::service::{Service, Shared};
use crate::use_cases::UseCases;

/// An extension that is installed or offered here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Extension)]
pub(super) struct ExtensionDocument {
    /// In normal form.
    id: String,
    /// The display name; foreign text, on one line.
    title: Option<String>,
    /// Who provides it; foreign text, on one line.
    vendor: Option<String>,
    /// What it does; foreign text, on one line.
    description: Option<String>,
    /// In lower case; foreign text.
    categories: Vec<String>,
    /// The newest release that fits this desktop, as the last scan saw it.
    offered: Option<String>,
    /// What is installed of it.
    installed: Option<InstalledDocument>,
}

/// Extensions, by id.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Extensions)]
pub(super) struct ExtensionsDocument {
    extensions: Vec<ExtensionDocument>,
    /// Whether there was a scan; before the first one only what is installed is known.
    is_scanned: bool,
}

/// Which extensions are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `installed` or `available`, those that are not; without it all.
    state: Option<Wanted>,
}

/// A state of extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ExtensionState)]
pub(super) enum Wanted {
    Installed,
    Available,
}

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Words {
    /// Words that must all occur in id, title, vendor, description or categories.
    #[serde(default)]
    text: String,
}

/// The lists that were made for earlier requests, as long as nothing has changed.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    all: Mutex<Option<Kept>>,
    installed: Mutex<Option<Kept>>,
    available: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    /// The user's files that it depends on.
    files: Vec<Utf8PathBuf>,
    list: Listed,
}

/// Lists what is installed and what is offered.
#[utoipa::path(get, path = "/v1/extensions", tag = "extensions", params(Which),
    responses((status = 200, body = ExtensionsDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn extensions(
    State(service): State<Shared>,
    Parameters(which): Parameters<Which>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let lists = service.lists();
    let place = match which.state {
        None => &lists.all,
        Some(Wanted::Installed) => &lists.installed,
        Some(Wanted::Available) => &lists.available,
    };
    // Whoever comes while the list is made waits for it, instead of making it too.
    let mut kept = place.lock().await;
    if let Some(kept) = kept.as_ref().filter(|kept| kept.holds(&service)) {
        return Ok(kept.list.clone().answer(&asked));
    }
    let (list, next) = make(&service, which).await?;
    *kept = next;
    Ok(list.answer(&asked))
}

impl Kept {
    fn holds(&self, service: &Service) -> bool {
        let files: Vec<_> = self.files.iter().map(|file| &**file).collect();
        self.stamp == service.store().stamp(&files)
    }
}

/// Makes a list, to be kept unless something changes while it is made, or has just changed.
async fn make(service: &Shared, which: Which) -> Result<(Listed, Option<Kept>), Problem> {
    let shared = Arc::clone(service);
    let files = service.with_files(UseCases::files).await?;
    let list = move |desktop: &Desktop| {
        let paths: Vec<_> = files.iter().map(|file| &**file).collect();
        let stamp = shared.store().stamp(&paths);
        let is_settled = stamp.is_settled((shared.use_cases().clock)());
        let list = Listed::new(&which.list(desktop)?)?;
        let kept = is_settled.then(|| Kept {
            stamp,
            files,
            list: list.clone(),
        });
        Ok((list, kept))
    };
    service.read(list).await
}

impl Which {
    fn list(&self, desktop: &Desktop) -> Result<ExtensionsDocument, Problem> {
        let offers = desktop.search("")?;
        let is_scanned = offers.is_some();
        let mut all = documents(desktop, offers.unwrap_or_default(), true)?;
        match self.state {
            None => {}
            Some(Wanted::Installed) => all.retain(|document| document.installed.is_some()),
            Some(Wanted::Available) => all.retain(|document| document.installed.is_none()),
        }
        Ok(ExtensionsDocument {
            extensions: all,
            is_scanned,
        })
    }
}

/// Joins what is offered with what is installed. Without `others` only what is among the hits is told.
fn documents(desktop: &Desktop, hits: Vec<Hit>, others: bool) -> Result<Vec<ExtensionDocument>, Problem> {
    let listed = desktop.list_in_use()?.extensions.into_iter();
    let mut installed: BTreeMap<ExtensionId, InstalledDocument> = listed
        .map(|listed| (listed.installed.id.clone(), listed.into()))
        .collect();
    let mut documents: Vec<_> = hits
        .into_iter()
        .map(|hit| {
            let installed = installed.remove(&hit.id);
            offered(hit, installed)
        })
        .collect();
    if others {
        documents.extend(
            installed
                .into_iter()
                .map(|(id, installed)| unoffered(&id, installed)),
        );
        documents.sort_by(|one, next| one.id.cmp(&next.id));
    }
    Ok(documents)
}

fn offered(hit: Hit, installed: Option<InstalledDocument>) -> ExtensionDocument {
    let labels = hit.labels;
    ExtensionDocument {
        id: hit.id.to_string(),
        title: labels.title,
        vendor: labels.vendor,
        description: labels.description,
        categories: labels.categories,
        offered: hit.version,
        installed,
    }
}

/// One that is installed, and that no scan has seen or the allow-list no longer admits.
fn unoffered(id: &ExtensionId, installed: InstalledDocument) -> ExtensionDocument {
    ExtensionDocument {
        id: id.to_string(),
        title: Some(installed.title.clone()),
        vendor: installed.vendor.clone(),
        description: None,
        categories: Vec::new(),
        offered: None,
        installed: Some(installed),
    }
}

/// Searches what the allow-list offers, as the last scan saw it.
#[utoipa::path(get, path = "/v1/search", tag = "extensions", params(Words),
    responses((status = 200, body = ExtensionsDocument), (status = 304, description = "The client has this list")))]
pub(super) async fn search(
    State(service): State<Shared>,
    Parameters(words): Parameters<Words>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let found = move |desktop: &Desktop| {
        let hits = desktop.search(&words.text)?;
        let is_scanned = hits.is_some();
        Listed::new(&ExtensionsDocument {
            extensions: documents(desktop, hits.unwrap_or_default(), false)?,
            is_scanned,
        })
    };
    Ok(service.read(found).await?.answer(&asked))
}
