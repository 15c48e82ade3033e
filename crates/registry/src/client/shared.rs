//! What all clones of a client share, and the order in which endpoints are asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Limits;
use crate::error::{ErrorKind, Fault, Misconfigured};
use crate::settings::{Endpoint, Settings};
use crate::station::{Request, Station};
use crate::wire::{Answer, Wire};

pub(super) struct Shared {
    settings: Settings,
    wire: Wire,
    /// The registries that were asked so far.
    registries: Mutex<HashMap<String, Arc<Registry>>>,
}

/// The endpoints of a registry, in their order.
struct Registry {
    earlier: Vec<Station>,
    last: Station,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            wire: Wire::new(settings.limits.clone()),
            settings,
            registries: Mutex::default(),
        }
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    /// Asks the endpoints of a registry in their order until one answers. Only the last one is asked again after what
    /// may pass: for the others, the next one is the second try.
    pub(super) async fn ask(&self, registry: &str, request: &Request) -> Result<Answer, Fault> {
        if self.settings.offline {
            return Err(ErrorKind::Offline.into());
        }
        let registry = self.registry(registry)?;
        let mut before = None;
        for station in &registry.earlier {
            match station.ask(&self.wire, request, 0).await {
                Err(fault) if lets_the_next_try(&fault.kind) => before = Some(telling(before, fault)),
                done => return done.map_err(|fault| telling(before, fault)),
            }
        }
        let done = registry
            .last
            .ask(&self.wire, request, self.limits().retries)
            .await;
        done.map_err(|fault| telling(before, fault))
    }

    fn registry(&self, name: &str) -> Result<Arc<Registry>, Misconfigured> {
        // Nothing that is done under the lock can leave the map half changed.
        let mut registries = self.registries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(registry) = registries.get(name) {
            return Ok(Arc::clone(registry));
        }
        let registry = Arc::new(self.open(name)?);
        registries.insert(name.to_owned(), Arc::clone(&registry));
        Ok(registry)
    }

    fn open(&self, name: &str) -> Result<Registry, Misconfigured> {
        let its = self.settings.registries.get(name);
        let station = |endpoint: &Endpoint| Station::new(endpoint, its, &self.settings);
        let configured = its.map(|its| its.endpoints.as_slice()).unwrap_or_default();
        Ok(match configured.split_last() {
            Some((last, earlier)) => Registry {
                earlier: earlier.iter().map(station).collect(),
                last: station(last),
            },
            None => Registry {
                earlier: Vec::new(),
                last: station(&Endpoint::of_registry(name)?),
            },
        })
    }
}

/// Whether a failure of one endpoint says nothing about the next (contract, "Configuration"): a failed connection,
/// 401, 403, 404 and 5xx.
fn lets_the_next_try(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Network { .. }
        | ErrorKind::NotFound { .. }
        | ErrorKind::HiddenOrMissing { .. }
        | ErrorKind::LoginRefused { .. }
        | ErrorKind::RealmNotTrusted { .. } => true,
        ErrorKind::Server { status, .. } => *status >= 500,
        ErrorKind::RateLimited { .. }
        | ErrorKind::Invalid(_)
        | ErrorKind::TooLarge { .. }
        | ErrorKind::Offline
        | ErrorKind::Configuration(_) => false,
    }
}

/// Of the failures of two endpoints the one that says most: the later one, because the list ends at the registry
/// itself; but a login that did not work is what somebody has to repair.
fn telling(earlier: Option<Fault>, later: Fault) -> Fault {
    let is_about_a_login = |fault: &Fault| {
        matches!(
            fault.kind,
            ErrorKind::LoginRefused { .. } | ErrorKind::RealmNotTrusted { .. }
        )
    };
    match earlier {
        Some(earlier) if is_about_a_login(&earlier) && !is_about_a_login(&later) => earlier,
        _ => later,
    }
}
