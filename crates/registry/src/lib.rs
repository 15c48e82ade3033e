//! The wire: content by reference and digest from OCI registries (distribution-spec 1.1).
//!
//! This room knows tags, manifests, configs and blobs, and how they are asked for: endpoints that stand in for a
//! registry, logins, token servers, redirects, pages, retries, and a limit for everything that a registry decides.
//! It must not know what an extension is, what a label means, or the home folder: it writes nothing anywhere.
//!
//! Everything that comes from a registry is hostile until it is verified. What leaves this room has the digest that
//! was asked for, the size that was stated, and a count within [`Limits`]. A login goes to the endpoint that it was
//! found for and to nobody else, and neither a login nor a query string is ever part of an [`Error`] or of a log line.

mod blob;
mod client;
mod config;
mod copy;
mod document;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod invalid;
mod json;
mod kept;
mod layout;
mod limits;
mod login;
mod pages;
mod picture;
mod quota;
mod retry;
mod roles;
mod secret;
mod settings;
mod station;
mod usage;
mod verify;
mod webhook;
mod wire;

pub use blob::{BlobPrefix, BlobStream};
pub use client::{Client, Ping, Selector};
pub use config::ImageConfig;
pub use copy::{CopyListener, Copying};
pub use document::{Content, Descriptor, Document, ImageManifest};
pub use error::{Error, ErrorKind, Misconfigured, Missing, NetworkProblem, Operation};
pub use invalid::Invalid;
pub use layout::{
    ArchiveWriter, BlobFile, EntryName, Layout, LayoutEntry, LayoutWriter, LocalRepository, LocalSource,
    Stored, Unselected, Wanted,
};
pub use limits::Limits;
pub use login::Login;
pub use picture::{Picture, PictureAddress, PictureAddressParse, Unpictured};
pub use retry::{Retry, RetryListener};
pub use roles::{Fetch, Parcel, Push, Resolve, Sent, Tags};
pub use settings::{Endpoint, EndpointParse, RegistrySettings, Settings};
pub use usage::Usage;
pub use webhook::{Undelivered, Webhook, WebhookParse};
