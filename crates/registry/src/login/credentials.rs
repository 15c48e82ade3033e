//! Logins from Docker's configuration: the same that `docker push` uses.
//!
//! `docker_credential` reads them and runs the helpers. What is added here is what it does not tell or bound: which
//! entry it takes, so that a refused login can be found, and how long a helper may take.

use std::collections::HashMap;
use std::io::ErrorKind as Io;
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use model::text::printable;
use serde::Deserialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Login;
use crate::secret::Secret;

/// What was found for one endpoint.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) credentials: Option<Credentials>,
    pub(super) login: Login,
}

#[derive(Debug, Clone)]
pub(super) enum Credentials {
    Password {
        user: String,
        password: Secret,
    },
    /// What Docker calls an identity token: an OAuth 2 refresh token.
    Identity(Secret),
}

/// The part of `config.json` that says where a login is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerConfig {
    auths: Option<HashMap<String, AuthsEntry>>,
    creds_store: Option<String>,
    cred_helpers: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct AuthsEntry {
    auth: Option<String>,
    username: Option<String>,
    identitytoken: Option<String>,
}

impl AuthsEntry {
    /// Beside a credential store, Docker leaves empty entries.
    fn holds_something(&self) -> bool {
        [&self.auth, &self.username, &self.identitytoken]
            .into_iter()
            .flatten()
            .any(|text| !text.is_empty())
    }
}

/// Looks for a login for `server` (see [`server_of`]). Never fails: many images need none, so a broken helper
/// only matters once somebody asks for a login; until then the reason is kept in [`Login::Unavailable`].
pub(super) async fn find(server: String, folder: Option<Utf8PathBuf>, limit: Duration) -> Found {
    let Some(path) = folder
        .or_else(default_folder)
        .map(|folder| folder.join("config.json"))
    else {
        return Found::nothing(Login::None);
    };
    let (sender, answer) = oneshot::channel();
    // A thread of its own, and not one of the runtime's: a helper that hangs must not keep the program from ending.
    let started = thread::Builder::new()
        .name("credentials".to_owned())
        .spawn(move || sender.send(look_up(&server, &path)));
    match (started, timeout(limit, answer).await) {
        (Ok(_), Ok(Ok(found))) => found,
        (Ok(_), Err(_)) => {
            Found::unavailable("the credential helper did not answer within `limits.helper-time`")
        }
        (Err(_), _) | (_, Ok(Err(_))) => Found::unavailable("the search for a login could not be run"),
    }
}

/// The name under which Docker keeps the login for an endpoint: its host and port, and for Docker Hub an old address.
pub(super) fn server_of(endpoint: &url::Url) -> String {
    match endpoint.host_str() {
        Some("docker.io" | "index.docker.io" | "registry-1.docker.io") => {
            "https://index.docker.io/v1/".to_owned()
        }
        _ => crate::error::authority(endpoint),
    }
}

fn default_folder() -> Option<Utf8PathBuf> {
    let named = std::env::var("DOCKER_CONFIG")
        .ok()
        .filter(|folder| !folder.is_empty());
    named.map(Utf8PathBuf::from).or_else(|| {
        let home = Utf8PathBuf::from_path_buf(std::env::home_dir()?).ok()?;
        Some(home.join(".docker"))
    })
}

fn look_up(server: &str, path: &Utf8Path) -> Found {
    let bytes = match fs_err::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == Io::NotFound => return Found::nothing(Login::None),
        Err(error) => return Found::unavailable(&error.to_string()),
    };
    let Ok(config) = serde_json::from_slice::<DockerConfig>(&bytes) else {
        // The parser's message could repeat a password.
        return Found::unavailable(&format!("{path} cannot be read as Docker's configuration"));
    };
    let Some((key, login)) = place(&config, server, path) else {
        return Found::nothing(Login::None);
    };
    match get_credential_from_reader(bytes.as_slice(), &key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => Found {
            credentials: Some(Credentials::Password {
                user,
                password: Secret::new(password),
            }),
            login,
        },
        Ok(DockerCredential::IdentityToken(token)) => Found {
            credentials: Some(Credentials::Identity(Secret::new(token))),
            login,
        },
        Err(error) if knows_nothing(&error) => Found::nothing(Login::None),
        Err(error) => Found::unavailable(&format!("{login}: {}", reason(&error))),
    }
}

/// Which entry holds the login for `server`, and the key to read it with: a helper of the registry's own, the file,
/// the store, in Docker's order.
fn place(config: &DockerConfig, server: &str, path: &Utf8Path) -> Option<(String, Login)> {
    let named = |helper: &&String| !helper.is_empty();
    let helper = config
        .cred_helpers
        .as_ref()
        .and_then(|helpers| helpers.get(server));
    if let Some(name) = helper.filter(named) {
        return Some((server.to_owned(), Login::Helper { name: name.clone() }));
    }
    if let Some(key) = config.auths.as_ref().and_then(|auths| entry(auths, server)) {
        let file = path.to_owned();
        return Some((
            key.clone(),
            Login::Auths {
                key: key.clone(),
                file,
            },
        ));
    }
    let store = config.creds_store.as_ref().filter(named)?;
    Some((server.to_owned(), Login::Store { name: store.clone() }))
}

/// The key of the entry for `server`: its exact name, or an address of it.
fn entry<'a>(auths: &'a HashMap<String, AuthsEntry>, server: &str) -> Option<&'a String> {
    let host = |key: &str| {
        let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest).to_owned()
    };
    let filled = || {
        auths
            .iter()
            .filter(|(_, entry)| entry.holds_something())
            .map(|(key, _)| key)
    };
    filled()
        .find(|key| *key == server)
        .or_else(|| filled().filter(|key| host(key) == host(server)).min())
}

/// The helper protocol's way to say that it has no login for this server.
fn knows_nothing(error: &CredentialRetrievalError) -> bool {
    match error {
        CredentialRetrievalError::NoCredentialConfigured => true,
        CredentialRetrievalError::HelperFailure { stdout, .. } => stdout.contains("credentials not found"),
        _ => false,
    }
}

/// A helper that fails says why on its standard output; it has given no secret then.
fn reason(error: &CredentialRetrievalError) -> String {
    match error {
        CredentialRetrievalError::HelperFailure { stdout, .. } => printable(stdout, 200),
        CredentialRetrievalError::HelperCommunicationError => "it cannot be run".to_owned(),
        other => printable(other.to_string(), 200),
    }
}

impl Found {
    fn nothing(login: Login) -> Self {
        Self {
            credentials: None,
            login,
        }
    }

    fn unavailable(reason: &str) -> Self {
        Self::nothing(Login::Unavailable {
            reason: reason.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn with_config(config: &Value, server: &str) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("config.json")).unwrap();
        fs_err::write(&path, config.to_string()).unwrap();
        look_up(server, &path)
    }

    fn user(found: &Found) -> &str {
        match &found.credentials {
            Some(Credentials::Password { user, .. }) => user,
            other => panic!("{other:?} {:?}", found.login),
        }
    }

    // "anna:hunter2"
    const AUTH: &str = "YW5uYTpodW50ZXIy";

    #[test]
    fn a_login_is_found_under_the_name_that_docker_keeps_it_under() {
        for (server, key) in [
            ("localhost:5000", "localhost:5000"),
            ("registry.example", "https://registry.example/v2/"),
            ("registry.example", "registry.example"),
            ("https://index.docker.io/v1/", "https://index.docker.io/v1/"),
        ] {
            let found = with_config(
                &json!({"auths": {key: {"auth": AUTH}, "other": {"auth": "eDp5"}}}),
                server,
            );
            assert_eq!(user(&found), "anna");
            assert!(
                found
                    .login
                    .to_string()
                    .starts_with(&format!("auths entry `{key}` of "))
            );
        }
    }

    #[test]
    fn an_endpoint_never_gets_the_login_of_another() {
        let config =
            json!({"auths": {"localhost:5000": {"auth": AUTH}, "docker.io.example": {"auth": AUTH}}});
        for server in [
            "localhost:5001",
            "localhost",
            "https://index.docker.io/v1/",
            "example",
        ] {
            assert!(with_config(&config, server).credentials.is_none(), "{server}");
        }
    }

    #[test]
    fn docker_hub_has_one_name() {
        for url in [
            "https://registry-1.docker.io/",
            "https://docker.io/",
            "https://index.docker.io/",
        ] {
            assert_eq!(server_of(&url.parse().unwrap()), "https://index.docker.io/v1/");
        }
        assert_eq!(
            server_of(&"https://registry.example:8443/x".parse().unwrap()),
            "registry.example:8443"
        );
    }

    #[test]
    fn a_broken_helper_is_named_and_stops_nothing() {
        let config = json!({"auths": {"registry.example": {}}, "credsStore": "outrigger-test-missing"});
        let found = with_config(&config, "registry.example");
        assert!(found.credentials.is_none());
        let login = found.login.to_string();
        assert!(
            login.contains("credential store `outrigger-test-missing`: it cannot be run"),
            "{login}"
        );
    }

    #[test]
    fn identity_tokens_and_secrets_are_not_printed() {
        let found = with_config(
            &json!({"auths": {"r.example": {"identitytoken": "hunter2"}}}),
            "r.example",
        );
        assert!(matches!(found.credentials, Some(Credentials::Identity(_))));
        let printed = format!("{found:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn a_damaged_file_is_named_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("config.json")).unwrap();
        fs_err::write(
            &path,
            r#"{"auths": {"r.example": {"auth": 5, "password": "hunter2"}}}"#,
        )
        .unwrap();
        let login = look_up("r.example", &path).login.to_string();
        assert!(login.contains("config.json cannot be read"), "{login}");
        assert!(!login.contains("hunter2"), "{login}");
    }
}
