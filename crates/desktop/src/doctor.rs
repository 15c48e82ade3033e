//! Looking at the surroundings: the order in which it is done, and that nothing that is broken hides anything else.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use futures_util::future::join_all;
use jiff::SignedDuration;
use model::AllowList;
use model::checkup::{
    AllowListFound, Answer, Check, Complaint, Configuration, HomeFolder, KeptLogin, Skipped, least_skew,
};
use model::installed::{Generation, Installed};
use registry::{ErrorKind as RegistryKind, Login, Ping};
use store::{DEFAULT_BLOB_CACHE, Store, Surroundings, configuration};

use crate::error::{Cause, Error};
use crate::list::Broken;
use crate::settings::{Clock, Settings};
use crate::words::Phase;

/// What is to be looked at. Nothing of it needs to be whole, and nothing is written.
#[derive(Debug)]
pub struct Doctor {
    /// The home folder.
    pub home: Utf8PathBuf,
    /// The configuration that is named; without it the one in the home folder.
    pub configuration: Option<Utf8PathBuf>,
    /// Whether nothing is asked of a registry.
    pub offline: bool,
    /// The time.
    pub clock: Clock,
}

/// What is configured, or where that cannot be understood the defaults.
struct Configured {
    client: Result<registry::Client, Skipped>,
    blob_cache: u64,
    allow_list: Option<AllowList>,
    checks: Vec<Check>,
}

/// What came of visiting one registry.
struct Visit {
    checks: Vec<Check>,
    ahead: Option<SignedDuration>,
}

impl Doctor {
    /// Looks at everything. Asks each registry that something installed or allowed comes from, side by side, and runs the
    /// credential helpers that Docker's configuration names for them.
    pub async fn examine(&self) -> Vec<Check> {
        let configured = self.configured();
        let home = Store::open(&self.home).and_then(|store| Ok((store.installed()?, store)));
        let mut checks = self.home(home.as_ref().map(|(_, store)| store));
        checks.extend(configured.checks);
        let installed = home.as_ref().map_or(&[][..], |(listing, _)| &listing.installed);
        let registries = registries(installed, configured.allow_list.as_ref());
        let (wire, ahead) = self.visit_all(configured.client, &registries).await;
        checks.extend(wire);
        let future = self.future(installed);
        checks.push(Check::Clock { ahead, future });
        if let Ok((listing, store)) = &home {
            checks.extend(activations(listing));
            checks.extend(generations(store, installed));
            checks.extend(space(store, configured.blob_cache));
        }
        checks
    }

    fn home(&self, store: Result<&Store, &store::Error>) -> Vec<Check> {
        let found = Surroundings::of(&self.home);
        let path = self.home.to_string();
        let state = match (store.map(Store::check_writable), found.obstacle) {
            (Err(error), _) => HomeFolder::Unusable(error.to_string()),
            (_, Some(obstacle)) => HomeFolder::Unusable(obstacle.to_string()),
            (Ok(Err(error)), None) => HomeFolder::ReadOnly(error.to_string()),
            (Ok(Ok(())), None) if found.exists => HomeFolder::Usable,
            (Ok(Ok(())), None) => HomeFolder::New,
        };
        let permissions = found.access.map(|access| Check::Permissions {
            path: path.clone(),
            mode: access.mode,
            is_own: access.is_own,
        });
        let space = found.free_space.map(Check::FreeSpace);
        let home = Check::HomeFolder { path, state };
        [Some(home), permissions, space].into_iter().flatten().collect()
    }

    /// Reads the configuration and its allow-list, each as far as it can be understood.
    fn configured(&self) -> Configured {
        let named = self.configuration.clone();
        let file = named.unwrap_or_else(|| self.home.join(configuration::FILE_NAME));
        let about = |state| Check::Configuration {
            file: file.to_string(),
            state,
        };
        let (mut read, client, blob_cache) = match self.read() {
            Ok(all) => all,
            Err(error) => {
                let broken = Configuration::Broken(error.to_string());
                return Configured {
                    client: Err(Skipped::BrokenConfiguration),
                    blob_cache: DEFAULT_BLOB_CACHE,
                    allow_list: None,
                    checks: vec![about(broken), Check::AllowList(AllowListFound::Unknown)],
                };
            }
        };
        let state = if file.exists() {
            Configuration::Read
        } else {
            Configuration::Defaults
        };
        let found = match (
            read.load_allow_list(),
            &read.allow_list_file,
            &read.policy.allow_list,
        ) {
            (Err(error), ..) => AllowListFound::Broken(error.to_string()),
            (Ok(()), Some(file), Some(list)) => AllowListFound::Read {
                file: file.to_string(),
                patterns: list.patterns().len(),
            },
            (Ok(()), ..) => AllowListFound::NotConfigured,
        };
        Configured {
            client: if self.offline {
                Err(Skipped::Offline)
            } else {
                Ok(client)
            },
            blob_cache,
            allow_list: read.policy.allow_list,
            checks: vec![about(state), Check::AllowList(found)],
        }
    }

    fn read(&self) -> Result<(configuration::Settings, registry::Client, u64), Error> {
        let named = self.configuration.as_deref();
        let read = configuration::Settings::load_without_allow_list(named, &self.home)
            .map_err(|error| Error::new(Phase::Settings, Cause::Configuration(error)))?;
        let settings = Settings::new(&read, self.clock)?;
        let client = registry::Client::new(settings.registry)
            .map_err(|error| Error::from_registry(Phase::Settings, error))?;
        Ok((read, client, settings.blob_cache))
    }

    /// What registries and helpers say, and how far the clock is ahead of theirs.
    async fn visit_all(
        &self,
        client: Result<registry::Client, Skipped>,
        registries: &BTreeSet<String>,
    ) -> (Vec<Check>, Option<SignedDuration>) {
        let client = match client {
            Ok(client) => client,
            Err(reason) => {
                let skipped = registries.iter().map(|registry| Check::Registry {
                    registry: registry.clone(),
                    answer: Answer::Skipped(reason),
                });
                let mut checks = or(skipped.collect(), Check::NoRegistry);
                checks.push(Check::NoCredentials(Some(reason)));
                return (checks, None);
            }
        };
        let visits = join_all(registries.iter().map(|registry| self.visit(&client, registry))).await;
        let ahead = least_skew(visits.iter().filter_map(|visit| visit.ahead));
        let (answers, logins): (Vec<_>, Vec<_>) = visits
            .into_iter()
            .flat_map(|visit| visit.checks)
            .partition(|check| matches!(check, Check::Registry { .. }));
        let mut checks = or(answers, Check::NoRegistry);
        checks.extend(or(logins, Check::NoCredentials(None)));
        (checks, ahead)
    }

    async fn visit(&self, client: &registry::Client, registry: &str) -> Visit {
        let ping = client.ping(registry).await;
        let date = ping.as_ref().ok().and_then(|ping| ping.date);
        let ahead = date.map(|date| (self.clock)().duration_since(date));
        let is_needed = matches!(&ping, Err(error) if wants_login(error.kind()));
        // Settings that stop this have stopped the ping before, which tells of it.
        let logins = client.logins(registry).await.unwrap_or_default();
        let logins = logins.into_iter().filter_map(kept);
        let answer = Check::Registry {
            registry: registry.to_owned(),
            answer: answer(registry, ping),
        };
        let credentials = logins.map(|login| Check::Credentials {
            registry: registry.to_owned(),
            login,
            is_needed,
        });
        Visit {
            checks: std::iter::once(answer).chain(credentials).collect(),
            ahead,
        }
    }

    fn future(&self, installed: &[Installed]) -> Option<SignedDuration> {
        let newest = installed
            .iter()
            .flat_map(all_of)
            .map(|kept| kept.installed_at)
            .max()?;
        let future = newest.duration_since((self.clock)());
        future.is_positive().then_some(future)
    }
}

/// The registries that something installed or allowed comes from.
fn registries(installed: &[Installed], list: Option<&AllowList>) -> BTreeSet<String> {
    let named = list.map(AllowList::repositories).unwrap_or_default();
    let whole = list.map(AllowList::listed_registries).unwrap_or_default();
    let ids = installed.iter().map(|installed| &installed.id).chain(&named);
    ids.map(|id| id.registry().to_owned())
        .chain(whole.into_iter().map(str::to_owned))
        .collect()
}

fn answer(registry: &str, ping: Result<Ping, registry::Error>) -> Answer {
    let error = match ping {
        Ok(Ping { endpoint, login, .. }) => {
            let login = match login {
                Login::None | Login::NotAsked | Login::Unavailable { .. } => None,
                login => Some(login.to_string()),
            };
            return Answer::Reached { endpoint, login };
        }
        Err(error) => error,
    };
    let (answer, help): (fn(Complaint) -> Answer, _) = match error.kind() {
        RegistryKind::HiddenOrMissing { .. } => (Answer::LoginWanted, None),
        RegistryKind::RateLimited { .. } => (Answer::Limited, None),
        RegistryKind::Server { status: ..500, .. } => {
            let key = format!("`endpoint` under `[registry.\"{registry}\"]`");
            (
                Answer::Failed,
                Some(format!(
                    "check the address, or {key}: no registry seems to be there"
                )),
            )
        }
        _ => (Answer::Failed, None),
    };
    let error = Error::from_registry(Phase::Settings, error);
    answer(Complaint {
        message: error.to_string(),
        help: help.or_else(|| error.help()),
    })
}

fn wants_login(kind: &RegistryKind) -> bool {
    matches!(
        kind,
        RegistryKind::HiddenOrMissing { .. } | RegistryKind::LoginRefused { .. }
    )
}

fn kept(login: Login) -> Option<KeptLogin> {
    match login {
        Login::None | Login::NotAsked => None,
        Login::Unavailable { reason } => Some(KeptLogin::Unavailable(reason)),
        login => Some(KeptLogin::Found(login.to_string())),
    }
}

fn activations(listing: &store::Listing) -> Vec<Check> {
    let broken = listing.broken.iter().map(|broken| {
        let Broken { name, id, problem } = Broken::of(broken);
        Check::BrokenActivation {
            name: id.map_or(name, |id| id.to_string()),
            problem,
        }
    });
    or(broken.collect(), Check::Activations(listing.installed.len()))
}

fn generations(store: &Store, installed: &[Installed]) -> Vec<Check> {
    let all = || {
        installed
            .iter()
            .flat_map(|installed| all_of(installed).map(move |kept| (installed, kept)))
    };
    let missing = all().filter(|(installed, kept)| !store.seems_whole(&installed.id, kept));
    let missing = missing.map(|(installed, kept)| Check::MissingGeneration {
        id: installed.id.to_string(),
        version: kept.version(),
        is_current: *kept == installed.current,
    });
    or(missing.collect(), Check::Generations(all().count()))
}

/// What of the disk is used for what could go; nothing of what cannot be counted.
fn space(store: &Store, limit: u64) -> Vec<Check> {
    let blobs = store.blobs().with_limit(limit);
    let bytes = |found: store::Collection| found.garbage.iter().map(|garbage| garbage.bytes).sum();
    let garbage = store
        .garbage(&blobs)
        .ok()
        .map(|found| Check::Garbage(bytes(found)));
    let cache = blobs.size().ok().map(|bytes| Check::BlobCache { bytes, limit });
    garbage.into_iter().chain(cache).collect()
}

fn all_of(installed: &Installed) -> impl Iterator<Item = &Generation> {
    std::iter::once(&installed.current).chain(&installed.previous)
}

/// What was found, or else that there was nothing to find.
fn or(found: Vec<Check>, nothing: Check) -> Vec<Check> {
    if found.is_empty() { vec![nothing] } else { found }
}
