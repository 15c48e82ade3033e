//! Putting images of `embedded` into a real registry, and taking things away from it, without any builder.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use embedded::Image;
use model::Digest;
use ureq::http::{Method, Request, StatusCode};

use crate::registry::RealRegistry;

impl RealRegistry {
    /// Publishes an image as `docker push` would: blobs, manifests, then the tag. Answers the digest that the tag points to now.
    ///
    /// # Panics
    ///
    /// Where the registry takes something not: it reads manifests, and wants every blob that they name.
    pub fn push(&self, repository: &str, tag: &str, image: &Image) -> Digest {
        self.upload(repository, tag, image)
            .unwrap_or_else(|error| panic!("cannot push {repository}:{tag}: {error:#}"));
        image.digest().clone()
    }

    /// Takes a manifest away, and with it every tag that points to it.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub fn delete_manifest(&self, repository: &str, digest: &Digest) {
        self.delete(&format!("/v2/{repository}/manifests/{digest}"));
    }

    /// Takes a blob away from a repository, so that what names it is broken.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub fn delete_blob(&self, repository: &str, digest: &Digest) {
        self.delete(&format!("/v2/{repository}/blobs/{digest}"));
    }

    fn delete(&self, path: &str) {
        let deleted = self.send(Method::DELETE, path, None, Vec::new());
        let deleted = deleted.and_then(|answer| answer.expect(StatusCode::ACCEPTED));
        deleted.unwrap_or_else(|error| panic!("cannot delete {path}: {error:#}"));
    }

    fn upload(&self, repository: &str, reference: &str, image: &Image) -> anyhow::Result<()> {
        for listed in image.images() {
            self.upload(repository, &listed.digest().to_string(), listed)?;
        }
        for (digest, bytes) in image.blobs() {
            self.upload_blob(repository, digest, bytes)?;
        }
        let document = image.document();
        let path = format!("/v2/{repository}/manifests/{reference}");
        let media_type = Some(document.media_type());
        let answer = self.send(Method::PUT, &path, media_type, document.bytes().to_vec())?;
        answer.expect(StatusCode::CREATED)
    }

    fn upload_blob(&self, repository: &str, digest: &Digest, bytes: &[u8]) -> anyhow::Result<()> {
        let path = format!("/v2/{repository}/blobs/{digest}");
        if self.send(Method::HEAD, &path, None, Vec::new())?.status == StatusCode::OK {
            return Ok(());
        }
        let begun = self.send(
            Method::POST,
            &format!("/v2/{repository}/blobs/uploads/"),
            None,
            Vec::new(),
        )?;
        let location = begun.location.context("the registry takes no blob")?;
        let to = location
            .strip_prefix(&format!("http://{}", self.authority()))
            .unwrap_or(&location);
        let to = format!("{to}&digest={digest}");
        let answer = self.send(Method::PUT, &to, Some("application/octet-stream"), bytes.to_vec())?;
        answer.expect(StatusCode::CREATED)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        media_type: Option<&str>,
        body: Vec<u8>,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.authority()));
        if let Some(media_type) = media_type {
            request = request.header("Content-Type", media_type);
        }
        if let Some((user, password)) = self.login() {
            let login = STANDARD.encode(format!("{user}:{password}"));
            request = request.header("Authorization", format!("Basic {login}"));
        }
        let configuration = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut answer = ureq::Agent::new_with_config(configuration).run(request.body(body)?)?;
        let location = answer.headers().get("Location");
        Ok(Answer {
            status: answer.status(),
            location: location
                .map(|location| location.to_str().map(str::to_owned))
                .transpose()?,
            body: answer.body_mut().read_to_string()?,
        })
    }
}

struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Answer {
    fn expect(self, status: StatusCode) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.status == status,
            "the registry answers {}: {}",
            self.status,
            self.body
        );
        Ok(())
    }
}
