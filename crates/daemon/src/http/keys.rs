//! The secrets: the token for programs, the cookie for the browser, and the links that bring it there.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use model::Digest;
use store::ServiceRoom;
use subtle::ConstantTimeEq as _;

use crate::error::Error;

/// The bytes of a secret: as many as of the digests that stand for it.
const BYTES: usize = 32;
/// The most links that wait to be opened; an older one ends where more are asked for.
const LINKS: usize = 8;

/// What opens the doors of this service.
pub(crate) struct Keys {
    token: String,
    session: String,
    links: Mutex<Vec<String>>,
}

impl Keys {
    /// The keys of a home folder: the token that is there, else a new one.
    pub(crate) fn of(room: &ServiceRoom) -> Result<Self, Error> {
        let token = match room.token()?.filter(|token| is_secret(token)) {
            Some(token) => token,
            None => secret()?,
        };
        // Written in any case: the file may have come from elsewhere, with another mode.
        room.write_token(&token)?;
        // What the browser holds must not tell the token: it goes to every port of this machine.
        let session = Digest::of(format!("outrigger session {token}").as_bytes()).to_string();
        let session = session.replace(':', "-");
        Ok(Self {
            token,
            session,
            links: Mutex::default(),
        })
    }

    /// Whether a program may come in that shows this.
    pub(crate) fn is_token(&self, shown: &str) -> bool {
        is_same(&self.token, shown)
    }

    /// Whether a browser may come in whose cookie is this.
    pub(crate) fn is_session(&self, shown: &str) -> bool {
        is_same(&self.session, shown)
    }

    /// The value of the cookie.
    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    /// A key that opens the door for a browser once.
    pub(crate) fn new_link(&self) -> Result<String, Error> {
        let key = secret()?;
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() == LINKS {
            links.remove(0);
        }
        links.push(key.clone());
        Ok(key)
    }

    /// Whether the key was given out and not used yet. It is used now.
    pub(crate) fn use_link(&self, shown: &str) -> bool {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let found = links.iter().position(|key| is_same(key, shown));
        found.map(|position| links.remove(position)).is_some()
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys")
    }
}

/// Compares in a time that does not tell how much is right.
fn is_same(secret: &str, shown: &str) -> bool {
    secret.as_bytes().ct_eq(shown.as_bytes()).into()
}

fn is_secret(text: &str) -> bool {
    text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn secret() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
