//! The doors: sockets, who may come in, and what is answered where.

mod extract;
mod guard;
mod keys;
mod log;
mod open;
mod peer;
mod router;
mod server;

pub(crate) use extract::{Body, Parameters, Place};
pub(crate) use keys::Keys;
pub(crate) use log::RequestNumbers;
pub(crate) use open::link;
pub(crate) use server::{Doors, serve};
