//! The limits that can be configured.

use jiff::SignedDuration;

use super::error::ConfigurationError;
use super::reader::Section;
use super::values::{Amount, Time};

/// Declares each limit once: its field, its key, and whether it is an amount or a time.
macro_rules! limits {
    (amounts { $($amount:ident $amount_key:literal,)* } times { $($time:ident $time_key:literal,)* }) => {
        /// The limits that the configuration sets; `None` where it leaves the default of the room that keeps
        /// the limit. What each one means and which attack it answers stands there: `archive::Limits`,
        /// `registry::Limits`, `model`'s limits of metadata. An amount is a count or a number of bytes.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct LimitSettings {
            $(#[doc = concat!("`limits.", $amount_key, "`")] pub $amount: Option<u64>,)*
            $(#[doc = concat!("`limits.", $time_key, "`")] pub $time: Option<SignedDuration>,)*
        }

        impl LimitSettings {
            pub(super) fn read(section: &mut Section<'_>) -> Result<Self, ConfigurationError> {
                Ok(Self {
                    $($amount: amount(section, $amount_key)?,)*
                    $($time: time(section, $time_key)?,)*
                })
            }
        }
    };
}

limits! {
    amounts {
        archive_entries "archive-entries",
        archive_size "archive-size",
        blob_cache "blob-cache",
        blob_rate "blob-rate",
        config_size "config-size",
        entries "entries",
        error_body "error-body",
        index_entries "index-entries",
        layer_size "layer-size",
        layers "layers",
        manifest_size "manifest-size",
        metadata_entries "metadata-entries",
        metadata_nesting "metadata-nesting",
        metadata_size "metadata-size",
        page_size "page-size",
        pages "pages",
        path_length "path-length",
        payload_files "payload-files",
        payload_size "payload-size",
        ratio "ratio",
        redirects "redirects",
        repositories "repositories",
        resumes "resumes",
        retries "retries",
        tags "tags",
        token_size "token-size",
        zstd_window "zstd-window",
    }
    times {
        connect_time "connect-time",
        document_time "document-time",
        helper_time "helper-time",
        idle_time "idle-time",
        retry_after "retry-after",
        retry_time "retry-time",
    }
}

fn amount(section: &mut Section<'_>, key: &'static str) -> Result<Option<u64>, ConfigurationError> {
    let amount: Option<Amount> = section.optional(key, |found| {
        found.number_or("a whole number or a text such as `16GiB`")
    })?;
    Ok(amount.map(|amount| amount.0))
}

fn time(section: &mut Section<'_>, key: &'static str) -> Result<Option<SignedDuration>, ConfigurationError> {
    let time: Option<Time> = section.optional(key, super::reader::Found::parse)?;
    Ok(time.map(|time| time.0))
}
