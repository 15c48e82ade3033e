//! The desktop service: when to scan, whom to tell, who may ask; the HTTP API and the pages.
//!
//! This room knows its own wire types, and turns requests into use cases of `desktop`. It must not know how any use case
//! works inside, and decides nothing that `model` could.

mod api;
mod pages;
mod problem;
mod router;
mod service;
mod use_cases;

pub use router::router;
pub use service::Service;
pub use use_cases::UseCases;
