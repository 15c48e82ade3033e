//! Networks and registries as they are: faults, transfers that break, logins and secrets, proxies, certificates.
//!
//! Where a real server is not the point, the registry is the embedded one with the faults of `testkit` before it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod faults;
mod mirrors;
mod order;
mod proxies;
mod resuming;
mod scene;
mod secrets;
mod tls;
mod tokens;
mod uploads;
