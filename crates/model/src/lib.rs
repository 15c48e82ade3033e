//! The vocabulary of extension distribution and every decision that Outrigger takes.
//!
//! This room knows references, labels, metadata, versions, platforms, the allow-list, policy, verdicts, findings,
//! plans and permissions: functions from values (and a time) to values. It must not know I/O, async, the clock (time
//! is an argument), or any type of HTTP or of a file. That is why a rule changed here is tested in a fraction of a second.

pub mod allow_list;
pub mod api_version;
pub mod automatic;
pub mod checkup;
pub mod choice;
mod comparators;
pub mod digest;
pub mod event;
pub mod facts;
pub mod findings;
pub mod host;
pub mod image_path;
pub mod in_use;
pub mod installed;
pub mod labels;
pub mod metadata;
pub mod notices;
pub mod operation;
pub mod payload;
pub mod permissions;
pub mod picture;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod public_address;
pub mod publish;
pub mod quota;
pub mod reference;
pub mod reminder;
pub mod rollback;
pub mod schedule;
pub mod text;
pub mod verdict;
pub mod version;
pub mod yaml;

pub use allow_list::{AllowList, Pattern};
pub use api_version::{ApiRequirement, ApiVersion, BareApiVersion};
pub use digest::{Algorithm, Digest};
pub use host::Host;
pub use image_path::ImagePath;
pub use labels::Labels;
pub use metadata::{Metadata, MetadataLimits};
pub use payload::{HostBinary, PayloadPlan};
pub use permissions::Permissions;
pub use platform::{Platform, System};
pub use policy::Policy;
pub use reference::{ExtensionId, Reference, Tag};
