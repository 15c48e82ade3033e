//! The rules that an operator sets.

use jiff::SignedDuration;

use crate::allow_list::AllowList;
use crate::api_version::BareApiVersion;

/// Which releases may be taken here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// What is an extension here; `None` where no list is configured, so that every repository may be installed.
    pub allow_list: Option<AllowList>,
    /// Whether pre-releases are offered.
    pub pre_releases: bool,
    /// How long a release must have been seen before it is offered: time for others to notice that it is bad.
    pub minimum_age: SignedDuration,
    /// How a bare API version is read.
    pub bare_api_version: BareApiVersion,
}
