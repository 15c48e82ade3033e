//! One endpoint of one registry: asking it, with logins and retries, until it has said yes or no.

use camino::Utf8PathBuf;
use reqwest::header::WWW_AUTHENTICATE;
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::error::{ErrorKind, Fault};
use crate::login::{Doorkeeper, Household, Login};
use crate::retry::Patience;
use crate::settings::{Endpoint, RegistrySettings, Settings};
use crate::wire::{
    Answer, Ask, Authorization, Content, Envelope, SizeLimit, Whole, Wire, read_start, refusal, retry_after,
};

/// What a token is to allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// Reading this repository.
    Pull(String),
    /// Writing this repository, and reading it.
    Push(String),
    /// Taking blobs of one repository into another.
    Mount { to: String, from: String },
    /// Listing the registry's repositories.
    Catalog,
    /// Nothing but being let in.
    Entry,
}

impl Scope {
    /// The scopes to ask a token server for, given what the registry `stated`; none where none is needed.
    ///
    /// A registry that keeps repositories below a prefix of its own states that longer name, and is followed. It is
    /// not followed to anything else: with our login, that could be a token for what only we may read or write.
    pub(crate) fn to_ask_for(&self, stated: Option<&str>) -> Vec<String> {
        let longer = |repository: &str, actions: &[&str]| {
            let stated = stated.filter(|stated| is_longer_name(stated, repository, actions));
            stated.map(str::to_owned)
        };
        let ours = match self {
            Self::Pull(repository) => {
                longer(repository, &["pull"]).unwrap_or_else(|| format!("repository:{repository}:pull"))
            }
            Self::Push(repository) => longer(repository, &["pull,push", "push,pull"])
                .unwrap_or_else(|| format!("repository:{repository}:pull,push")),
            Self::Mount { to, from } => {
                let to = format!("repository:{to}:pull,push");
                return vec![to, format!("repository:{from}:pull")];
            }
            Self::Catalog => "registry:catalog:*".to_owned(),
            Self::Entry => return Vec::new(),
        };
        vec![ours]
    }

    /// Whether the registry keeps it under another name than the one that it is asked for.
    pub(crate) fn has_other_name(&self, stated: Option<&str>) -> bool {
        self.to_ask_for(stated) != self.to_ask_for(None)
    }
}

fn is_longer_name(stated: &str, repository: &str, actions: &[&str]) -> bool {
    let (name, stated_actions) = stated.rsplit_once(':').unwrap_or_default();
    name.strip_prefix("repository:")
        .filter(|_| actions.contains(&stated_actions))
        .and_then(|name| name.strip_suffix(repository))
        .is_some_and(|front| front.ends_with('/') && !front.contains([':', ' ', ',']))
}

/// A request in the terms of the distribution API.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// What stands behind `/v2/`.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) accept: Option<&'static str>,
    /// The first byte that is wanted; 0 is everything. What lies behind it may come alone, as 206.
    pub(crate) start: u64,
    pub(crate) scope: Scope,
    /// An address that the registry gave, in the place of `path` and `query`.
    pub(crate) at: Option<Url>,
    /// What it brings.
    pub(crate) content: Option<Content>,
    /// The statuses that say that it went well.
    pub(crate) success: &'static [StatusCode],
}

impl Request {
    /// A `GET` of all that stands behind `path`.
    pub(crate) fn reading(path: String, scope: Scope) -> Self {
        Self {
            method: Method::GET,
            path,
            query: None,
            accept: None,
            start: 0,
            scope,
            at: None,
            content: None,
            success: &[StatusCode::OK],
        }
    }
}

/// An endpoint as it is spoken to.
pub(crate) struct Station {
    base: Url,
    socket: Option<Utf8PathBuf>,
    ca: Option<Utf8PathBuf>,
    doorkeeper: Doorkeeper,
}

impl Station {
    pub(crate) fn new(endpoint: &Endpoint, registry: Option<&RegistrySettings>, settings: &Settings) -> Self {
        let base = endpoint.url().clone();
        let ca = registry.and_then(|registry| registry.ca.clone());
        let household = Household {
            endpoint: base.clone(),
            named_realm: registry.and_then(|registry| registry.realm.clone()),
            docker_config: settings.docker_config.clone(),
            ca: ca.clone(),
            helper_time: settings.limits.helper_time,
        };
        Self {
            base,
            socket: endpoint.socket().cloned(),
            ca,
            doorkeeper: Doorkeeper::new(household),
        }
    }

    /// Says which repositories will be asked about.
    pub(crate) fn expect(&self, repositories: impl IntoIterator<Item = String>) {
        self.doorkeeper.expect(repositories.into_iter().map(Scope::Pull));
    }

    /// The login that stands behind its requests, as far as it was looked for.
    pub(crate) fn login(&self) -> Login {
        self.doorkeeper.login()
    }

    /// The login that Docker keeps for it, looked for now if that was not done before.
    pub(crate) async fn find_login(&self) -> Login {
        self.doorkeeper.find_login().await
    }

    /// Asks, and again after what may pass, `retries` times.
    pub(crate) async fn ask(&self, wire: &Wire, request: &Request, retries: usize) -> Result<Answer, Fault> {
        let mut patience = Patience::for_request(retries, wire.limits());
        loop {
            match self.ask_once(wire, request).await {
                Err(fault) => patience.ask_again(wire, fault.of_endpoint(&self.base)).await?,
                done => return done,
            }
        }
    }

    /// Asks and reads all of the answer, and again after what may pass, `retries` times.
    pub(crate) async fn read(
        &self,
        wire: &Wire,
        request: &Request,
        size: &SizeLimit,
        retries: usize,
    ) -> Result<Whole, Fault> {
        let mut patience = Patience::for_request(retries, wire.limits());
        loop {
            match self.read_once(wire, request, size).await {
                Err(fault) => patience.ask_again(wire, fault.of_endpoint(&self.base)).await?,
                done => return done,
            }
        }
    }

    async fn read_once(&self, wire: &Wire, request: &Request, size: &SizeLimit) -> Result<Whole, Fault> {
        let answer = self.ask_once(wire, request).await?;
        Whole::of(answer, size, wire.limits()).await
    }

    async fn ask_once(&self, wire: &Wire, request: &Request) -> Result<Answer, Fault> {
        let first = self.doorkeeper.ready(wire, &request.scope).await?;
        let answer = self.send(wire, request, first.as_ref()).await?;
        // Whoever we were sent on to is not the registry, and gets no login.
        if !answer.from_origin || !asks_for_login(&answer.response, first.as_ref()) {
            return self.judge(wire, request, answer, first.as_ref()).await;
        }
        let headers = answer.response.headers();
        let second = self
            .doorkeeper
            .answer(wire, &request.scope, headers, first.as_ref())
            .await
            .map_err(|fault| Fault {
                url: fault
                    .url
                    .or_else(|| Some(crate::error::redacted(&answer.url).into())),
                ..fault
            })?;
        match second {
            None => self.judge(wire, request, answer, first.as_ref()).await,
            Some(second) => {
                let answer = self.send(wire, request, Some(&second)).await?;
                self.judge(wire, request, answer, Some(&second)).await
            }
        }
    }

    async fn send(
        &self,
        wire: &Wire,
        request: &Request,
        authorization: Option<&Authorization>,
    ) -> Result<Answer, Fault> {
        let url = self.address(request);
        let ask = Ask {
            method: request.method.clone(),
            accept: request.accept,
            start: request.start,
            // Where a registry lets its uploads go to somebody else, that is not who our login is for.
            authorization: authorization.filter(|_| url.origin() == self.base.origin()),
            url,
            content: request.content.clone(),
            ca: self.ca.as_ref(),
            socket: self.socket.as_ref(),
        };
        wire.send(ask).await
    }

    fn address(&self, request: &Request) -> Url {
        if let Some(url) = &request.at {
            return url.clone();
        }
        let mut url = self.base.clone();
        let front = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{front}/v2/{}", request.path));
        url.set_query(request.query.as_deref());
        url
    }

    /// A success, or what the refusal means; `shown` is the authorization that came with the request.
    async fn judge(
        &self,
        wire: &Wire,
        request: &Request,
        answer: Answer,
        shown: Option<&Authorization>,
    ) -> Result<Answer, Fault> {
        let status = answer.response.status();
        let is_rest = status == StatusCode::PARTIAL_CONTENT && request.start > 0;
        if request.success.contains(&status) || is_rest {
            return Ok(answer);
        }
        let after = retry_after(&answer.response);
        let login = self.doorkeeper.login();
        let password_refused =
            status == StatusCode::UNAUTHORIZED && matches!(shown, Some(Authorization::Basic { .. }));
        let kind = if password_refused && answer.from_origin {
            ErrorKind::LoginRefused { login }
        } else {
            let body = read_start(answer.response, wire.limits()).await;
            refusal(status, &Envelope::parse(&body), after, &login)
        };
        Err(Fault::at(&answer.url, kind))
    }
}

/// A 401 always does. A 403 does where it brings a challenge and nothing was shown yet: that is how a server says that a login
/// might help (RFC 9110, 11.6.1), and some that are open to all for a part answer so for the rest.
fn asks_for_login(response: &Response, shown: Option<&Authorization>) -> bool {
    match response.status() {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::FORBIDDEN => shown.is_none() && response.headers().contains_key(WWW_AUTHENTICATE),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_cannot_have_a_token_made_for_something_else() {
        let ours = "repository:acme/whale:pull";
        let scope = Scope::Pull("acme/whale".to_owned());
        for (stated, asked) in [
            (None, ours),
            (Some(ours), ours),
            (
                Some("repository:hub/acme/whale:pull"),
                "repository:hub/acme/whale:pull",
            ),
            (Some("repository:acme/whale:pull,push"), ours),
            (Some("repository:acme/secret:pull"), ours),
            (Some("repository:xacme/whale:pull"), ours),
            (
                Some("repository:acme/secret:pull repository:x/acme/whale:pull"),
                ours,
            ),
            (Some("registry:catalog:*"), ours),
        ] {
            assert_eq!(scope.to_ask_for(stated), [asked], "{stated:?}");
        }
        assert_eq!(Scope::Catalog.to_ask_for(Some(ours)), ["registry:catalog:*"]);
        assert!(Scope::Entry.to_ask_for(Some(ours)).is_empty());
    }

    #[test]
    fn writing_is_asked_for_with_its_own_scopes() {
        let ours = "repository:acme/whale:pull,push";
        let scope = Scope::Push("acme/whale".to_owned());
        for (stated, asked) in [
            (None, ours),
            (
                Some("repository:hub/acme/whale:push,pull"),
                "repository:hub/acme/whale:push,pull",
            ),
            (Some("repository:hub/acme/whale:pull"), ours),
            (Some("repository:hub/acme/whale:pull,push,delete"), ours),
        ] {
            assert_eq!(scope.to_ask_for(stated), [asked], "{stated:?}");
        }
        let mount = Scope::Mount {
            to: "acme/whale".to_owned(),
            from: "acme/base".to_owned(),
        };
        assert_eq!(mount.to_ask_for(None), [ours, "repository:acme/base:pull"]);
    }

    #[test]
    fn the_api_stands_behind_the_endpoints_path() {
        let address = |endpoint: &str| {
            let endpoint = Endpoint::new(endpoint, false).unwrap();
            let request = Request {
                query: Some("n=1000".to_owned()),
                ..Request::reading("acme/whale/tags/list".to_owned(), Scope::Catalog)
            };
            let station = Station::new(&endpoint, None, &Settings::default());
            station.address(&request).to_string()
        };
        let expected = "https://mirror.example/hub/v2/acme/whale/tags/list?n=1000";
        assert_eq!(address("https://mirror.example/hub/"), expected);
        let expected = "https://mirror.example/v2/acme/whale/tags/list?n=1000";
        assert_eq!(address("https://mirror.example"), expected);
    }
}
