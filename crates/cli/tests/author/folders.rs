//! Folders of authors, and the binary run inside of them.

use testkit::{Folder, Output, Outrigger};

pub(crate) const METADATA: &str = r#"{
  "icon": "icon.svg",
  "ui": {
    "dashboard-tab": { "title": "Whale Watch", "root": "/ui", "src": "index.html" }
  },
  "vm": { "composefile": "compose.yaml", "exposes": { "socket": "whale.sock" } }
}
"#;

pub(crate) const LABELS: &str = r#"[labels]
"org.opencontainers.image.title" = "Whale Watch"
"org.opencontainers.image.description" = "Watch your containers surface and dive"
"org.opencontainers.image.vendor" = "Acme"
"com.docker.desktop.extension.api.version" = ">= 0.3.0"
"com.docker.desktop.extension.icon" = "https://acme.example/icon.svg"
"com.docker.extension.screenshots" = '[{"alt":"Whales","url":"https://acme.example/1.png"}]'
"com.docker.extension.detailed-description" = "<p>Watches <b>whales</b>.</p>"
"com.docker.extension.publisher-url" = "https://acme.example"
"com.docker.extension.changelog" = "More whales"
"com.docker.extension.categories" = "utility-tools"
"#;

/// A folder of which nothing is to be said.
pub(crate) fn good() -> Folder {
    Folder::new()
        .file("metadata.json", METADATA)
        .file(
            "icon.svg",
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'/>",
        )
        .file(
            "compose.yaml",
            "services:\n  lookout:\n    image: ${DESKTOP_PLUGIN_IMAGE}\n",
        )
        .file(
            "ui/index.html",
            "<!doctype html>\n<script src=\"main.js\"></script>\n",
        )
        .file("outrigger.toml", LABELS)
}

/// Runs the binary in a folder.
pub(crate) fn run_in(folder: &Folder, arguments: &str) -> Output {
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let mut command = outrigger.command();
    command
        .current_dir(folder.path())
        .args(arguments.split_whitespace());
    Output::of(&mut command)
}
