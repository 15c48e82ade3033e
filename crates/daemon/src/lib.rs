//! The desktop service: when to scan, whom to tell, who may ask; the HTTP API and the pages.
//!
//! This room knows its own wire types, and turns requests into use cases of `desktop`. It must not know how any use case
//! works inside, and decides nothing that `model` could.

mod activation;
mod alarm;
mod api;
mod automatic;
mod beside;
mod client;
mod code;
mod error;
mod events;
mod http;
mod installation;
mod jobs;
mod manager;
mod metrics;
mod notices;
mod opening;
mod pages;
mod problem;
mod run;
mod schedule;
mod service;
mod use_cases;

pub use activation::Handed;
pub use api::openapi;
pub use client::new_link;
pub use code::ServiceCode;
pub use error::Error;
pub use installation::{Installed, Launch, Removed, Way, install, uninstall};
pub use run::{Options, Started, run};
pub use use_cases::UseCases;
