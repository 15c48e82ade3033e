//! Each real program does what the other tests build on.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod buildah;
mod engine;
mod registry;
mod skopeo;
mod wire;

use outrigger_testkit::Folder;

/// The smallest context whose image is an extension.
fn context() -> Folder {
    Folder::new()
        .file("metadata.json", "{}")
        .file("ui/index.html", "<h1>Whale</h1>")
        .file(
            "Dockerfile",
            "FROM scratch\nLABEL org.opencontainers.image.title=Whale\nCOPY metadata.json /\nCOPY ui /ui\n",
        )
}
