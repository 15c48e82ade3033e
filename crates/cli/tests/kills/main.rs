//! The real binary, killed at every change that it makes to the disk and at random moments, run many times at
//! once, and in surroundings that refuse.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "how often which point was hit is a result, which docs/reliability.md quotes"
)]

mod fail_points;
mod homes;
mod moments;
mod recovery;
mod scene;
mod several;
mod strace;
mod surroundings;
mod whole;
