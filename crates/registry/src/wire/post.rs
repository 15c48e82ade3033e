//! Requests to what is no registry.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use url::Url;

use super::Wire;
use super::connections::Sends;
use crate::error::ErrorKind;

impl Wire {
    /// Posts JSON and tells the status of the answer, whose body is left. The address may be a secret: it stands in no log and in no
    /// error. There is no redirect that would be followed.
    pub(crate) async fn post(&self, url: &Url, json: Bytes) -> Result<StatusCode, ErrorKind> {
        let client = self.connections.for_url(url, None, None, Sends::AtOnce)?;
        self.counters.count_sent(json.len() as u64);
        self.counters.count_request();
        let request = client.post(url.clone()).header(CONTENT_TYPE, "application/json");
        let answer = request.body(json).send().await;
        let status = answer.map_err(|error| self.trouble(url, error))?.status();
        tracing::debug!(
            origin = url.origin().ascii_serialization(),
            status = status.as_u16(),
            "posted"
        );
        Ok(status)
    }
}
