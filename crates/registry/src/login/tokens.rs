//! The tokens of one endpoint, and the scopes for which one will be wanted.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use super::token::Token;
use crate::station::Scope;
use crate::wire::Authorization;

/// How many scopes one token is asked for: addresses have to stay shorter than servers allow.
const BATCH: usize = 20;

#[derive(Default)]
pub(super) struct Tokens {
    state: Mutex<State>,
    /// Held by who fetches a token for several scopes: the others wait, since it may be for them too.
    pub(super) batch: AsyncMutex<()>,
}

#[derive(Default)]
struct State {
    held: HashMap<Scope, Token>,
    /// Held by who fetches a token for one scope, so that requests that arrive together fetch one.
    slots: HashMap<Scope, Arc<AsyncMutex<()>>>,
    expected: BTreeSet<Scope>,
    /// The token server, or the registry, has shown that a token is for one scope.
    one_each: bool,
}

impl Tokens {
    /// Says what tokens will be wanted for.
    pub(super) fn expect(&self, scopes: impl IntoIterator<Item = Scope>) {
        self.state().expected.extend(scopes);
    }

    pub(super) fn slot(&self, scope: &Scope) -> Arc<AsyncMutex<()>> {
        Arc::clone(self.state().slots.entry(scope.clone()).or_default())
    }

    /// A good token for `scope` that is not the one that was just refused.
    pub(super) fn good(&self, scope: &Scope, refused: Option<&Authorization>) -> Option<Authorization> {
        let state = self.state();
        let token = state.held.get(scope).filter(|token| token.is_good())?;
        Some(Authorization::from(token)).filter(|authorization| Some(authorization) != refused)
    }

    /// The scopes for which a token is to be asked together with one for `scope`: none where that has shown to be of no use.
    pub(super) fn together_with(&self, scope: &Scope) -> Vec<Scope> {
        let mut state = self.state();
        state.expected.remove(scope);
        if state.one_each {
            return Vec::new();
        }
        let others: Vec<_> = state.expected.iter().take(BATCH - 1).cloned().collect();
        state.expected.retain(|expected| !others.contains(expected));
        others
    }

    pub(super) fn hold(&self, scopes: impl IntoIterator<Item = Scope>, token: &Token) {
        let with_token = scopes.into_iter().map(|scope| (scope, token.clone()));
        self.state().held.extend(with_token);
    }

    /// From now on one token is asked for each scope. What a refused one was held for is asked for again.
    pub(super) fn one_each(&self, refused: Option<&Authorization>) {
        let mut state = self.state();
        state.one_each = true;
        state
            .held
            .retain(|_, token| Some(&Authorization::from(&*token)) != refused);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
