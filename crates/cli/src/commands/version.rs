//! `outrigger version`

use crate::context::Context;
use crate::exit::Exit;
use crate::output::Output;

/// Prints the two lines that `docker extension version` prints.
pub(super) fn run(context: &Context, output: &Output) -> Exit {
    let client = concat!("v", env!("CARGO_PKG_VERSION"));
    let api = &context.configured.host.api_version;
    if output.is_json() {
        output.json(&serde_json::json!({ "client": client, "serverApi": api }));
    } else {
        output.line(&format!("Client Version: {client}"));
        output.line(&format!("Server API Version: {api}"));
    }
    Exit::Done
}
