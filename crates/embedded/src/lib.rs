//! A small OCI registry in memory, and images made on the spot.
//!
//! It stands beside the house: `outrigger demo` and `outrigger dev` run it so that the whole story can be told without
//! network, engine or root, and tests run it because publishing a fixture is one expression:
//!
//! ```no_run
//! # use embedded::{Registry, image::{Image, Layer}};
//! let registry = Registry::new();
//! let image = Image::builder()
//!     .label("org.opencontainers.image.title", "Whale")
//!     .layer(Layer::new().file("metadata.json", "{}", 0o644))
//!     .build();
//! let digest = registry.push("acme/whale", "1.2.0", &image);
//! ```
//!
//! This room knows the server's half of the OCI distribution specification and how an image is laid out in bytes. It must
//! not know a client, a home folder, or what a release is; the sample extension is to it just another image.

mod content;
pub mod image;
mod protocol;
mod registry;
pub mod sample;
mod server;

pub use image::Image;
pub use registry::{Registry, Request};
pub use server::Server;
#[cfg(unix)]
pub use server::SocketServer;
