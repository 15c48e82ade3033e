//! A small image, clients with small limits, and Docker configurations.

use std::time::Duration;

use axum::response::Response;
use camino::Utf8PathBuf;
use model::{Digest, ExtensionId, Tag};
use outrigger_registry::{Client, Endpoint, Error, ErrorKind, Invalid, Limits, RegistrySettings, Settings};
use serde_json::json;
use tempfile::TempDir;

use crate::server::{Seen, Server, ok, reply, status};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const LAYER: &[u8] = b"a layer of a whale";

/// The bytes of an image of one layer.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl Image {
    pub(crate) fn new() -> Self {
        let config = json!({
            "os": "linux", "architecture": "amd64",
            "config": {"Labels": {"org.opencontainers.image.title": "Whale"}},
            "rootfs": {"type": "layers", "diff_ids": [Digest::of(b"unpacked").to_string()]},
        });
        let config = config.to_string().into_bytes();
        let descriptor = |bytes: &[u8]| json!({"mediaType": "application/x", "digest": Digest::of(bytes).to_string(), "size": bytes.len()});
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor(&config), "layers": [descriptor(LAYER)],
        });
        Self {
            config,
            manifest: manifest.to_string().into_bytes(),
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    /// What a well-behaved registry answers that holds this image as `acme/whale:1.0.0`.
    pub(crate) fn serve(&self, request: &Seen) -> Response {
        let of = |bytes: &[u8]| Digest::of(bytes).to_string();
        let Some(rest) = request.path.strip_prefix("/v2/acme/whale/") else {
            return status(404);
        };
        match rest.split_once('/') {
            Some(("manifests", name)) if name == "1.0.0" || name == of(&self.manifest) => {
                let digest = of(&self.manifest);
                let headers = [("content-type", MANIFEST), ("docker-content-digest", &digest)];
                reply(200, &headers, self.manifest.clone())
            }
            Some(("blobs", digest)) if digest == of(&self.config) => ok(self.config.clone()),
            Some(("blobs", digest)) if digest == of(LAYER) => ok(LAYER),
            Some(("tags", "list")) => ok(r#"{"name":"acme/whale","tags":["1.0.0"]}"#),
            _ => status(404),
        }
    }
}

pub(crate) fn id(server: &Server) -> ExtensionId {
    ExtensionId::new(&server.authority, "acme/whale").unwrap()
}

pub(crate) fn tag() -> Tag {
    "1.0.0".parse().unwrap()
}

/// Limits with which a test that waits for one does not wait long.
pub(crate) fn quick() -> Limits {
    Limits {
        idle_time: Duration::from_millis(400),
        document_time: Duration::from_millis(800),
        retries: 0,
        resumes: 0,
        ..Limits::default()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        limits: quick(),
        // A folder that does not exist: nobody is logged in anywhere.
        docker_config: Some("/nonexistent/docker".into()),
        ..Settings::default()
    }
}

pub(crate) fn client() -> Client {
    Client::new(settings()).unwrap()
}

/// A client whose `docker.io` stands at these addresses.
pub(crate) fn with_endpoints(settings: Settings, endpoints: &[String]) -> Client {
    let its = RegistrySettings {
        endpoints: endpoints
            .iter()
            .map(|url| Endpoint::new(url, true).unwrap())
            .collect(),
        ..RegistrySettings::default()
    };
    let registries = [("docker.io".to_owned(), its)].into();
    Client::new(Settings {
        registries,
        ..settings
    })
    .unwrap()
}

pub(crate) fn on_docker_hub() -> ExtensionId {
    "acme/whale".parse().unwrap()
}

/// A folder with a Docker configuration.
pub(crate) struct DockerConfig(TempDir);

impl DockerConfig {
    pub(crate) fn new(config: &serde_json::Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        Self(folder)
    }

    /// One entry with the password `hunter2` of `anna`.
    pub(crate) fn with_password_for(server: &str) -> Self {
        Self::new(&json!({"auths": {server: {"auth": "YW5uYTpodW50ZXIy"}}}))
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            docker_config: Some(Utf8PathBuf::from_path_buf(self.0.path().to_owned()).unwrap()),
            ..settings()
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.settings()).unwrap()
    }
}

/// `Authorization` of `anna`.
pub(crate) const ANNA: &str = "Basic YW5uYTpodW50ZXIy";

/// What an error is about, if it is about the content; and that it keeps secrets.
pub(crate) fn invalid(error: &Error) -> &Invalid {
    match kind(error) {
        ErrorKind::Invalid(invalid) => invalid,
        other => panic!("{other:?}"),
    }
}

/// The kind of an error, after a look whether it keeps secrets in all its forms.
pub(crate) fn kind(error: &Error) -> &ErrorKind {
    for printed in [error.to_string(), format!("{error:?}")] {
        for secret in ["hunter2", "YW5uYTpodW50ZXIy", "s3cr3t"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
    error.kind()
}
