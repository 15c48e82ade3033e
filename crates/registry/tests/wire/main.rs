//! The registry room against servers that say what a test wants them to say.

#![expect(clippy::unwrap_used, reason = "a helper that fails, fails its test")]

mod batches;
mod content;
mod endpoints;
mod faults;
mod fixture;
mod knobs;
mod lists;
mod logins;
mod pinging;
mod redirects;
mod resuming;
mod scene;
mod server;
mod webhooks;
