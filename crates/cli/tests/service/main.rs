//! `outrigger serve` through its API: the real binary, against a real registry where something is installed.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod beside;
mod conformity;
mod doors;
mod input;
mod jobs;
mod lists;
mod pages;
mod scene;
mod schedule;
mod stopping;
mod story;
