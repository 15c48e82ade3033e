//! The use cases against a registry in memory: the order of things, and what time does to them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

extern crate outrigger_desktop as desktop;

mod age;
mod asking;
mod depth;
mod fixture;
mod kept;
mod overtaken;
mod planned;
mod rate_limits;
mod resting;
mod windows;
