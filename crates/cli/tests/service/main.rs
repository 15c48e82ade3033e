//! `outrigger serve` through its API: the real binary, against a real registry where something is installed.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[cfg(target_os = "linux")]
mod activation;
mod automatic;
mod beside;
#[cfg(target_os = "linux")]
mod browser;
mod conformity;
mod doors;
mod input;
#[cfg(target_os = "linux")]
mod installation;
mod jobs;
mod lists;
mod logging;
#[cfg(target_os = "linux")]
mod notices;
mod pages;
#[cfg(target_os = "linux")]
mod pictures;
mod scene;
mod schedule;
mod stopping;
mod story;
#[cfg(target_os = "linux")]
mod user_manager;
