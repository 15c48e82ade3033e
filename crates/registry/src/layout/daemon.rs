//! Images of an engine on this machine, over its API (Docker Engine API, "Export an image").

use model::Reference;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde::Deserialize;

use super::Layout;
use super::archive::{Archive, Copy};
use crate::error::{Error, ErrorKind, Fault, Misconfigured, Missing, Operation};
use crate::settings::Endpoint;
use crate::wire::{Answer, Ask, Wire, in_words, read_start};
use crate::{Limits, Settings};

/// Where the engine listens if nobody says anything else.
const USUAL: &str = "unix:///var/run/docker.sock";
/// Everything but what stands in references as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b':')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'@');

/// What the engine says when it refuses.
#[derive(Default, Deserialize)]
struct WireRefusal {
    #[serde(default)]
    message: String,
}

/// Lets the engine write an image into a temporary file, and opens that.
pub(super) async fn open(reference: &str, settings: &Settings) -> Result<Layout, Error> {
    let name = format!("docker-daemon:{reference}");
    let opened = match fetch(reference, settings).await {
        Ok(archive) => Layout::over_docker(archive, &name, &settings.limits),
        Err(fault) => Err(fault),
    };
    opened.map_err(|fault| Error::new(Operation::Open, name, "", fault))
}

async fn fetch(reference: &str, settings: &Settings) -> Result<Archive, Fault> {
    let endpoint = endpoint(settings)?;
    let mut url = endpoint.url().clone();
    let path = utf8_percent_encode(&exact(reference), ENCODED).to_string();
    url.set_path(&format!("/images/{path}/get"));
    let wire = Wire::new(settings.limits.clone(), settings.on_retry.clone());
    let ask = Ask::get(url, endpoint.socket());
    let answer = wire.send(ask).await?;
    if answer.response.status() != StatusCode::OK {
        return Err(refused(answer, &settings.limits).await);
    }
    receive(answer, &settings.limits).await
}

/// `DOCKER_HOST`, in the words of Docker's own client.
fn endpoint(settings: &Settings) -> Result<Endpoint, ErrorKind> {
    let said = settings.docker_host.clone();
    let said = said.or_else(|| std::env::var("DOCKER_HOST").ok());
    let said = said.filter(|host| !host.is_empty());
    let host = said.unwrap_or_else(|| USUAL.to_owned());
    let address = match host.strip_prefix("tcp://") {
        Some(rest) => format!("http://{rest}"),
        None => host,
    };
    Ok(Endpoint::new(&address, false).map_err(Misconfigured::from)?)
}

/// A repository alone would be all of its tags.
fn exact(reference: &str) -> String {
    match reference.parse::<Reference>() {
        Ok(parsed) if parsed.tag.is_none() && parsed.digest.is_none() => format!("{reference}:latest"),
        _ => reference.to_owned(),
    }
}

async fn receive(mut answer: Answer, limits: &Limits) -> Result<Archive, Fault> {
    let url = answer.url.clone();
    let at = |kind: ErrorKind| Fault::at(&url, kind);
    let mut copy = Copy::begin(limits).map_err(at)?;
    while let Some(piece) = answer.response.chunk().await.map_err(in_words).map_err(at)? {
        copy.write(&piece).map_err(at)?;
    }
    copy.finish(limits).map_err(at)
}

async fn refused(answer: Answer, limits: &Limits) -> Fault {
    let status = answer.response.status();
    let body = read_start(answer.response, limits).await;
    let refusal: WireRefusal = serde_json::from_slice(&body).unwrap_or_default();
    let kind = match status {
        StatusCode::NOT_FOUND => ErrorKind::NotFound {
            missing: Missing::Image,
        },
        status => ErrorKind::Server {
            status: status.as_u16(),
            after: None,
            said: Some(model::text::printable(&refusal.message, 200)).filter(|said| !said.is_empty()),
        },
    };
    Fault::at(&answer.url, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_alone_means_its_latest() {
        let id = "0".repeat(64);
        for (written, asked) in [
            ("acme/whale", "acme/whale:latest"),
            ("acme/whale:1.2.0", "acme/whale:1.2.0"),
            (id.as_str(), id.as_str()),
        ] {
            assert_eq!(exact(written), asked);
        }
    }

    #[test]
    fn an_engine_elsewhere_is_not_spoken_to_in_the_clear() {
        let host = |host: &str| {
            let settings = Settings {
                docker_host: Some(host.to_owned()),
                ..Settings::default()
            };
            endpoint(&settings).is_ok()
        };
        assert!(host("unix:///run/user/1000/docker.sock"));
        assert!(host("tcp://127.0.0.1:2375"));
        assert!(!host("tcp://build.example:2375"));
        assert!(!host("ssh://build.example"));
    }
}
