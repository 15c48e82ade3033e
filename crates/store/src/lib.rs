//! Everything that is written under the home folder, and the configuration and allow-list files.
//!
//! This room knows where things are, how a change becomes visible in one step, what survives a crash, and who
//! may write when. It is plain blocking code. It must not know HTTP, archives, or what a label means: content
//! arrives as bytes with a key, and leaves as files of a generation.
//!
//! A change is a [`Transaction`]: content is staged where nobody sees it, put together as a [`Payload`], made
//! durable, moved to its place, and only then named by the activation file, whose replacement is the commit
//! point. What no activation names is garbage; what one names is never written again. All of this goes
//! through the module `disk`, where an [`Observer`] may watch it, so that it can be checked against crashes. The format is a contract:
//! `docs/src/reference/home-folder.md`.

mod activation;
pub mod allow_list_file;
mod aside;
mod blob_garbage;
mod blobs;
mod collect;
pub mod configuration;
mod disk;
mod document;
mod error;
mod facts;
mod flush_ahead;
mod folder_name;
mod format;
mod history;
mod home;
mod layout;
mod lock;
mod overview;
mod partial_blob;
mod payload;
mod platform;
mod record;
mod reminder;
mod removal;
mod room;
mod service;
mod staging;
mod stamp;
mod surroundings;
mod transaction;
mod user_file;
mod verify;
mod write_behind;

pub use blobs::{BlobCache, BlobWriter, DEFAULT_BLOB_CACHE};
pub use collect::{Collection, Garbage, GarbageKind};
pub use disk::{Observer, Operation};
pub use error::Error;
pub use facts::FactStore;
pub use history::{History, Recorded};
pub use home::{Broken, Listing, Store, default_home};
pub use partial_blob::PartialBlob;
pub use payload::{Payload, Placement};
pub use record::{FileRecord, Record};
pub use service::{ServiceFile, ServiceRoom};
pub use staging::{ContentKey, Staging};
pub use stamp::Stamp;
pub use surroundings::{FolderAccess, Surroundings};
pub use transaction::{Leavings, Transaction};
pub use verify::{Difference, DifferenceKind, Verification};
