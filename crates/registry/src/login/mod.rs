//! Who we are to one endpoint: what it asks for, the login that Docker keeps for it, and its tokens.
//!
//! Anonymous first. What an endpoint once asked for is remembered, so that its next request comes with an answer.

mod challenge;
mod credentials;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod realm;
mod token;
mod tokens;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use camino::Utf8PathBuf;
use reqwest::header::HeaderMap;
use tokio::sync::OnceCell;
use url::Url;

use crate::error::{ErrorKind, Fault, authority};
use crate::station::Scope;
use crate::wire::{Authorization, Wire};
use challenge::{Bearer, Challenge};
use credentials::{Credentials, Found};
use token::Token;
use tokens::Tokens;

pub(crate) use realm::is_address;

/// Where a login came from, for whoever has to repair it. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// There is none for this endpoint.
    None,
    /// None was looked for, because the registry asked for none.
    NotAsked,
    /// One may exist, but could not be had or given: a helper that is missing, fails or hangs, a file that cannot be
    /// read, a kind of login that is not known here.
    Unavailable {
        /// What was tried and what happened, without a secret.
        reason: String,
    },
    /// An entry of `auths` in Docker's configuration.
    Auths {
        /// The entry's name.
        key: String,
        /// The file.
        file: Utf8PathBuf,
    },
    /// A helper that `credHelpers` names for this endpoint: the program `docker-credential-<name>`.
    Helper {
        /// The name.
        name: String,
    },
    /// The helper that `credsStore` names for everything.
    Store {
        /// The name.
        name: String,
    },
}

impl fmt::Display for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("no login was found for it"),
            Self::NotAsked => formatter.write_str("none was sent, because the registry asked for none"),
            Self::Unavailable { reason } => write!(formatter, "no login could be had: {reason}"),
            Self::Auths { key, file } => write!(formatter, "auths entry `{key}` of {file}"),
            Self::Helper { name } => write!(formatter, "credential helper `{name}`"),
            Self::Store { name } => write!(formatter, "credential store `{name}`"),
        }
    }
}

/// A 401 that asks for something that cannot be given, for this `reason`.
fn unanswerable(reason: String) -> ErrorKind {
    ErrorKind::HiddenOrMissing {
        status: 401,
        login: Login::Unavailable { reason },
    }
}

/// What a [`Doorkeeper`] has to know about its endpoint.
pub(crate) struct Household {
    pub(crate) endpoint: Url,
    /// The setting `realm`.
    pub(crate) named_realm: Option<String>,
    pub(crate) docker_config: Option<Utf8PathBuf>,
    pub(crate) ca: Option<Utf8PathBuf>,
    pub(crate) helper_time: Duration,
}

/// The logins and tokens of one endpoint. Nothing of it is ever used for another.
pub(crate) struct Doorkeeper {
    household: Household,
    found: OnceCell<Found>,
    learned: Mutex<Option<Challenge>>,
    tokens: Tokens,
}

impl Doorkeeper {
    pub(crate) fn new(household: Household) -> Self {
        Self {
            household,
            found: OnceCell::new(),
            learned: Mutex::default(),
            tokens: Tokens::default(),
        }
    }

    /// What to send with a first request: nothing, until the endpoint has once asked for something.
    pub(crate) async fn ready(&self, wire: &Wire, scope: &Scope) -> Result<Option<Authorization>, Fault> {
        let learned = self
            .learned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match learned {
            None => Ok(None),
            Some(challenge) => self.satisfy(wire, scope, &challenge, None).await,
        }
    }

    /// What to send after a 401: nothing if there is nothing that was not `tried` already.
    pub(crate) async fn answer(
        &self,
        wire: &Wire,
        scope: &Scope,
        headers: &HeaderMap,
        tried: Option<&Authorization>,
    ) -> Result<Option<Authorization>, Fault> {
        let challenge = Challenge::of(headers)?;
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(challenge.clone());
        let authorization = self.satisfy(wire, scope, &challenge, tried).await?;
        Ok(authorization.filter(|authorization| Some(authorization) != tried))
    }

    /// The login that stands behind this endpoint's requests, as far as it was looked for.
    pub(crate) fn login(&self) -> Login {
        self.found
            .get()
            .map_or(Login::NotAsked, |found| found.login.clone())
    }

    /// The login that Docker keeps for this endpoint, whether it is asked for one or not.
    pub(crate) async fn find_login(&self) -> Login {
        self.found().await.login.clone()
    }

    async fn satisfy(
        &self,
        wire: &Wire,
        scope: &Scope,
        challenge: &Challenge,
        tried: Option<&Authorization>,
    ) -> Result<Option<Authorization>, Fault> {
        if let Challenge::Bearer(bearer) = challenge {
            return Ok(Some(self.token(wire, scope, bearer, tried).await?));
        }
        Ok(match &self.found().await.credentials {
            Some(Credentials::Password { user, password }) => Some(Authorization::Basic {
                user: user.clone(),
                password: password.clone(),
            }),
            // An identity token is for token servers; there is no header for it.
            Some(Credentials::Identity(_)) | None => None,
        })
    }

    async fn found(&self) -> &Found {
        let server = credentials::server_of(&self.household.endpoint);
        let folder = self.household.docker_config.clone();
        let looking = || credentials::find(server, folder, self.household.helper_time);
        self.found.get_or_init(looking).await
    }

    /// Says which repositories will be asked about: tokens for several may then be had at once.
    pub(crate) fn expect(&self, scopes: impl IntoIterator<Item = Scope>) {
        self.tokens.expect(scopes);
    }

    /// A good token for `scope` that is not the one that was just refused.
    async fn token(
        &self,
        wire: &Wire,
        scope: &Scope,
        bearer: &Bearer,
        tried: Option<&Authorization>,
    ) -> Result<Authorization, Fault> {
        let slot = self.tokens.slot(scope);
        let _fetching = slot.lock().await;
        if let Some(good) = self.tokens.good(scope, tried) {
            return Ok(good);
        }
        if tried.is_some() && self.tokens.good(scope, None).is_some() {
            // It should be good, and is not: it is too old for the registry's clock, or is not for this scope.
            self.tokens.one_each(tried);
        } else if let Some(good) = self.batch(wire, scope, bearer).await {
            return Ok(good);
        }
        let token = self.fetch(wire, std::slice::from_ref(scope), bearer).await?;
        self.tokens.hold([scope.clone()], &token);
        Ok(Authorization::from(&token))
    }

    /// A token for `scope` and for others that will be wanted. Nothing where there are none, or the token server does not give
    /// it: then one for `scope` alone says why.
    async fn batch(&self, wire: &Wire, scope: &Scope, bearer: &Bearer) -> Option<Authorization> {
        if scope.has_other_name(bearer.scope.as_deref()) {
            return None;
        }
        let _fetching = self.tokens.batch.lock().await;
        if let Some(good) = self.tokens.good(scope, None) {
            return Some(good);
        }
        let mut scopes = self.tokens.together_with(scope);
        if scopes.is_empty() {
            return None;
        }
        scopes.insert(0, scope.clone());
        match self.fetch(wire, &scopes, bearer).await {
            Ok(token) => {
                self.tokens.hold(scopes, &token);
                Some(Authorization::from(&token))
            }
            Err(fault) => {
                tracing::debug!(problem = %fault.kind, "no token for several repositories");
                self.tokens.one_each(None);
                None
            }
        }
    }

    async fn fetch(&self, wire: &Wire, scopes: &[Scope], bearer: &Bearer) -> Result<Token, Fault> {
        let endpoint = &self.household.endpoint;
        let realm = realm::admit(endpoint, &bearer.realm)?;
        let found = self.found().await;
        let objection = realm::objection(endpoint, &realm, self.household.named_realm.as_deref());
        if let Some(problem) = objection.filter(|_| found.credentials.is_some()) {
            return Err(Fault::from(ErrorKind::RealmNotTrusted {
                realm: authority(&realm),
                login: found.login.clone(),
                problem,
            }));
        }
        let request = token::Request {
            realm,
            service: bearer.service.as_deref(),
            stated: bearer.scope.as_deref(),
            scopes,
            credentials: found.credentials.as_ref(),
            login: &found.login,
            ca: self.household.ca.as_ref(),
        };
        request.fetch(wire).await
    }
}
