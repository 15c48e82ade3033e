//! What was asked of registries so far.

use std::ops::Sub;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{Method, Response};
use url::Url;

/// What a number of calls cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Requests, those to token servers, after redirects and sent again included.
    pub requests: u64,
    /// Manifests and indexes that were read (`GET`, answered with 200): what large hubs count.
    pub manifest_reads: u64,
    /// Bytes of the bodies of answers, as they were transferred.
    pub bytes: u64,
    /// Bytes of the bodies of requests, counted when they begin to be sent.
    pub sent: u64,
}

impl Sub for Usage {
    type Output = Self;

    /// What came after `earlier`, which is a state of the same counters.
    fn sub(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            manifest_reads: self.manifest_reads.saturating_sub(earlier.manifest_reads),
            bytes: self.bytes.saturating_sub(earlier.bytes),
            sent: self.sent.saturating_sub(earlier.sent),
        }
    }
}

/// The counters of one client.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    manifest_reads: AtomicU64,
    /// Shared with the bodies that are being read.
    bytes: Arc<AtomicU64>,
    sent: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            manifest_reads: self.manifest_reads.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn count_answer(&self, method: &Method, url: &Url, response: &Response) {
        if method == Method::GET && response.status().is_success() && is_of_manifest(url.path()) {
            self.manifest_reads.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes)
    }
}

/// Whether a path ends with `/manifests/<reference>` (distribution-spec, "Endpoints").
pub(crate) fn is_of_manifest(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    segments.next().is_some_and(|reference| !reference.is_empty()) && segments.next() == Some("manifests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_known_by_the_end_of_its_path() {
        for (path, is_manifest) in [
            ("/v2/acme/whale/manifests/1.0.0", true),
            ("/v2/acme/whale/manifests/sha256:00", true),
            ("/hub/v2/manifests/manifests/latest", true),
            ("/v2/acme/manifests/tags/list?n=1000", false),
            ("/v2/acme/manifests/blobs/sha256:00", false),
            ("/v2/acme/manifests/", false),
            ("/", false),
        ] {
            assert_eq!(is_of_manifest(path), is_manifest, "{path}");
        }
    }
}
