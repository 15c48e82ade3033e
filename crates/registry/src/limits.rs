//! What a registry may make this program do, at most.

use std::time::Duration;

/// The bounds on everything that a registry decides. Each field names its setting and the attack that it answers;
/// [`Default`] holds the documented values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `limits.manifest-size`: bytes of a manifest or an index. A document without an end fills the memory
    /// (CVE-2023-25153). Default 4 MiB, the size that the distribution specification lets every registry refuse.
    pub manifest_size: u64,
    /// `limits.config-size`: bytes of an image config, for the same reason. Default 4 MiB.
    pub config_size: u64,
    /// `limits.layers`: layers of one image. Each costs a request, an open stream and an entry in the plan.
    /// Default 512; engines stop at 127.
    pub layers: usize,
    /// `limits.index-entries`: entries of one index. Each is a platform to judge. Default 1024.
    pub index_entries: usize,
    /// `limits.page-size`: bytes of one page of a list. Default 4 MiB.
    pub page_size: u64,
    /// `limits.pages`: pages of one list. A `Link` that never ends (GHSA-298f-872v-2rcx). Default 1000.
    pub pages: usize,
    /// `limits.tags`: tags of one repository, over all pages. Default 100 000.
    pub tags: usize,
    /// `limits.repositories`: repositories of one registry, over all pages. Default 100 000.
    pub repositories: usize,
    /// `limits.archive-entries`: entries of an archive with images. Each is held in memory. Default 100 000.
    pub archive_entries: usize,
    /// `limits.archive-size`: bytes of the temporary file into which a compressed archive is unpacked, or an engine writes an
    /// image. A small archive unpacks to any size. Default 16 GiB.
    pub archive_size: u64,
    /// `limits.error-body`: bytes of an error's body that are read for its code; the rest is left. Default 64 KiB.
    pub error_body: u64,
    /// `limits.token-size`: bytes of a token server's answer. Default 64 KiB.
    pub token_size: u64,
    /// `limits.redirects`: redirects of one request. Default 5.
    pub redirects: usize,
    /// `limits.connect-time`: until a connection, with its TLS handshake, stands. Default 10 s.
    pub connect_time: Duration,
    /// `limits.idle-time`: between two pieces of an answer. A server that keeps the line and says nothing. Default 30 s.
    pub idle_time: Duration,
    /// `limits.document-time`: until a whole manifest, config, page or token is here. A server that sends one byte
    /// before each idle time runs out. Default 60 s. Blobs are not bound by it: they are as long as they are.
    pub document_time: Duration,
    /// `limits.blob-rate`: the fewest bytes a second that a blob may come with, over the idle time. A server that sends one
    /// byte before each idle time would never end. Default 1 KiB; 0 lets a blob take any time.
    pub blob_rate: u64,
    /// `limits.retries`: how often a request is sent again after a broken connection, a 5xx or a 429. Default 2.
    pub retries: usize,
    /// `limits.retry-time`: how long after the first try of a request the last one may begin, pauses included. Default 30 s.
    pub retry_time: Duration,
    /// `limits.resumes`: how often one blob is taken up again after its transfer broke. Default 10. Every time is bounded as any
    /// request is.
    pub resumes: usize,
    /// `limits.retry-after`: the longest time that a registry may make a request wait within one call; beyond it the
    /// call fails. Default 5 s.
    pub retry_after: Duration,
    /// `limits.helper-time`: until a credential helper has answered. Helpers open dialogs that nobody sees. Default 10 s.
    pub helper_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const KIB: u64 = 1024;
        const MIB: u64 = 1024 * KIB;
        Self {
            manifest_size: 4 * MIB,
            config_size: 4 * MIB,
            layers: 512,
            index_entries: 1024,
            page_size: 4 * MIB,
            pages: 1000,
            tags: 100_000,
            repositories: 100_000,
            archive_entries: 100_000,
            archive_size: 16 * 1024 * MIB,
            error_body: 64 * KIB,
            token_size: 64 * KIB,
            redirects: 5,
            connect_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(30),
            document_time: Duration::from_secs(60),
            blob_rate: KIB,
            retries: 2,
            retry_time: Duration::from_secs(30),
            resumes: 10,
            retry_after: Duration::from_secs(5),
            helper_time: Duration::from_secs(10),
        }
    }
}

/// A number of bytes over a span of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) bytes: u64,
    pub(crate) over: Duration,
}

impl Limits {
    /// What a blob has to come with, measured over the idle time.
    pub(crate) fn least_rate(&self) -> Rate {
        let millis = u64::try_from(self.idle_time.as_millis()).unwrap_or(u64::MAX);
        Rate {
            bytes: self.blob_rate.saturating_mul(millis) / 1000,
            over: self.idle_time,
        }
    }
}
