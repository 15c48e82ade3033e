//! The whole main job through the binary, against a real registry and real builders.
//!
//! Most tests let the real registry stand in for Docker Hub (`endpoint`), so that references and messages hold no port; those about
//! addresses, logins and builders name it by its own. What was asked of it is read from its own access log.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

/// Compares what a user sees with an inline snapshot, without what differs from run to run.
macro_rules! shown {
    ($text:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => testkit::filters() }, {
            insta::assert_snapshot!($text, @$snapshot)
        })
    };
}

mod allow_list;
mod bundles;
mod cache;
mod codes;
mod commands;
mod configuration;
mod cost;
mod demo;
mod endpoints;
mod faults;
mod findings;
mod logins;
mod pushing;
mod registry;
mod releases;
mod scene;
mod show;
mod sources;
#[cfg(unix)]
mod story;
#[cfg(target_os = "linux")]
mod terminal;

use testkit::RealRegistry;

use crate::registry::Registry;

/// The registry that a scene stands on.
fn start() -> Box<dyn Registry> {
    Box::new(RealRegistry::start().unwrap())
}
