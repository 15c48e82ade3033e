//! The store as its callers see it: real folders, real files, real processes.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

// The name under which the rest of the house imports it.
extern crate outrigger_store as store;

mod cache;
mod changing;
mod configuration;
#[cfg(unix)]
mod crash;
mod facts;
mod formats;
mod histories;
mod interrupted;
mod overview;
mod partial;
mod payloads;
mod racing;
mod refused;
mod removing;
mod sharing;
mod support;
#[cfg(target_os = "linux")]
mod surroundings;
