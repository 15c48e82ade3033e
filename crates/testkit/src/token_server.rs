//! A token server of the kind that registries send their clients to, with tokens that `docker-registry` accepts.
//!
//! The tokens are signed by a certificate whose authority the registry knows (distribution, "Token Authentication
//! Specification"). It speaks plain HTTP on loopback: nginx stands before it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::tls::{Authority, Signer};

/// Who issues the tokens, and for whom.
pub(crate) const ISSUER: &str = "outrigger-tests";
pub(crate) const SERVICE: &str = "whales";

/// How much later than it says `docker-registry` still takes a token.
const LEEWAY: Duration = Duration::from_secs(60);

/// A token server, until it is dropped.
#[derive(Debug)]
pub struct TokenServer {
    authority: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    signer: Signer,
    /// What it wants to see before it gives a token.
    login: Login,
    /// How long a token is good, whatever is said of it.
    life: Mutex<Duration>,
    asked: Mutex<Vec<TokenRequest>>,
}

/// Who may have tokens.
#[derive(Debug, Clone)]
pub enum Login {
    /// Anybody.
    Anyone,
    /// Who sends this name and password (Basic).
    Password(String, String),
    /// Who sends this refresh token, which Docker's configuration calls an identity token.
    Identity(String),
}

/// A request for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// `GET`, or `POST` with a form.
    pub method: String,
    /// What it was to be for, in the order of the request.
    pub scopes: Vec<String>,
    /// Whether a token was given.
    pub is_granted: bool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

impl TokenServer {
    /// Starts one whose tokens are signed below `authority`, and are good for an hour.
    ///
    /// Fails where no thread or port is to be had.
    pub fn start(authority: &Authority, login: Login) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            signer: authority.signer("tokens")?,
            login,
            life: Mutex::new(Duration::from_secs(3600)),
            asked: Mutex::default(),
        });
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_io()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let authority = listener.local_addr()?.to_string();
        let serving = Arc::clone(&shared);
        let router = Router::new().fallback(move |request: Request| {
            let serving = Arc::clone(&serving);
            async move { serving.answer(request).await }
        });
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            authority,
            shared,
            _runtime: runtime,
        })
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// From now on tokens are good for this long, although they are said to be good for an hour.
    pub fn set_life(&self, life: Duration) {
        *self.shared.life.lock().unwrap_or_else(PoisonError::into_inner) = life;
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<TokenRequest> {
        self.shared
            .asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Shared {
    async fn answer(&self, request: Request) -> Response {
        let method = request.method().to_string();
        let given = request.headers().get("authorization").cloned();
        let given = given.and_then(|value| value.to_str().map(str::to_owned).ok());
        let mut text = request.uri().query().unwrap_or_default().to_owned();
        if method == "POST" {
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap_or_default();
            text = String::from_utf8_lossy(&body).into_owned();
        }
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect();
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let scopes: Vec<String> = pairs
            .iter()
            .filter(|(key, _)| key == "scope")
            .flat_map(|(_, scope)| scope.split(' ').map(str::to_owned))
            .collect();
        let is_granted = match &self.login {
            Login::Anyone => true,
            Login::Password(user, password) => {
                let login = STANDARD.encode(format!("{user}:{password}"));
                given.as_deref() == Some(&format!("Basic {login}"))
            }
            Login::Identity(token) => {
                value("grant_type") == Some("refresh_token") && value("refresh_token") == Some(token)
            }
        };
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(TokenRequest {
                method,
                scopes: scopes.clone(),
                is_granted,
            });
        match self.token(&scopes).filter(|_| is_granted) {
            Some(token) => json!({"token": token, "expires_in": 3600})
                .to_string()
                .into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    /// A token that allows these scopes.
    fn token(&self, scopes: &[String]) -> Option<String> {
        let life = *self.life.lock().unwrap_or_else(PoisonError::into_inner);
        let access: Vec<Value> = scopes.iter().filter_map(|scope| access(scope)).collect();
        self.signer.sign(life, &access).ok()
    }
}

/// `repository:acme/whale:pull` as a token has it.
fn access(scope: &str) -> Option<Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let actions: Vec<_> = actions.split(',').collect();
    Some(json!({"type": kind, "name": name, "actions": actions}))
}

impl Signer {
    /// A JSON web token (RFC 7519) with its certificate in `x5c`.
    fn sign(&self, life: Duration, access: &[Value]) -> anyhow::Result<String> {
        let now = now()?;
        let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [STANDARD.encode(&self.certificate)]});
        let claims = json!({
            "iss": ISSUER, "aud": SERVICE, "sub": "", "jti": "1", "access": access,
            "nbf": 0, "iat": 0, "exp": (now + life).saturating_sub(LEEWAY).as_secs(),
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.key, &random)
            .ok()
            .context("the key is of another kind")?;
        let signature = key
            .sign(&random, signed.as_bytes())
            .ok()
            .context("it cannot be signed")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the registry compares with its own clock"
)]
fn now() -> anyhow::Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}
