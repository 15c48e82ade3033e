//! Tokens from token servers (distribution, "Token Authentication Specification" and "OAuth 2 Token Authentication").

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::credentials::Credentials;
use super::{Login, unanswerable};
use crate::Limits;
use crate::error::{ErrorKind, Fault, authority};
use crate::secret::Secret;
use crate::station::Scope;
use crate::wire::{
    Answer, Ask, Authorization, Content, Envelope, SizeLimit, Wire, read_start, read_whole, refusal,
    retry_after,
};

/// What the specification lets a token without `expires_in` live.
const DEFAULT_LIFE: Duration = Duration::from_secs(60);
/// A longer life is taken for this: as good as for ever, and far from overflowing a clock.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// A token is given up this long before its end, so that it does not end on the way.
const MARGIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) value: Secret,
    good_until: Instant,
}

impl Token {
    pub(super) fn is_good(&self) -> bool {
        Instant::now() < self.good_until
    }
}

/// What a token is asked for with.
pub(super) struct Request<'a> {
    pub(super) realm: Url,
    pub(super) service: Option<&'a str>,
    /// The scope as the registry itself wrote it, if it did.
    pub(super) stated: Option<&'a str>,
    /// What it is to allow; at least one.
    pub(super) scopes: &'a [Scope],
    pub(super) credentials: Option<&'a Credentials>,
    pub(super) login: &'a Login,
    pub(super) ca: Option<&'a camino::Utf8PathBuf>,
}

#[derive(Deserialize)]
struct WireToken {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Request<'_> {
    /// Asks the token server.
    pub(super) async fn fetch(self, wire: &Wire) -> Result<Token, Fault> {
        let password = self.password();
        let answer = wire.send(self.ask(password.as_ref())).await?;
        let status = answer.response.status();
        if status.is_success() {
            self.read(answer, wire.limits()).await
        } else {
            Err(self.refused(answer, status, wire.limits()).await)
        }
    }

    /// The header of a login with a password; an identity token goes into the form instead.
    fn password(&self) -> Option<Authorization> {
        match self.credentials? {
            Credentials::Password { user, password } => Some(Authorization::Basic {
                user: user.clone(),
                password: password.clone(),
            }),
            Credentials::Identity(_) => None,
        }
    }

    fn ask<'a>(&'a self, password: Option<&'a Authorization>) -> Ask<'a> {
        let mut ask = Ask {
            method: Method::GET,
            url: self.realm.clone(),
            accept: None,
            start: 0,
            authorization: password,
            content: None,
            ca: self.ca,
            socket: None,
        };
        let scopes: Vec<_> = self
            .scopes
            .iter()
            .flat_map(|scope| scope.to_ask_for(self.stated))
            .collect();
        let service = self.service.map(|service| ("service", service));
        if let Some(Credentials::Identity(token)) = self.credentials {
            let mut form = Serializer::new(String::new());
            form.append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose())
                .append_pair("client_id", "outrigger")
                .extend_pairs((!scopes.is_empty()).then(|| ("scope", scopes.join(" "))))
                .extend_pairs(service);
            ask.method = Method::POST;
            ask.content = Some(Content::Bytes {
                media_type: "application/x-www-form-urlencoded".to_owned(),
                bytes: form.finish().into(),
            });
        } else {
            ask.url
                .query_pairs_mut()
                .extend_pairs(service)
                .extend_pairs(scopes.iter().map(|scope| ("scope", scope)));
        }
        ask
    }

    async fn read(&self, answer: Answer, limits: &Limits) -> Result<Token, Fault> {
        let at = |kind| Fault::at(&answer.url, kind);
        let size = SizeLimit {
            what: "the token server's answer is",
            limit: limits.token_size,
            setting: "limits.token-size",
        };
        let body = read_whole(answer.response, &size, limits).await.map_err(at)?;
        Token::parse(&body).ok_or_else(|| {
            let realm = authority(&self.realm);
            at(unanswerable(format!(
                "its token server `{realm}` answers without a token"
            )))
        })
    }

    async fn refused(&self, answer: Answer, status: StatusCode, limits: &Limits) -> Fault {
        let after = retry_after(&answer.response);
        let refused = match self.credentials {
            None => false,
            Some(Credentials::Password { .. }) => status == StatusCode::UNAUTHORIZED,
            // OAuth 2 refuses a refresh token with 400 (RFC 6749, 5.2).
            Some(Credentials::Identity(_)) => {
                matches!(status, StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST)
            }
        };
        let envelope = Envelope::parse(&read_start(answer.response, limits).await);
        let kind = match refusal(status, &envelope, after, self.login) {
            _ if refused => ErrorKind::LoginRefused {
                login: self.login.clone(),
            },
            // A token server that is not there says nothing about the repository.
            ErrorKind::NotFound { .. } => ErrorKind::Server {
                status: status.as_u16(),
                after: None,
                said: None,
            },
            other => other,
        };
        Fault::at(&answer.url, kind)
    }
}

impl Token {
    /// Reads a token server's answer; nothing, if there is no token in it.
    pub(super) fn parse(answer: &[u8]) -> Option<Self> {
        let wire: WireToken = serde_json::from_slice(answer).ok()?;
        let given = [wire.token, wire.access_token].into_iter().flatten();
        let value = given.into_iter().find(|token| !token.is_empty())?;
        let life = wire.expires_in.map_or(DEFAULT_LIFE, Duration::from_secs);
        let life = life.min(LONGEST_LIFE).saturating_sub(MARGIN);
        Some(Self {
            value: Secret::new(value),
            good_until: Instant::now() + life,
        })
    }
}

impl From<&Token> for Authorization {
    fn from(token: &Token) -> Self {
        Self::Bearer(token.value.clone())
    }
}
