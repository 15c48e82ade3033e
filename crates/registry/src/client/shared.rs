//! What all clones of a client share, and the order in which endpoints are asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use model::ExtensionId;
use model::quota::Standing;
use reqwest::header::HeaderMap;

use super::heard::Heard;
use crate::error::{ErrorKind, Fault, Misconfigured};
use crate::login::Login;
use crate::settings::{Endpoint, Settings};
use crate::station::{Request, Station};
use crate::wire::{Answer, SizeLimit, Whole, Wire};
use crate::{Limits, quota, usage};

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
    heard: Heard,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            wire: Wire::new(settings.limits.clone(), settings.on_retry.clone()),
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

    /// Whether nothing may be asked of anybody.
    pub(super) fn is_offline(&self) -> bool {
        self.settings.offline
    }

    /// Says which repositories will be asked about. What cannot be asked is found out when it is.
    pub(super) fn expect(&self, ids: &[ExtensionId]) {
        let mut registries: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for id in ids {
            registries
                .entry(id.registry())
                .or_default()
                .push(id.repository().to_owned());
        }
        for (name, repositories) in registries {
            if let Ok(registry) = self.registry(name) {
                let Registry { earlier, last, .. } = &*registry;
                for station in earlier.iter().chain([last]) {
                    station.expect(repositories.iter().cloned());
                }
            }
        }
    }

    /// Asks the endpoints of a registry in their order until one answers.
    pub(super) async fn ask(&self, registry: &str, request: &Request) -> Result<Answer, Fault> {
        let mut turn = self.turn(registry)?;
        loop {
            let retries = turn.retries(self.limits());
            match turn.station().ask(&self.wire, request, retries).await {
                Ok(answer) => {
                    turn.note_quota(request, answer.response.headers());
                    return Ok(answer);
                }
                Err(fault) => turn.pass_on(fault)?,
            }
        }
    }

    /// Asks as [`ask`](Self::ask) does, until one has answered wholly.
    pub(super) async fn read(
        &self,
        registry: &str,
        request: &Request,
        size: &SizeLimit,
    ) -> Result<Whole, Fault> {
        let mut turn = self.turn(registry)?;
        loop {
            let retries = turn.retries(self.limits());
            match turn.station().read(&self.wire, request, size, retries).await {
                Ok(whole) => {
                    turn.note_quota(request, &whole.headers);
                    return Ok(whole);
                }
                Err(fault) => turn.pass_on(fault)?,
            }
        }
    }

    /// Asks as [`ask`](Self::ask) does, each endpoint once. Answers also with the login that the endpoint was shown.
    pub(super) async fn ask_once(&self, registry: &str, request: &Request) -> Result<(Answer, Login), Fault> {
        let mut turn = self.turn(registry)?;
        loop {
            let station = turn.station();
            match station.ask(&self.wire, request, 0).await {
                Ok(answer) => return Ok((answer, station.login())),
                Err(fault) => turn.pass_on(fault)?,
            }
        }
    }

    /// Asks the registry itself, and again after what may pass, `retries` times: the last of its endpoints. Those in front of it
    /// only stand in for it where it is read.
    pub(super) async fn ask_origin(
        &self,
        registry: &str,
        request: &Request,
        retries: usize,
    ) -> Result<Answer, Fault> {
        let turn = self.turn(registry)?;
        turn.registry.last.ask(&self.wire, request, retries).await
    }

    /// The logins that Docker keeps for the endpoints of a registry, in their order.
    pub(super) async fn logins(&self, registry: &str) -> Result<Vec<Login>, Fault> {
        let registry = self.registry(registry)?;
        let Registry { earlier, last, .. } = &*registry;
        let mut logins = Vec::new();
        for station in earlier.iter().chain([last]) {
            logins.push(station.find_login().await);
        }
        Ok(logins)
    }

    fn turn(&self, registry: &str) -> Result<Turn, Fault> {
        if self.is_offline() {
            return Err(ErrorKind::Offline.into());
        }
        let registry = self.registry(registry)?;
        Ok(Turn {
            asked_at: registry.heard.count(),
            registry,
            position: 0,
            before: None,
        })
    }

    /// What a registry said last of how often its manifests may still be read.
    pub(super) fn standing(&self, name: &str) -> Standing {
        let registries = self.registries.lock().unwrap_or_else(PoisonError::into_inner);
        registries
            .get(name)
            .map_or(Standing::Unknown, |registry| registry.heard.standing())
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
                heard: Heard::default(),
            },
            None => Registry {
                earlier: Vec::new(),
                last: station(&Endpoint::of_registry(name)?),
                heard: Heard::default(),
            },
        })
    }
}

/// Which endpoint of a registry is to be asked.
struct Turn {
    registry: Arc<Registry>,
    /// How many answers had spoken of what is left when it began.
    asked_at: u64,
    position: usize,
    before: Option<Fault>,
}

impl Turn {
    fn station(&self) -> &Station {
        let Registry { earlier, last, .. } = &*self.registry;
        earlier.get(self.position).unwrap_or(last)
    }

    /// Turns to the next endpoint, if there is one and the failure of this one says nothing about it.
    fn pass_on(&mut self, fault: Fault) -> Result<(), Fault> {
        let goes_on = !self.is_last() && lets_the_next_try(&fault.kind);
        let fault = telling(self.before.take(), fault);
        if !goes_on {
            return Err(fault);
        }
        self.before = Some(fault);
        self.position += 1;
        Ok(())
    }

    /// Keeps what an answer says is left. Hubs say it with manifests only; so only a manifest that comes without it shows
    /// that there is no limit.
    fn note_quota(&self, request: &Request, headers: &HeaderMap) {
        let said = match quota::stated(headers) {
            Some(quota) => Standing::Limited(quota),
            None if usage::is_of_manifest(&request.path) => Standing::Unlimited,
            None => return,
        };
        self.registry.heard.note(said, self.asked_at);
    }

    fn is_last(&self) -> bool {
        self.position == self.registry.earlier.len()
    }

    /// Only the last one is asked again after what may pass: for the others, the next one is the second try.
    fn retries(&self, limits: &Limits) -> usize {
        if self.is_last() { limits.retries } else { 0 }
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
        | ErrorKind::File { .. }
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
