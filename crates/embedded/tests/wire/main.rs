//! The registry as a client meets it: byte by byte over HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod client;
mod pull;
mod push;

use outrigger_embedded::image::{Image, Layer};
use outrigger_embedded::{Registry, Server};

/// A registry that serves nothing yet.
async fn empty() -> (Registry, Server) {
    let registry = Registry::new();
    let server = registry.serve().await.unwrap();
    (registry, server)
}

/// A small image that differs from others by its text.
fn image(text: &str) -> Image {
    Image::builder()
        .layer(Layer::new().file("metadata.json", text.to_owned(), 0o644))
        .build()
}
