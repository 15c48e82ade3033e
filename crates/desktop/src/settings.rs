//! What a desktop is told once, and how the configuration becomes that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::metadata::MetadataLimits;
use model::{Host, Policy};
use registry::{Endpoint, RegistrySettings};
use store::configuration::{self, LimitSettings, RegistryEntry};

use crate::error::{Cause, Error};
use crate::words::Phase;

/// Where the time comes from: the system's clock, or one of a test.
pub type Clock = fn() -> Timestamp;

/// What a desktop is told once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What this desktop is.
    pub host: Host,
    /// What may be taken here.
    pub policy: Policy,
    /// How registries are spoken to.
    pub registry: registry::Settings,
    /// The bounds on what an image may hold.
    pub archive: archive::Limits,
    /// The bounds on `metadata.json`.
    pub metadata: MetadataLimits,
    /// Where notices are posted to.
    pub webhook: Option<registry::Webhook>,
    /// How many generations of an extension are kept besides the current one.
    pub generations: usize,
    /// The most bytes of layers that are kept for later.
    pub blob_cache: u64,
    /// The time.
    pub clock: Clock,
}

impl Settings {
    /// Takes over what is configured; what is not keeps the default of the room that it concerns.
    ///
    /// # Errors
    ///
    /// When an `endpoint` is no address, or one that needs `insecure = true`; when a webhook is none.
    pub fn new(configured: &configuration::Settings, clock: Clock) -> Result<Self, Error> {
        let limits = &configured.limits;
        let registries = configured
            .registries
            .iter()
            .map(|(name, entry)| Ok((name.clone(), registry_settings(configured, name, entry)?)))
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            host: configured.host.clone(),
            policy: configured.policy.clone(),
            registry: registry::Settings {
                registries,
                limits: registry_limits(limits),
                ..registry::Settings::default()
            },
            archive: archive_limits(limits),
            metadata: metadata_limits(limits),
            webhook: webhook(configured)?,
            generations: configured.generations,
            blob_cache: limits.blob_cache.unwrap_or(store::DEFAULT_BLOB_CACHE),
            clock,
        })
    }
}

impl Settings {
    /// The limit in force under a key of `[limits]`, as the configuration would write it.
    pub fn limit(&self, key: &str) -> Option<String> {
        let Self {
            archive,
            metadata,
            registry: registry::Settings { limits: wire, .. },
            ..
        } = self;
        let seconds = |time: Duration| format!("{}s", time.as_secs());
        Some(match key {
            "archive-entries" => wire.archive_entries.to_string(),
            "archive-size" => size(wire.archive_size),
            "blob-cache" => size(self.blob_cache),
            "blob-rate" => size(wire.blob_rate),
            "config-size" => size(wire.config_size),
            "connect-time" => seconds(wire.connect_time),
            "document-time" => seconds(wire.document_time),
            "entries" => archive.entries.to_string(),
            "error-body" => size(wire.error_body),
            "helper-time" => seconds(wire.helper_time),
            "idle-time" => seconds(wire.idle_time),
            "index-entries" => wire.index_entries.to_string(),
            "layer-size" => size(archive.layer_size),
            "layers" => wire.layers.to_string(),
            "manifest-size" => size(wire.manifest_size),
            "metadata-entries" => metadata.entries.to_string(),
            "metadata-nesting" => metadata.nesting.to_string(),
            "metadata-size" => size(metadata.size as u64),
            "page-size" => size(wire.page_size),
            "pages" => wire.pages.to_string(),
            "path-length" => archive.path_length.to_string(),
            "payload-files" => archive.payload_files.to_string(),
            "payload-size" => size(archive.payload_size),
            "ratio" => archive.ratio.to_string(),
            "redirects" => wire.redirects.to_string(),
            "repositories" => wire.repositories.to_string(),
            "resumes" => wire.resumes.to_string(),
            "retries" => wire.retries.to_string(),
            "retry-after" => seconds(wire.retry_after),
            "retry-time" => seconds(wire.retry_time),
            "tags" => wire.tags.to_string(),
            "token-size" => size(wire.token_size),
            "zstd-window" => size(archive.zstd_window),
            _ => return None,
        })
    }
}

/// A number of bytes in the largest unit that holds it without a rest.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let whole = UNITS
        .into_iter()
        .find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(
        || bytes.to_string(),
        |(name, unit)| format!("{}{name}", bytes / unit),
    )
}

fn registry_settings(
    configured: &configuration::Settings,
    name: &str,
    entry: &RegistryEntry,
) -> Result<RegistrySettings, Error> {
    let endpoint = |text: &String| {
        Endpoint::new(text, entry.insecure).map_err(|problem| {
            let placed = configured.illegal(&format!("registry.\"{name}\".endpoint"), &problem);
            let cause = placed.map_or(Cause::Endpoint(problem), Cause::Configuration);
            Error::new(Phase::Settings, cause)
        })
    };
    Ok(RegistrySettings {
        endpoints: entry.endpoints.iter().map(endpoint).collect::<Result<_, _>>()?,
        ca: entry.ca.clone(),
        realm: entry.realm.clone(),
    })
}

fn webhook(configured: &configuration::Settings) -> Result<Option<registry::Webhook>, Error> {
    let Some(written) = &configured.notices.webhook else {
        return Ok(None);
    };
    let webhook = registry::Webhook::new(written.expose()).map_err(|problem| {
        let placed = configured.illegal("notices.webhook", problem);
        let cause = placed.map_or(Cause::Webhook(problem), Cause::Configuration);
        Error::new(Phase::Settings, cause)
    })?;
    Ok(Some(webhook))
}

fn registry_limits(set: &LimitSettings) -> registry::Limits {
    let default = registry::Limits::default();
    registry::Limits {
        manifest_size: set.manifest_size.unwrap_or(default.manifest_size),
        config_size: set.config_size.unwrap_or(default.config_size),
        layers: count(set.layers, default.layers),
        index_entries: count(set.index_entries, default.index_entries),
        page_size: set.page_size.unwrap_or(default.page_size),
        pages: count(set.pages, default.pages),
        tags: count(set.tags, default.tags),
        repositories: count(set.repositories, default.repositories),
        archive_entries: count(set.archive_entries, default.archive_entries),
        archive_size: set.archive_size.unwrap_or(default.archive_size),
        error_body: set.error_body.unwrap_or(default.error_body),
        token_size: set.token_size.unwrap_or(default.token_size),
        redirects: count(set.redirects, default.redirects),
        connect_time: time(set.connect_time, default.connect_time),
        idle_time: time(set.idle_time, default.idle_time),
        document_time: time(set.document_time, default.document_time),
        blob_rate: set.blob_rate.unwrap_or(default.blob_rate),
        resumes: count(set.resumes, default.resumes),
        retries: count(set.retries, default.retries),
        retry_time: time(set.retry_time, default.retry_time),
        retry_after: time(set.retry_after, default.retry_after),
        helper_time: time(set.helper_time, default.helper_time),
    }
}

fn archive_limits(set: &LimitSettings) -> archive::Limits {
    let default = archive::Limits::default();
    archive::Limits {
        layer_size: set.layer_size.unwrap_or(default.layer_size),
        ratio: set.ratio.unwrap_or(default.ratio),
        entries: set.entries.unwrap_or(default.entries),
        path_length: set.path_length.unwrap_or(default.path_length),
        payload_size: set.payload_size.unwrap_or(default.payload_size),
        payload_files: set.payload_files.unwrap_or(default.payload_files),
        zstd_window: set.zstd_window.unwrap_or(default.zstd_window),
    }
}

fn metadata_limits(set: &LimitSettings) -> MetadataLimits {
    let default = MetadataLimits::default();
    MetadataLimits {
        size: count(set.metadata_size, default.size),
        nesting: count(set.metadata_nesting, default.nesting),
        entries: count(set.metadata_entries, default.entries),
    }
}

fn count(set: Option<u64>, default: usize) -> usize {
    set.map_or(default, |set| usize::try_from(set).unwrap_or(usize::MAX))
}

fn time(set: Option<SignedDuration>, default: Duration) -> Duration {
    set.and_then(|set| Duration::try_from(set).ok())
        .unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_told_as_one_would_write_it() {
        let told = [0, 1, 1000, 1024, 65_536, 4 << 20, 16 << 30, (1 << 30) + 1].map(size);
        assert_eq!(
            told,
            ["0", "1", "1000", "1KiB", "64KiB", "4MiB", "16GiB", "1073741825"]
        );
    }
}
